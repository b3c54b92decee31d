package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	traces "go.opentelemetry.io/proto/otlp/trace/v1"

	"github.com/sipfacade/sipfacade/internal/config"
)

// The caller's trace and span.
const (
	callersTrace = "0af7651916cd43dd8448eb211c80319c"
	callersSpan  = "b7ad6b7169203331"
)

// traced adds the caller's trace to a call.
func traced(c call) call {
	c.headers = map[string]string{"traceparent": "00-" + callersTrace + "-" + callersSpan + "-01", "baggage": "who=caller"}
	return c
}

// failsOnce is a vendor that takes logins, and fails the first of the other calls.
func failsOnce() http.Handler {
	failed := make(chan struct{}, 1)
	return afterLogin(func(w http.ResponseWriter, r *http.Request) {
		select {
		case failed <- struct{}{}:
			refusal(http.StatusServiceUnavailable)(w, r)
		default:
			json200(good+"}")(w, r)
		}
	})
}

// login is the credential that is used in a login.
func login() []string {
	return []string{"--opentact-email=me@example.com", "--opentact-password=SECRET-password"}
}

// TestTraces: one trace leads from the caller to each exchange with the vendor, login and
// retry included, over both protocols. It is in the log, and no secret is in it.
func TestTraces(t *testing.T) {
	t.Parallel()
	for _, protocolName := range []string{"grpc", "json"} {
		t.Run(protocolName, func(t *testing.T) {
			t.Parallel()
			collector, vendor := startCollector(t), startVendor(t, failsOnce())
			f := startTraced(t, vendor.url(), collector.tracer(t), func(*config.Config) {}, login()...)
			way := f.protocols()[slices.Index([]string{"grpc", "json"}, protocolName)]
			made, err := way.call(t.Context(), traced(mustCall(t, "SipAppService.GetSipApp", map[string]any{"uuid": "14b17e00-0000-4000-8000-000000000001"})))
			if err != nil || made.status != nil {
				t.Fatalf("%v, %v", err, made.status)
			}
			f.healthOf(t, "")
			logged := f.logs.call(t, map[string]string{"grpc": "grpc", "json": "http"}[protocolName], "/sipfacade.v1.SipAppService/GetSipApp")
			if logged["trace_id"] != callersTrace {
				t.Errorf("the log has the trace %v", logged["trace_id"])
			}
			f.stop() // exports the rest
			raw, spans := collector.received()
			if strings.Contains(raw, "SECRET") || strings.Contains(raw, "me@example.com") {
				t.Errorf("a secret is in the trace:\n%s", raw)
			}
			checkTrace(t, spans, vendor.take())
		})
	}
}

// checkTrace checks the spans of a call with a login and a retry, and what the vendor got.
func checkTrace(t *testing.T, spans []span, requests []received) {
	t.Helper()
	byName := map[string][]span{}
	for _, s := range spans {
		if s.trace != callersTrace {
			t.Errorf("%s is in the trace %s", s.name, s.trace)
		}
		byName[s.name] = append(byName[s.name], s)
	}
	const call, login, exchange = "sipfacade.v1.SipAppService/GetSipApp", "opentact Auth", "opentact GetSIPControlAppByUUID"
	want := map[string]int{call: 1, login: 1, exchange: 2}
	got := map[string]int{}
	for name, of := range byName {
		got[name] = len(of)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	server := byName[call][0]
	if server.parent != callersSpan || server.kind != traces.Span_SPAN_KIND_SERVER || server.attributes["rpc.grpc.status_code"] != "0" {
		t.Errorf("the call: %+v", server)
	}
	var ids []string
	for _, s := range append(byName[exchange], byName[login]...) {
		ids = append(ids, s.id)
		if s.parent != server.id || s.kind != traces.Span_SPAN_KIND_CLIENT || s.attributes["sipfacade.upstream"] != "opentact" {
			t.Errorf("an exchange: %+v", s)
		}
	}
	slices.SortFunc(byName[exchange], func(a, b span) int {
		return strings.Compare(a.attributes["sipfacade.attempt"], b.attributes["sipfacade.attempt"])
	})
	wantAttempts := []map[string]string{
		{"sipfacade.attempt": "1", "http.response.status_code": "503", "error.type": "status"},
		{"sipfacade.attempt": "2", "http.response.status_code": "200"},
	}
	for i, want := range wantAttempts {
		maps.Copy(want, map[string]string{
			"sipfacade.upstream": "opentact", "sipfacade.operation": "GetSIPControlAppByUUID", "http.request.method": "GET", "url.template": "/sip/app/{uuid}",
		})
		if diff := cmp.Diff(want, byName[exchange][i].attributes); diff != "" {
			t.Errorf("attempt %d: %s", i+1, diff)
		}
	}
	for _, r := range requests {
		parts := strings.Split(r.header.Get("Traceparent"), "-")
		if len(parts) != 4 || parts[1] != callersTrace || !slices.Contains(ids, parts[2]) || r.header.Get("Baggage") != "" {
			t.Errorf("the vendor got %v", r.header)
		}
	}
}

// TestTraceOfAFailure: the span of a call that fails is one of an error, with its reason, and
// the audit line names the trace.
func TestTraceOfAFailure(t *testing.T) {
	t.Parallel()
	audit := filepath.Join(t.TempDir(), "audit")
	collector := startCollector(t)
	f := startTraced(t, startVendor(t, breaksOffAtOnce()).url(), collector.tracer(t), func(*config.Config) {}, withToken(), "--audit-file="+audit)
	made, err := (grpcProtocol{f}).call(t.Context(), mustCall(t, "SipAppService.CreateSipApp", map[string]any{"sipApp": map[string]any{"name": "a"}}))
	if err != nil || made.status == nil {
		t.Fatalf("%v, %v", err, made.status)
	}
	f.stop()
	_, spans := collector.received()
	i := slices.IndexFunc(spans, func(s span) bool { return s.kind == traces.Span_SPAN_KIND_SERVER })
	if i < 0 || spans[i].status != traces.Status_STATUS_CODE_ERROR || spans[i].attributes["error.type"] == "" || spans[i].attributes["rpc.grpc.status_code"] == "0" {
		t.Fatalf("got %+v", spans)
	}
	written, err := os.ReadFile(audit)
	if err != nil {
		t.Fatal(err)
	}
	var line struct {
		TraceID string `json:"trace_id"`
	}
	if err := json.Unmarshal(written, &line); err != nil || line.TraceID != spans[i].trace {
		t.Errorf("%v: the audit line is %s, the trace %s", err, written, spans[i].trace)
	}
}

// breaksOffAtOnce is a vendor that closes every connection.
func breaksOffAtOnce() http.HandlerFunc { return resets }

// TestWithoutTraces: without an endpoint nothing is sent to the vendor, and the caller's trace
// is still in the log.
func TestWithoutTraces(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(good+"}"))
	f := startFacade(t, vendor.url(), withToken())
	for _, way := range f.protocols() {
		if _, err := way.call(t.Context(), traced(mustCall(t, "SipAppService.GetSipApp", map[string]any{"uuid": "14b17e00-0000-4000-8000-000000000001"}))); err != nil {
			t.Fatal(err)
		}
	}
	for _, protocolName := range []string{"grpc", "http"} {
		if logged := f.logs.call(t, protocolName, "/sipfacade.v1.SipAppService/GetSipApp"); logged["trace_id"] != callersTrace {
			t.Errorf("%s: the log has the trace %v", protocolName, logged["trace_id"])
		}
	}
	for _, r := range vendor.take() {
		if r.header.Get("Traceparent") != "" || r.header.Get("Baggage") != "" {
			t.Errorf("the vendor got %v", r.header)
		}
	}
}

// TestCollectorThatHangs: a collector that does not answer does not delay the stop beyond its
// budget.
func TestCollectorThatHangs(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(good+"}"))
	collector := startCollector(t)
	collector.server.Config.Handler = hangs(t)
	f := startTraced(t, vendor.url(), collector.tracer(t), func(c *config.Config) { c.DrainTimeout = 100 * time.Millisecond }, withToken())
	f.listApps(t)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		f.stop()
	}()
	select {
	case <-stopped:
	case <-time.After(waitLimit):
		t.Error("the server does not stop")
	}
}

// BenchmarkTraces is the cost of a call over gRPC without and with traces.
func BenchmarkTraces(b *testing.B) {
	collector := startCollector(b)
	for name, start := range map[string]func(vendorURL string) *facade{
		"off": func(url string) *facade { return startFacade(b, url, withToken()) },
		"on": func(url string) *facade {
			return startTraced(b, url, collector.tracer(b), func(*config.Config) {}, withToken())
		},
	} {
		b.Run(name, func(b *testing.B) {
			f := start(startVendor(b, json200(good+"}")).url())
			made, way := mustCall(b, "SipAppService.GetSipApp", map[string]any{"uuid": "14b17e00-0000-4000-8000-000000000001"}), grpcProtocol{f}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := way.call(b.Context(), made); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
