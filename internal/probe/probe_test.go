package probe_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/accountcheck"
	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/goldentest"
	"github.com/sipfacade/sipfacade/internal/probe"
	sandboxinfinity "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	sandboxopentact "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/test/closedport"
)

// vendor is an emulated vendor that keeps what it answered.
type vendor struct {
	next    http.Handler
	rewrite *strings.Replacer // nil leaves answers as they are
	mu      sync.Mutex
	answers [][]byte
}

// ServeHTTP answers as the emulator does.
func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := httptest.NewRecorder()
	v.next.ServeHTTP(answer, r)
	body := answer.Body.Bytes()
	if v.rewrite != nil {
		body = []byte(v.rewrite.Replace(string(body)))
	}
	v.mu.Lock()
	v.answers = append(v.answers, bytes.Clone(body))
	v.mu.Unlock()
	for name, values := range answer.Header() {
		w.Header()[name] = values
	}
	w.Header().Del("Content-Length")
	w.WriteHeader(answer.Code)
	_, _ = w.Write(body)
}

// serve returns the host of a handler.
func serve(t *testing.T, handler http.Handler) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

// check runs the probe as the command line asks for it.
func check(t *testing.T, args ...string) *probe.Report {
	t.Helper()
	invocation, err := config.Parse(append([]string{"probe"}, args...), nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	report, err := accountcheck.Probe(t.Context(), invocation.Config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// account are the flags of an account at the emulated OpenTACT.
func account(url, generation string) []string {
	return []string{
		"--opentact-base-url=" + url + sandboxopentact.BasePath, "--opentact-generation=" + generation,
		"--opentact-email=" + sandboxopentact.DefaultEmail, "--opentact-password=" + sandboxopentact.DefaultPassword,
	}
}

// TestGeneration: whatever is configured, the generation that answers is found, by reads
// only.
func TestGeneration(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		generation sandboxopentact.Generation
		configured string
		seeded     bool
		answering  []int
		setting    string
	}{
		{1, "1", true, []int{1}, "SIPFACADE_OPENTACT_GENERATION=1"},
		{2, "1", true, []int{2}, "SIPFACADE_OPENTACT_GENERATION=2"},
		{3, "1", true, []int{3}, "SIPFACADE_OPENTACT_GENERATION=3"},
		{1, "3", true, []int{1}, "SIPFACADE_OPENTACT_GENERATION=1"},
		{3, "3", true, []int{3}, "SIPFACADE_OPENTACT_GENERATION=3"},
		{1, "2", false, []int{1}, "SIPFACADE_OPENTACT_GENERATION=1"},
		{2, "1", false, []int{2, 3}, "SIPFACADE_OPENTACT_GENERATION=2"},
		{2, "3", false, []int{2, 3}, "SIPFACADE_OPENTACT_GENERATION=3"},
		{3, "1", false, []int{3}, "SIPFACADE_OPENTACT_GENERATION=3"},
	} {
		emulator := sandboxopentact.New(sandboxopentact.Options{Seed: c.seeded, Generation: c.generation})
		report := check(t, account(serve(t, emulator), c.configured)...)
		found := report.Vendors[0].Generation
		if !slices.Equal(found.Answering, c.answering) || found.Setting != c.setting || len(found.Signs) == 0 {
			t.Errorf("generation %d, configured %s: %+v", c.generation, c.configured, found)
		}
		if want := !slices.Contains(c.answering, found.Configured); want && report.Result != probe.Differs {
			t.Errorf("generation %d, configured %s: result %s", c.generation, c.configured, report.Result)
		}
		if report.Vendors[1].State != probe.NotConfigured {
			t.Errorf("Infinity without a credential is %s", report.Vendors[1].State)
		}
		for _, request := range emulator.Recorder().Requests() {
			if request.Method != http.MethodGet && request.Path != sandboxopentact.BasePath+"/lease/tn/search" {
				t.Errorf("it is no read: %s %s", request.Method, request.Path)
			}
		}
	}
}

// TestSandboxIsAsConfigured: the emulated vendors answer nothing that is not known, in each
// generation.
func TestSandboxIsAsConfigured(t *testing.T) {
	t.Parallel()
	for _, generation := range []string{"1", "2", "3"} {
		report := check(t, "--sandbox", "--opentact-generation="+generation)
		if report.Result != probe.Same || len(report.Vendors) != 2 {
			t.Errorf("generation %s: %s", generation, text(t, report))
		}
	}
}

// TestEmptyAccountIsAsConfigured: an account without resources has nothing that differs.
func TestEmptyAccountIsAsConfigured(t *testing.T) {
	t.Parallel()
	for generation, configured := range map[sandboxopentact.Generation]string{1: "1", 2: "2", 3: "3"} {
		emulator := sandboxopentact.New(sandboxopentact.Options{Generation: generation})
		if report := check(t, account(serve(t, emulator), configured)...); report.Result != probe.Same {
			t.Errorf("generation %d: %s", generation, text(t, report))
		}
	}
}

// TestFailures: what is not reached or refuses the credential fails, and says which.
func TestFailures(t *testing.T) {
	t.Parallel()
	opentact := serve(t, sandboxopentact.New(sandboxopentact.Options{}))
	infinity := serve(t, sandboxinfinity.New(sandboxinfinity.Options{}))
	site := serve(t, http.NotFoundHandler())
	for name, c := range map[string]struct {
		args   []string
		states [2]probe.State
	}{
		"nobody listens": {account("http://"+closedport.Address(t), "1"), [2]probe.State{probe.Unreachable, probe.NotConfigured}},
		"wrong password": {append(account(opentact, "1")[:3], "--opentact-password=wrong"), [2]probe.State{probe.CredentialRefused, probe.NotConfigured}},
		"wrong token": {
			[]string{"--opentact-base-url=" + opentact + sandboxopentact.BasePath, "--opentact-token=wrong"},
			[2]probe.State{probe.CredentialRefused, probe.NotConfigured},
		},
		"another server": {
			[]string{"--opentact-base-url=" + site, "--opentact-token=x", "--infinity-base-url=" + site, "--infinity-api-key=x"},
			[2]probe.State{probe.Unreachable, probe.Unreachable},
		},
		"wrong key": {
			[]string{"--infinity-base-url=" + infinity + sandboxinfinity.BasePath, "--infinity-api-key=wrong"},
			[2]probe.State{probe.NotConfigured, probe.CredentialRefused},
		},
		"credentials of callers": {
			[]string{"--opentact-credentials=caller", "--infinity-credentials=caller"},
			[2]probe.State{probe.NotConfigured, probe.NotConfigured},
		},
	} {
		report := check(t, c.args...)
		states := [2]probe.State{report.Vendors[0].State, report.Vendors[1].State}
		if report.Result != probe.Failed || states != c.states || report.Vendors[0].Reason+report.Vendors[1].Reason == "" {
			t.Errorf("%s: %s", name, text(t, report))
		}
	}
}

// TestDifferences: what the contract does not model is named, unless its name may be a value.
func TestDifferences(t *testing.T) {
	t.Parallel()
	rewrite := strings.NewReplacer(`"huntLongestIdle"`, `"huntHolo"`, `"port":`, `"4915112345678":1,"hologram_port":2,"port":{},"was":`)
	report := check(t, append(account(serve(t, &vendor{
		next: sandboxopentact.New(sandboxopentact.Options{Seed: true}), rewrite: rewrite,
	}), "1"), "--infinity-api-key="+sandboxinfinity.DefaultAPIKey, "--infinity-base-url="+serve(t, &vendor{
		next: sandboxinfinity.New(sandboxinfinity.Options{Seed: true}), rewrite: rewrite,
	})+sandboxinfinity.BasePath)...)
	want := []probe.Difference{
		{Kind: "misread", Member: "port", Count: 7},
		{Kind: "unknown_member", Member: "(other)", Count: 7},
		{Kind: "unknown_member", Member: "hologram_port", Count: 7},
		{Kind: "unknown_member", Member: "was", Count: 7},
	}
	if diff := cmp.Diff(want, differencesOf(report, 0, "ListSIPConnections")); diff != "" {
		t.Error(diff)
	}
	word := func(d probe.Difference) bool { return d.Kind == "unknown_word" && d.Word == "huntHolo" }
	if found := differencesOf(report, 1, "ListSIPQueueMembers"); !slices.ContainsFunc(found, word) {
		t.Errorf("no unknown word: %+v", found)
	}
	if report.Result != probe.Differs || strings.Contains(text(t, report), "49151") {
		t.Error(text(t, report))
	}
}

// differencesOf are the differences of an operation.
func differencesOf(report *probe.Report, vendor int, operation string) []probe.Difference {
	return routeOf(report, vendor, operation).Differences
}

// routeOf is what was found of the first route of an operation.
func routeOf(report *probe.Report, vendor int, operation string) *probe.Route {
	routes := report.Vendors[vendor].Routes
	return routes[slices.IndexFunc(routes, func(route *probe.Route) bool { return route.Operation == operation })]
}

// TestFollowsOtherObjects: if the first object of a list cannot be read, or has nothing, the
// next ones are asked, three in all.
func TestFollowsOtherObjects(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		unreadable, empty int // of the first connections
		outcome           probe.Outcome
		tried, objects    int
	}{
		{0, 0, probe.Answered, 1, 1},
		{2, 0, probe.Answered, 3, 1},
		{3, 0, probe.Absent, 3, 0},
		{1, 1, probe.Answered, 3, 1},
		{2, 1, probe.Answered, 3, 0},
	} {
		report := check(t, "--opentact-token=x", "--opentact-base-url="+serve(t, connections(c.unreadable, c.empty)))
		for _, operation := range []string{"GETSIPConnectionTNLeasesList", "ListSIPUserInvites"} {
			route := routeOf(report, 0, operation)
			if route.Outcome != c.outcome || route.Tried != c.tried || route.Objects != c.objects {
				t.Errorf("%+v: %+v", c, route)
			}
		}
	}
}

// connections is a vendor with five connections. What is below the first of them is not found,
// and there is nothing below the next.
func connections(unreadable, empty int) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sip/connection", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"success":true,"payload":[{"uuid":"0"},{"uuid":"1"},{"uuid":"2"},{"uuid":"3"},{"uuid":"4"}]}`)
	})
	mux.HandleFunc("GET /sip/connection/{uuid}/{below}", func(w http.ResponseWriter, r *http.Request) {
		number, _ := strconv.Atoi(r.PathValue("uuid"))
		switch {
		case number < unreadable:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"success":false,"message":"no","status":404}`)
		case number < unreadable+empty:
			_, _ = io.WriteString(w, `{"success":true,"payload":[]}`)
		default:
			_, _ = io.WriteString(w, `{"success":true,"payload":[{"uuid":"9"}]}`)
		}
	})
	return mux
}

// TestJSON pins the form of the report.
func TestJSON(t *testing.T) {
	t.Parallel()
	var printed bytes.Buffer
	hologram := strings.NewReplacer(`"hostname":`, `"hologram":1,"hostname":`, `"huntLongestIdle"`, `"huntHologram"`)
	report := check(t, append(account(serve(t, &vendor{
		next: sandboxopentact.New(sandboxopentact.Options{Seed: true, Generation: 3}), rewrite: hologram,
	}), "3"), "--infinity-api-key="+sandboxinfinity.DefaultAPIKey, "--infinity-base-url="+serve(t, &vendor{
		next: sandboxinfinity.New(sandboxinfinity.Options{Seed: true}), rewrite: hologram,
	})+sandboxinfinity.BasePath)...)
	if err := report.WriteJSON(&printed); err != nil {
		t.Fatal(err)
	}
	goldentest.Compare(t, "report.json", printed.String())
}

func text(t *testing.T, report *probe.Report) string {
	t.Helper()
	var printed bytes.Buffer
	if err := report.WriteTable(&printed); err != nil {
		t.Fatal(err)
	}
	if err := report.WriteJSON(&printed); err != nil {
		t.Fatal(err)
	}
	return printed.String()
}
