package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// TestCases runs every case against each generation of OpenTACT: through both protocols
// against the first one of the case, and through one protocol against the others.
func TestCases(t *testing.T) {
	t.Parallel()
	if *update {
		t.Cleanup(func() { removeEqualGoldens(t) })
	}
	shared := map[int]*rigs{}
	for generation := 1; generation <= 3; generation++ {
		shared[generation] = &rigs{t: t, flag: generationFlag(generation)}
	}
	for _, c := range loadCases(t) {
		for i, generation := range c.runsIn() {
			c, name := c, c.file+"/"+c.Name
			c.generation = generation
			if generation != 1 {
				name += fmt.Sprintf("/generation %d", generation)
			}
			if i > 0 && c.Protocol == "" {
				c.Protocol = []string{"grpc", "json"}[generation%2]
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c.run(t, shared[generation], i == 0)
			})
		}
	}
}

// run runs the case through each of its protocols and compares the outcomes, and what the
// vendor receives.
func (c *testCase) run(t *testing.T, shared *rigs, isFirst bool) {
	var traces []trace
	for _, way := range []string{"grpc", "json"} {
		if c.Protocol == "" || c.Protocol == way {
			traces = append(traces, c.through(t, way, shared, isFirst))
		}
	}
	if len(traces) == 2 && !t.Failed() {
		compareProtocols(t, traces[0], traces[1])
	}
	for i, s := range c.Steps {
		if !t.Failed() {
			c.compareSent(t, s, isFirst, traces[0][i].sent)
		}
	}
}

// trace has the outcome of each step.
type trace []stepTrace

type stepTrace struct {
	outcome outcome
	sent    string
}

// caseRun is one run of a case.
type caseRun struct {
	*rig
	protocol  protocol
	isFirst   bool // of the generations of the case
	clock     atomic.Int64
	variables variables
}

// through runs the case through one protocol, with a fresh emulator.
func (c *testCase) through(t *testing.T, way string, shared *rigs, isFirst bool) trace {
	t.Helper()
	in := &caseRun{variables: variables{}, isFirst: isFirst}
	if len(c.Faults) > 0 || len(c.Flags) > 0 {
		flags := c.Flags
		if flags == nil {
			flags = []string{withToken()}
		}
		in.rig = newRig(t, append(slices.Clone(flags), shared.flag)...)
		if len(c.Faults) == 0 {
			defer in.checkNoDrift(t)
		}
	} else {
		in.rig = shared.take()
		defer shared.putBack(in.rig)
	}
	in.protocol = in.protocols()[slices.Index([]string{"grpc", "json"}, way)]
	in.install(t, c)
	var done trace
	for i, s := range c.Steps {
		performed, problems := in.perform(t, i, s)
		for _, problem := range problems {
			t.Errorf("%s, step %d %s: %s", way, i, s.Call, problem)
		}
		if len(problems) > 0 {
			t.FailNow()
		}
		done = append(done, performed)
	}
	in.checkSecrets(t, done)
	return done
}

// install gives the server a freshly seeded emulator. Its clock does not move within a
// step and its ids are counted, so that both protocols see the same.
func (in *caseRun) install(t *testing.T, c *testCase) {
	t.Helper()
	menus, err := c.faultMenus()
	if err != nil {
		t.Fatal(err)
	}
	var ids atomic.Int64
	options := sandbox.Options{
		Seed: true, Faults: menus["opentact"], Tokens: []string{vendorToken},
		Clock:       in.now,
		NewUUID:     func() string { return fmt.Sprintf("c0000000-0000-4000-8000-%012d", ids.Add(1)) },
		ErrorFields: c.Vendor.ErrorFields, AssignAnswersUUIDs: c.Vendor.AssignAnswersUUIDs,
	}
	if options.Generation = sandbox.Generation(c.generation); c.Vendor.SecondGeneration {
		options.Generation = sandbox.SecondGeneration
	}
	emulator := sandbox.New(options)
	if err := emulator.AddInvites(sandbox.ConnectionUUID(1), c.Vendor.Invites); err != nil {
		t.Fatal(err)
	}
	in.vendor.answer(byVendor(emulator, in.infinity(t, c, menus["infinity"])))
}

// now is a minute later at each step.
func (in *caseRun) now() time.Time {
	return time.Date(2026, time.June, 1, 12, int(in.clock.Load()), 0, 0, time.UTC)
}

// perform makes the call of one step and returns what is wrong with its outcome.
func (in *caseRun) perform(t *testing.T, i int, s step) (stepTrace, []string) {
	t.Helper()
	in.clock.Store(int64(i))
	in.vendor.take()
	made, err := in.make(t, s)
	if err != nil {
		return stepTrace{}, []string{err.Error()}
	}
	requests := in.vendor.take()
	problems := append(in.check(s, made), promises(made)...)
	// Other generations take other calls; which ones is compared in the case's first run.
	if s.UpstreamCalls != nil && in.isFirst && *s.UpstreamCalls != len(requests) {
		problems = append(problems, fmt.Sprintf("want %d vendor calls, got %q", *s.UpstreamCalls, operations(requests)))
	}
	operation := operationSent(s)
	if s.Sends != "" && in.isFirst && !slices.Contains(operations(requests), operation) {
		problems = append(problems, fmt.Sprintf("want a call of %s, got %q", operation, operations(requests)))
	}
	if len(problems) == 0 {
		if err := in.variables.save(s.Save, made.response); err != nil {
			problems = append(problems, err.Error())
		}
	}
	return stepTrace{made, transcript(requests)}, problems
}

// operationSent is the vendor's operation whose requests a step compares, or "".
func operationSent(s step) string {
	operation, _, _ := strings.Cut(s.Sends, ".")
	return operation
}

// make calls through the protocol.
func (in *caseRun) make(t *testing.T, s step) (outcome, error) {
	t.Helper()
	if s.Raw != nil {
		return in.makeRaw(t, s.Raw)
	}
	request, err := in.variables.in(s.Request)
	if err != nil {
		return outcome{}, err
	}
	made, err := newCall(s.Call, request)
	if err != nil {
		return outcome{}, err
	}
	made.headers = s.Headers
	if s.PatchBody != nil {
		body, err := in.variables.in(s.PatchBody)
		if err != nil {
			return outcome{}, err
		}
		if made.patchBody, err = json.Marshal(body); err != nil {
			return outcome{}, err
		}
	}
	return in.protocol.call(t.Context(), made)
}

func (in *caseRun) makeRaw(t *testing.T, raw *rawRequest) (outcome, error) {
	t.Helper()
	body, err := in.variables.inText(raw.Body)
	if err != nil {
		return outcome{}, err
	}
	target, err := in.variables.inText(raw.Target)
	if err != nil {
		return outcome{}, err
	}
	request, err := http.NewRequestWithContext(t.Context(), raw.Method, in.base()+target,
		strings.NewReader(body+strings.Repeat(" ", raw.Padding)))
	if err != nil {
		return outcome{}, err
	}
	for name, value := range raw.Headers {
		request.Header.Set(name, value)
	}
	return jsonProtocol{in.facade}.send(request)
}

// check compares an outcome with the expectation of its step.
func (in *caseRun) check(s step, made outcome) []string {
	var found []string
	if made.header != nil {
		found = append(found, checkHTTP(s, made)...)
	}
	if s.Error != nil {
		return append(found, s.Error.check(made)...)
	}
	if made.status != nil {
		return append(found, fmt.Sprintf("want a response, got %v", made.status))
	}
	want, err := in.variables.in(s.Response)
	if err == nil {
		want, err = plain(want)
	}
	if err != nil {
		return append(found, err.Error())
	}
	found = append(found, differences("response", want, made.response)...)
	for _, path := range s.Absent {
		if value, there := at(made.response, path); there {
			found = append(found, fmt.Sprintf("response.%s: want nothing, got %v", path, value))
		}
	}
	return found
}

// checkHTTP compares the HTTP status with the one that is given, or that follows from
// the error.
func checkHTTP(s step, made outcome) []string {
	want := s.HTTP
	switch {
	case want != 0:
	case s.Error != nil:
		want = httpStatusOf(s.Error.Code.Code, s.Error.Reason)
	default:
		want = http.StatusOK
	}
	found := checkHeaders(s.HTTPHeaders, made.header)
	if made.http != want {
		found = append(found, fmt.Sprintf("HTTP status: want %d, got %d", want, made.http))
	}
	return found
}

// compareProtocols checks that response, status, and what the vendor received are the
// same for both.
func compareProtocols(t *testing.T, viaGRPC, viaJSON trace) {
	t.Helper()
	for i := range viaGRPC {
		a, b := viaGRPC[i], viaJSON[i]
		if diff := cmp.Diff(withoutTokens(a.outcome.response), withoutTokens(b.outcome.response)); diff != "" {
			t.Errorf("step %d: the responses differ (-grpc +json):\n%s", i, diff)
		}
		if diff := cmp.Diff(a.outcome.status, b.outcome.status, protocmp.Transform()); diff != "" {
			t.Errorf("step %d: the errors differ (-grpc +json):\n%s", i, diff)
		}
		if diff := cmp.Diff(a.sent, b.sent); diff != "" {
			t.Errorf("step %d: the vendor received something else (-grpc +json):\n%s", i, diff)
		}
	}
}

// withoutTokens returns a response without page tokens, which differ from call to call.
func withoutTokens(response any) any {
	object, ok := response.(map[string]any)
	if token, _ := object["nextPageToken"].(string); !ok || token == "" {
		return response
	}
	same := map[string]any{}
	for name, value := range object {
		same[name] = value
	}
	same["nextPageToken"] = anyValue
	return same
}
