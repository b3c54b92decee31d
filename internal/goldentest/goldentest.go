// Package goldentest compares what tests get with files in testdata, which the flag -update writes
// anew. Only tests use it.
package goldentest

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Updating reports whether the golden files are being written anew.
func Updating() bool { return *update }

// Compare fails the test if the file testdata/name has another text.
func Compare(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if Updating() {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got); run with -update if the new text is right:\n%s", path, diff)
	}
}

// CompareGenerated fails the test if a committed file is not what the generator writes now.
func CompareGenerated(t *testing.T, committed, written string) {
	t.Helper()
	want, err := os.ReadFile(committed)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(written)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-committed +generated); run make generate:\n%s", committed, diff)
	}
}
