package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"google.golang.org/grpc/codes"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	infinitysandbox "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// caseFiles is the pattern of the case files: a folder for each service, and in each
// file one or more YAML documents, each of them a case.
const caseFiles = "testdata/cases/*/*.yaml"

// testCase is a series of calls to a freshly seeded emulator.
type testCase struct {
	Name string `yaml:"name"`
	// Protocol restricts the case to `grpc` or `json`.
	Protocol string `yaml:"protocol"`
	// Faults wait in the emulator from the beginning, by the JSON names of their
	// members.
	Faults []map[string]any `yaml:"faults"`
	// Vendor are switches of the emulator.
	Vendor vendorSwitches `yaml:"vendor"`
	// Generations are those of OpenTACT that the case runs against; none means all of them.
	Generations []int `yaml:"generations"`
	// Flags are further flags of the server.
	Flags []string `yaml:"flags"`
	Steps []step   `yaml:"steps"`

	file       string
	generation int // the one that this run is against
}

// runsIn are the generations that the case runs against. A case of Infinity, or one that
// changes how the emulator of generation 1 answers, runs once.
func (c *testCase) runsIn() []int {
	switch {
	case len(c.Generations) > 0:
		return c.Generations
	case c.Vendor.SecondGeneration, c.Vendor.ErrorFields, c.Vendor.AssignAnswersUUIDs, !c.callsOpenTACT():
		return []int{1}
	default:
		return []int{1, 2, 3}
	}
}

// callsOpenTACT reports whether a step calls a service of OpenTACT.
func (c *testCase) callsOpenTACT() bool {
	return slices.ContainsFunc(c.Steps, func(s step) bool { return s.Call != "" && !strings.HasPrefix(s.Call, "PbxConfigService.") })
}

// vendorSwitches are how the emulated vendor differs from its default.
type vendorSwitches struct {
	ErrorFields        bool `yaml:"error_fields"`
	AssignAnswersUUIDs bool `yaml:"assign_answers_uuids"`
	SecondGeneration   bool `yaml:"second_generation"`
	Invites            int  `yaml:"invites"` // more of them, under the first connection

	Infinity infinitySwitches `yaml:"infinity"`
}

// step is one call and what is expected of it. Strings may hold `${variable}`.
type step struct {
	// Call names the RPC; Request is its request message.
	Call    string            `yaml:"call"`
	Request any               `yaml:"request"`
	Headers map[string]string `yaml:"headers"`
	// PatchBody is sent on the JSON protocol in place of body and mask.
	PatchBody any `yaml:"patch_body"`
	// Raw is an HTTP request as it is, only for JSON.
	Raw *rawRequest `yaml:"raw"`

	// Response is the least that the response must have; "*any*" matches any value, and
	// lists are compared whole.
	Response any `yaml:"response"`
	// Absent are paths that the response must not have.
	Absent []string   `yaml:"absent"`
	Error  *wantError `yaml:"error"`
	// HTTP and HTTPHeaders are those of the JSON protocol; if the status is not given,
	// it is derived from the error.
	HTTP        int               `yaml:"http"`
	HTTPHeaders map[string]string `yaml:"http_headers"`

	// UpstreamCalls is how often the vendor was called.
	UpstreamCalls *int `yaml:"upstream_calls"`
	// Sends is the golden file of what the vendor received. If another generation sends
	// something else, its folder has a file of that name.
	Sends string `yaml:"sends"`
	// Save keeps values of the response, by path, as variables.
	Save map[string]string `yaml:"save"`
}

// rawRequest is an HTTP request as it is.
type rawRequest struct {
	Method  string            `yaml:"method"`
	Target  string            `yaml:"target"`
	Headers map[string]string `yaml:"headers"`
	Body    string            `yaml:"body"`
	// Padding is how many spaces follow the body.
	Padding int `yaml:"padding"`
}

// wantError is what an error must be.
type wantError struct {
	Code     codeName          `yaml:"code"`
	Reason   string            `yaml:"reason"`
	Message  string            `yaml:"message"` // a part of it
	Metadata map[string]string `yaml:"metadata"`
	// Violations are all fields at fault, each with a part of its description.
	Violations map[string]string `yaml:"violations"`
	Resource   map[string]string `yaml:"resource"`
	RetryAfter string            `yaml:"retry_after"`
	Trailer    map[string]string `yaml:"trailer"`
}

// codeName is a gRPC code by its name in google.rpc.Code.
type codeName struct{ codes.Code }

// UnmarshalYAML implements yaml.Unmarshaler.
func (c *codeName) UnmarshalYAML(node *yaml.Node) error {
	return c.UnmarshalJSON([]byte(strconv.Quote(node.Value)))
}

// loadCases reads every case file.
func loadCases(t testing.TB) []testCase {
	t.Helper()
	files, err := filepath.Glob(caseFiles)
	if err != nil || len(files) == 0 {
		t.Fatalf("find case files %s: %v", caseFiles, err)
	}
	var all []testCase
	for _, file := range files {
		cases, err := readCases(file)
		if err != nil {
			t.Fatalf("read %s: %v", file, err)
		}
		all = append(all, cases...)
	}
	return all
}

// readCases is strict: a misspelt member would be an expectation that is never checked.
func readCases(file string) ([]testCase, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	var cases []testCase
	for {
		one := testCase{file: strings.TrimSuffix(filepath.Base(file), ".yaml")}
		switch err := decoder.Decode(&one); {
		case errors.Is(err, io.EOF):
			return cases, nil
		case err != nil:
			return nil, err
		}
		if err := one.check(); err != nil {
			return nil, fmt.Errorf("case %q: %w", one.Name, err)
		}
		cases = append(cases, one)
	}
}

// check finds cases that would test nothing.
func (c *testCase) check() error {
	if c.Name == "" || len(c.Steps) == 0 {
		return errors.New("a case has a name and steps")
	}
	for i, s := range c.Steps {
		switch {
		case (s.Call == "") == (s.Raw == nil):
			return fmt.Errorf("step %d: give either call or raw", i)
		case s.Raw != nil && c.Protocol != "json":
			return fmt.Errorf("step %d: raw is only for JSON", i)
		case s.Response != nil && s.Error != nil:
			return fmt.Errorf("step %d: give either response or error", i)
		case s.Response == nil && s.Error == nil:
			return fmt.Errorf("step %d: expects nothing", i)
		}
	}
	return nil
}

// faultMenus returns the vendors' menus with the faults of the case. A fault names its
// vendor if that is not OpenTACT.
func (c *testCase) faultMenus() (map[string]*fault.Menu, error) {
	menus := map[string]*fault.Menu{"opentact": sandbox.NewFaultMenu(), "infinity": infinitysandbox.NewFaultMenu()}
	for _, entry := range c.Faults {
		vendor, named := entry["vendor"].(string)
		if !named {
			vendor = "opentact"
		}
		menu := menus[vendor]
		if menu == nil {
			return nil, fmt.Errorf("fault %v: there is no such vendor", entry)
		}
		entry = maps.Clone(entry)
		delete(entry, "vendor")
		encoded, err := json.Marshal(entry)
		if err != nil {
			return nil, fmt.Errorf("fault %v: %w", entry, err)
		}
		decoder := json.NewDecoder(bytes.NewReader(encoded))
		decoder.DisallowUnknownFields()
		var waiting fault.Fault
		if err := decoder.Decode(&waiting); err != nil {
			return nil, fmt.Errorf("fault %v: %w", entry, err)
		}
		if _, err := menu.Add(waiting); err != nil {
			return nil, fmt.Errorf("fault %v: %w", entry, err)
		}
	}
	return menus, nil
}
