package openapi

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/sipfacade/sipfacade/gen"
	"github.com/sipfacade/sipfacade/internal/mapping"
	document "github.com/sipfacade/sipfacade/internal/openapi"
	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

var update = flag.Bool("update", false, "write the examples of the document anew")

// examplesFile has the examples that make generate puts into the document.
const examplesFile = "../../internal/openapi/generate/examples.json"

// asked is a request of testdata/requests.yaml, by the id of its operation. One of another
// name is an error of the operation that it names.
type asked struct {
	Operation string         `yaml:"operation"`
	Path      map[string]any `yaml:"path"`
	Query     map[string]any `yaml:"query"`
	Body      any            `yaml:"body"`
	Status    int            `yaml:"status"`
	// Generation of OpenTACT's API; 0 means the first that has the operation.
	Generation sandbox.Generation `yaml:"generation"`
	// Fault is one that waits in the emulated OpenTACT.
	Fault *struct {
		Kind       fault.Kind `yaml:"kind"`
		Route      string     `yaml:"route"`
		Status     int        `yaml:"status"`
		RetryAfter string     `yaml:"retry_after"`
		Message    string     `yaml:"message"`
	} `yaml:"fault"`
}

// example is a request with the answer that it got.
type example struct {
	Status     int             `json:"status"`
	Parameters map[string]any  `json:"parameters,omitempty"`
	Body       any             `json:"body,omitempty"`
	Answer     json.RawMessage `json:"answer"`
}

// TestExamples: the examples of the document are what a server answers.
func TestExamples(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/requests.yaml")
	if err != nil {
		t.Fatal(err)
	}
	requests := map[string]asked{}
	if err := yaml.Unmarshal(text, &requests); err != nil {
		t.Fatal(err)
	}
	operations := operationsOf(t)
	rigs := map[sandbox.Generation]*rig{
		sandbox.FirstGeneration: startRig(t, sandbox.FirstGeneration), sandbox.ThirdGeneration: startRig(t, sandbox.ThirdGeneration),
	}
	recorded := map[string]example{}
	for name, one := range requests {
		if one.Operation == "" {
			one.Operation, one.Status = name, http.StatusOK
		}
		recorded[name] = one.record(t, rigs[one.spoken()], operations[one.Operation])
	}
	for operation := range operations {
		if _, listed := requests[operation]; !listed {
			t.Errorf("testdata/requests.yaml does not have %s", operation)
		}
	}
	encoded, err := json.MarshalIndent(recorded, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		write(t, examplesFile, append(encoded, '\n'))
	}
	committed, err := os.ReadFile(examplesFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(committed), string(encoded)+"\n"); diff != "" {
		t.Errorf("go test ./test/openapi -run TestExamples -update && make generate writes them anew (-committed +answered):\n%s", clip(diff))
	}
}

// spoken is the generation in which the request is made: the last one if only later ones have
// the operation.
func (a asked) spoken() sandbox.Generation {
	added := slices.ContainsFunc(mapping.OpenTACT.Calls, func(call mapping.Call) bool {
		return call.Method == a.Operation && !call.In.Has(opentactapi.Generation1)
	})
	if added {
		return cmp.Or(a.Generation, sandbox.ThirdGeneration)
	}
	return cmp.Or(a.Generation, sandbox.FirstGeneration)
}

// target is where an operation is.
type target struct{ method, path string }

// operationsOf returns where the operations of the document are, by their ids.
func operationsOf(t *testing.T) map[string]target {
	t.Helper()
	read := &document.Document{}
	if err := document.Read(gen.OpenAPI, read); err != nil {
		t.Fatal(err)
	}
	found := map[string]target{}
	for path, item := range read.Paths {
		for verb, operation := range item {
			found[operation.OperationID] = target{strings.ToUpper(verb), path}
		}
	}
	return found
}

// record sends the request and returns it with its answer.
func (a asked) record(t *testing.T, r *rig, to target) example {
	t.Helper()
	made := example{Status: a.Status, Parameters: map[string]any{}, Body: a.Body}
	path, query := to.path, url.Values{}
	for name, value := range a.Path {
		made.Parameters[name] = value
		path = strings.ReplaceAll(path, "{"+name+"}", fmt.Sprint(value))
	}
	for name, value := range a.Query {
		made.Parameters[name] = value
		query.Set(name, fmt.Sprint(value))
	}
	body := ""
	if a.Body != nil {
		encoded, err := json.Marshal(a.Body)
		if err != nil {
			t.Fatal(err)
		}
		body = string(encoded)
	}
	var faults []fault.Fault
	if a.Fault != nil {
		faults = []fault.Fault{{Kind: a.Fault.Kind, Route: a.Fault.Route, Status: a.Fault.Status, RetryAfter: a.Fault.RetryAfter, Message: a.Fault.Message}}
		r = startRig(t, r.generation) // the pause and the circuit breaker of the other one are left alone
	}
	status, answer := r.answer(t, to.method, path+"?"+query.Encode(), body, faults...)
	if status != a.Status {
		t.Errorf("%s: want the status %d, got %d: %s", a.Operation, a.Status, status, answer)
	}
	made.Answer = answer
	return made
}
