package e2e

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// lookupRow is a write whose answer is lost, and what shows that it happened.
type lookupRow struct {
	Call    string         `yaml:"call"`
	Request map[string]any `yaml:"request"`
	// Finds are parts of the JSON that the lookup answers; none means that it answers
	// NOT_FOUND, because the write has removed the resource.
	Finds []string `yaml:"finds"`
	// Lacks is a part that it must not have.
	Lacks string `yaml:"lacks"`
}

// lookupRows reads the table.
func lookupRows(t *testing.T) []lookupRow {
	t.Helper()
	content, err := os.ReadFile("testdata/lookups.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var rows []lookupRow
	if err := yaml.Unmarshal(content, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestLookups loses the answer of each write of the contract after the vendor has done
// it, makes exactly the call that the error names, and finds what was written.
func TestLookups(t *testing.T) {
	t.Parallel()
	in := &caseRun{rig: newRig(t, withToken(), "--breaker-volume=1000000"), variables: variables{}}
	tried := map[string]bool{}
	for i, row := range lookupRows(t) {
		tried[row.Call] = true
		in.protocol = in.protocols()[i%2]
		fault := map[string]any{"kind": "reset_after", "route": vendorOperations[row.Call]}
		if strings.HasPrefix(row.Call, "PbxConfigService.") {
			fault["vendor"] = "infinity"
		}
		in.install(t, &testCase{Faults: []map[string]any{fault}})
		in.lookUp(t, row)
	}
	for name := range vendorOperations {
		if isWrite(t, name) && !tried[name] && name != "SipAppService.ExecuteCallFlow" {
			t.Errorf("%s has no row in testdata/lookups.yaml", name)
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
		t.Errorf("%s: %q", row.Call, problems)
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
	row.check(t, name+" "+asked, found)
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
