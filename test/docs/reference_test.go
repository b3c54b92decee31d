package docs

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/dynamicpb"

	_ "github.com/sipfacade/sipfacade/gen/sipfacade/v1" // the contract
	"github.com/sipfacade/sipfacade/internal/contract"
)

// referencePage shows each call in two lines.
const referencePage = "docs/reference.md"

// entry is a call of the reference.
type entry struct {
	method   protoreflect.MethodDescriptor
	settings string
	lines    map[string]*step // by the program that it runs
}

// programs are those that the reference has a line for.
var programs = []string{"grpcurl", "curl"}

// TestReference runs the lines of each service in their order, those of grpcurl in one
// sandbox and those of curl in another, and reads the answers as what the contract
// promises.
func TestReference(t *testing.T) {
	need(t)
	for name, entries := range bySandbox(readReference(t)) {
		for _, program := range programs {
			t.Run(name+" "+program, func(t *testing.T) {
				t.Parallel()
				runEntries(t, program, entries)
			})
		}
	}
}

// TestReferenceIsComplete finds calls of the contract that the reference does not show.
func TestReferenceIsComplete(t *testing.T) {
	t.Parallel()
	shown := map[protoreflect.FullName]bool{}
	for _, e := range readReference(t) {
		shown[e.method.FullName()] = true
		for _, program := range programs {
			if e.lines[program] == nil {
				t.Errorf("%s shows no %s for %s; run `make generate`", referencePage, program, e.method.Name())
			}
		}
	}
	for _, method := range contract.Methods(contract.Services(protoregistry.GlobalFiles)) {
		if !shown[method.FullName()] {
			t.Errorf("%s lacks %s; run `make generate`", referencePage, method.FullName())
		}
	}
}

// section begins a service or a call.
var section = regexp.MustCompile(`^(##|###) (\w+)$`)

// needs is the line that names the settings of a call.
var needs = regexp.MustCompile("^The server needs `(.*)`\\.$")

// readReference reads the page, which has the mark `page not run`.
func readReference(t *testing.T) []*entry {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, referencePage))
	if err != nil {
		t.Fatal(err)
	}
	p, err := parse(referencePage, strings.Replace(string(text), "<!-- page not run:", "<!--", 1))
	if err != nil {
		t.Fatal(err)
	}
	var entries []*entry
	var service string
	steps := p.steps
	for i, line := range p.lines {
		if found := section.FindStringSubmatch(line); found != nil && found[1] == "##" {
			service = found[2]
		} else if found != nil {
			entries = append(entries, &entry{method: methodOf(t, service, found[2]), lines: map[string]*step{}})
		} else if found := needs.FindStringSubmatch(line); found != nil && len(entries) > 0 {
			entries[len(entries)-1].settings = found[1]
		} else if len(steps) > 0 && steps[0].line == i+1 {
			program, _, _ := strings.Cut(steps[0].script, " ")
			entries[len(entries)-1].lines[program] = &steps[0]
			steps = steps[1:]
		}
	}
	return entries
}

// methodOf finds a call in the contract.
func methodOf(t *testing.T, service, method string) protoreflect.MethodDescriptor {
	t.Helper()
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName("sipfacade.v1." + service + "." + method))
	if err != nil {
		t.Fatalf("%s shows a call that the contract does not have: %v", referencePage, err)
	}
	return found.(protoreflect.MethodDescriptor)
}

// bySandbox groups calls by their service and settings.
func bySandbox(entries []*entry) map[string][]*entry {
	groups := map[string][]*entry{}
	for _, e := range entries {
		name := strings.TrimSpace(string(e.method.Parent().Name()) + " " + e.settings)
		groups[name] = append(groups[name], e)
	}
	return groups
}

// runEntries runs one line of each call in one sandbox.
func runEntries(t *testing.T, program string, entries []*entry) {
	w, err := newWorkspace(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{t: t, w: w, page: &page{name: referencePage}}
	if r.shell, err = startShell(w); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.shell.stop)
	t.Cleanup(r.stopServer)
	settings := entries[0].settings
	if !r.serve(t.Context(), &step{}, "exec env "+settings+" sipfacade serve --sandbox") {
		return
	}
	for _, e := range entries {
		if s := e.lines[program]; s != nil {
			r.runEntry(s, e.method, program)
		}
	}
}

// runEntry runs a line and checks its answer.
func (r *reader) runEntry(s *step, method protoreflect.MethodDescriptor, program string) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), blockTime)
	defer cancel()
	got, err := r.shell.run(ctx, r.toReal(s.script))
	if err != nil {
		r.fail(s, "%s\n%s", err, got.printed)
		return
	}
	if err := readAnswer(method, program, got); err != nil {
		r.fail(s, "%v\n%s", err, got.printed)
	}
}

// readAnswer parses the answer of a success strictly. Over HTTP it can be one field of the
// response.
func readAnswer(method protoreflect.MethodDescriptor, program string, got result) error {
	if got.exit != 0 || strings.Contains(got.printed, "google.rpc.ErrorInfo") {
		return fmt.Errorf("the call fails, with exit code %d", got.exit)
	}
	answer := dynamicpb.NewMessage(method.Output())
	var into proto.Message = answer
	if field := contract.HTTPRule(method).GetResponseBody(); program == "curl" && field != "" {
		into = answer.Mutable(method.Output().Fields().ByName(protoreflect.Name(field))).Message().Interface()
	}
	if err := protojson.Unmarshal([]byte(got.printed), into); err != nil {
		return fmt.Errorf("the answer is not what the contract promises: %w", err)
	}
	return nil
}
