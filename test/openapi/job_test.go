package openapi

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// found is what the job of every generated client prints.
type found struct {
	Connection string   `json:"connection"`
	Numbers    []string `json:"numbers"`
	Invited    bool     `json:"invited"`
	Errors     []string `json:"errors"`
}

// checkJob compares what a job printed with the data of the sandbox.
func checkJob(t *testing.T, printed string) {
	t.Helper()
	var got found
	if err := json.Unmarshal([]byte(printed), &got); err != nil {
		t.Fatalf("the job printed %q: %v", printed, err)
	}
	want := found{
		Connection: "5f1c2b3a-0000-4000-8000-000000000003",
		Numbers:    []string{"+12065550123", "+12065550124", "+12065550125", "+12065550126"},
		Invited:    true,
		Errors:     []string{"RESOURCE_NOT_FOUND", "REQUEST_INVALID", "name"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
