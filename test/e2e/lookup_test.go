package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// lookupRow is a write whose answer is lost, and what shows that it happened.
type lookupRow struct {
	Call string `yaml:"call"`
	// Generations are those of OpenTACT that take the request; none means all that serve
	// the call.
	Generations []int          `yaml:"generations"`
	Request     map[string]any `yaml:"request"`
	// Finds are parts of the JSON that the lookup answers; none means that it answers
	// NOT_FOUND, because the write has removed the resource.
	Finds []string `yaml:"finds"`
	// Lacks is a part that it must not have.
	Lacks string `yaml:"lacks"`

	generation int // the one that this run is against
	isFirst    bool
}

// lookupRows reads the table. It returns each row once for each of its generations.
func lookupRows(t *testing.T) (rows []lookupRow) {
	t.Helper()
	content, err := os.ReadFile("testdata/lookups.yaml")
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	var read []lookupRow
	if err := decoder.Decode(&read); err != nil {
		t.Fatal(err)
	}
	for _, row := range read {
		rows = append(rows, row.inGenerations(t)...)
	}
	return rows
}

// inGenerations returns the row once for each of its generations.
func (r lookupRow) inGenerations(t *testing.T) (rows []lookupRow) {
	t.Helper()
	generations := r.Generations
	if len(generations) == 0 {
		generations = generationsOf(t, r.Call)
	}
	for i, generation := range generations {
		r.generation, r.isFirst = generation, i == 0
		rows = append(rows, r)
	}
	return rows
}

// TestLookups loses the answer of each write of the contract after the vendor has done
// it, makes exactly the call that the error names, and finds what was written.
func TestLookups(t *testing.T) {
	t.Parallel()
	servers := map[int]*rig{}
	tried := map[string][]int{}
	for i, row := range lookupRows(t) {
		tried[row.Call] = append(tried[row.Call], row.generation)
		if servers[row.generation] == nil {
			servers[row.generation] = newRig(t, withToken(), "--breaker-volume=1000000", generationFlag(row.generation))
		}
		in := &caseRun{rig: servers[row.generation], variables: variables{}}
		in.protocol = in.protocols()[i%2]
		lost := map[string]any{"kind": "reset_after", "route": vendorOperations[row.Call], "vendor": vendorOf(row.Call)}
		in.install(t, &testCase{Faults: []map[string]any{lost}, generation: row.generation})
		in.lookUp(t, row)
	}
	for name := range vendorOperations {
		if !isWrite(t, name) || name == "SipAppService.ExecuteCallFlow" {
			continue
		}
		for _, generation := range generationsOf(t, name) {
			if !slices.Contains(tried[name], generation) {
				t.Errorf("%s has no row for generation %d in testdata/lookups.yaml", name, generation)
			}
		}
	}
}

// isWrite reports whether a method has side effects.
func isWrite(t *testing.T, name string) bool {
	t.Helper()
	method, err := methodOf(name)
	if err != nil {
		t.Fatal(err)
	}
	options, _ := method.Options().(*descriptorpb.MethodOptions)
	return options.GetIdempotencyLevel() != descriptorpb.MethodOptions_NO_SIDE_EFFECTS
}

// lookUp makes the write and then the call that its error names.
func (in *caseRun) lookUp(t *testing.T, row lookupRow) {
	t.Helper()
	lost, err := in.protocol.call(t.Context(), mustCall(t, row.Call, row.Request))
	if err != nil {
		t.Fatal(err)
	}
	want := wantError{Code: codeName{codes.Unknown}, Reason: "OUTCOME_UNKNOWN"}
	if problems := append(want.check(lost), promises(lost)...); len(problems) > 0 {
		t.Errorf("%s in generation %d: %q", row.Call, row.generation, problems)
		return
	}
	known, err := failureOf(lost)
	if err != nil {
		t.Fatal(err)
	}
	service, method, _ := strings.Cut(known.metadata["lookupMethod"], "/")
	asked := known.metadata["lookupRequest"]
	var request map[string]any
	if err := json.Unmarshal([]byte(asked), &request); err != nil {
		t.Errorf("%s: lookupRequest %q: %v", row.Call, asked, err)
		return
	}
	name := string(protoreflect.FullName(service).Name()) + "." + method
	found, err := in.protocol.call(t.Context(), mustCall(t, name, request))
	if err != nil {
		t.Fatal(err)
	}
	row.check(t, fmt.Sprintf("%s %s in generation %d", name, asked, row.generation), found)
}

// check compares what the lookup found with what the write has done.
func (r lookupRow) check(t *testing.T, asked string, found outcome) {
	t.Helper()
	if len(r.Finds) == 0 {
		if found.status.GetCode() != int32(codes.NotFound) {
			t.Errorf("%s: %s answers %v %v", r.Call, asked, found.status, found.response)
		}
		return
	}
	text, err := json.Marshal(found.response)
	if err != nil || found.status != nil {
		t.Errorf("%s: %s: %v %v", r.Call, asked, found.status, err)
	}
	for _, part := range r.Finds {
		if !strings.Contains(string(text), part) {
			t.Errorf("%s: %s answers %s, without %s", r.Call, asked, text, part)
		}
	}
	if r.Lacks != "" && strings.Contains(string(text), r.Lacks) {
		t.Errorf("%s: %s answers %s, with %s", r.Call, asked, text, r.Lacks)
	}
	rows, listed := found.response.(map[string]any)
	if method, _, _ := strings.Cut(asked, " "); listed && strings.Contains(r.Call, ".Create") && strings.Contains(method, ".List") {
		for _, value := range rows {
			if list, ok := value.([]any); ok && len(list) != 1 {
				t.Errorf("%s: %s finds %d rows: %s", r.Call, asked, len(list), text)
			}
		}
	}
}
