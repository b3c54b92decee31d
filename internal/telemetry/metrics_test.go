package telemetry

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// scrape returns what the handler serves.
func scrape(t *testing.T, m *Metrics) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	m.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if recorder.Code != http.StatusOK || !strings.HasPrefix(recorder.Header().Get("Content-Type"), "text/plain") {
		t.Fatalf("status %d, %v", recorder.Code, recorder.Header())
	}
	return recorder.Body.String()
}

// finding is a difference in the answers of an operation.
func finding(found tolerant.Finding, count int) upstream.Finding {
	return upstream.Finding{Finding: found, Vendor: "opentact", Operation: "GetThing", Count: count}
}

// TestMetrics: names, labels and values, as operators build their dashboards on.
func TestMetrics(t *testing.T) {
	t.Parallel()
	m := NewMetrics("v1.2.3")
	route := &upstream.Route{Operation: "GetThing"}
	m.Call("grpc", "/s/M", "OK", "", 30*time.Millisecond)
	m.Call("grpc", "/s/M", "OK", "", 40*time.Millisecond)
	m.Call("http", "/s/M", "NotFound", "RESOURCE_NOT_FOUND", time.Minute)
	m.Upstream(upstream.Observation{Vendor: "opentact", Route: route, Status: 200, Outcome: "ok", Duration: 5 * time.Millisecond})
	m.Upstream(upstream.Observation{Vendor: "opentact", Route: route, Outcome: "unreachable", Duration: time.Millisecond})
	m.Upstream(upstream.Observation{Vendor: "opentact", Route: route, Status: 598, Outcome: "status", Duration: time.Millisecond})
	m.Found(finding(tolerant.Finding{Difference: tolerant.Misread, Member: "port"}, 3))
	m.Found(finding(tolerant.Finding{Difference: tolerant.UnknownMember, Member: "vendors_choice"}, 2))
	m.Found(finding(tolerant.Finding{Difference: tolerant.UnknownWord, Member: "color", Word: "vendors_choice"}, 1))
	m.Vendor("opentact", func() upstream.Status { return upstream.Status{UnderWay: 3} })
	m.Vendor("infinity", func() upstream.Status { return upstream.Status{Breaker: upstream.BreakerHalfOpen} })
	m.AuthRefusal("CALLER_FORBIDDEN")
	m.Panic()
	m.LostLines(func() int { return 7 })
	text := scrape(t, m)
	for _, line := range []string{
		`sipfacade_calls_total{code="OK",method="/s/M",protocol="grpc",reason=""} 2`,
		`sipfacade_calls_total{code="NotFound",method="/s/M",protocol="http",reason="RESOURCE_NOT_FOUND"} 1`,
		`sipfacade_call_duration_seconds_bucket{method="/s/M",protocol="grpc",le="0.025"} 0`,
		`sipfacade_call_duration_seconds_bucket{method="/s/M",protocol="grpc",le="0.05"} 2`,
		`sipfacade_call_duration_seconds_bucket{method="/s/M",protocol="http",le="30"} 0`,
		`sipfacade_call_duration_seconds_count{method="/s/M",protocol="http"} 1`,
		`sipfacade_upstream_attempts_total{operation="GetThing",outcome="ok",status="200",upstream="opentact"} 1`,
		`sipfacade_upstream_attempts_total{operation="GetThing",outcome="unreachable",status="0",upstream="opentact"} 1`,
		`sipfacade_upstream_duration_seconds_count{operation="GetThing",upstream="opentact"} 3`,
		`sipfacade_upstream_misread_values_total{member="port",operation="GetThing",upstream="opentact"} 3`,
		`sipfacade_upstream_misread_values_total{member="color",operation="GetThing",upstream="opentact"} 1`,
		`sipfacade_upstream_unknown_members_total{operation="GetThing",upstream="opentact"} 2`,
		`sipfacade_upstream_attempts_total{operation="GetThing",outcome="status",status="5xx",upstream="opentact"} 1`,
		`sipfacade_upstream_breaker_open{upstream="opentact"} 0`,
		`sipfacade_upstream_breaker_open{upstream="infinity"} 1`,
		`sipfacade_upstream_calls_in_flight{upstream="opentact"} 3`,
		`sipfacade_auth_refusals_total{reason="CALLER_FORBIDDEN"} 1`,
		`sipfacade_panics_total 1`,
		`sipfacade_log_lines_lost_total 7`,
		`sipfacade_build_info{version="v1.2.3"} 1`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("%s is not in\n%s", line, text)
		}
	}
	var names []string
	for _, help := range regexp.MustCompile(`(?m)^# HELP (sipfacade_\S+) .+$`).FindAllStringSubmatch(text, -1) {
		names = append(names, help[1])
	}
	want := []string{
		"sipfacade_auth_refusals_total", "sipfacade_build_info", "sipfacade_call_duration_seconds", "sipfacade_calls_total",
		"sipfacade_log_lines_lost_total", "sipfacade_panics_total",
		"sipfacade_upstream_attempts_total", "sipfacade_upstream_breaker_open", "sipfacade_upstream_calls_in_flight",
		"sipfacade_upstream_duration_seconds", "sipfacade_upstream_misread_values_total", "sipfacade_upstream_unknown_members_total",
	}
	if strings.Contains(text, "vendors_choice") {
		t.Error("a name that the vendor chose is a label")
	}
	slices.Sort(names)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	for _, name := range []string{"go_goroutines", "process_start_time_seconds"} {
		if !strings.Contains(text, "\n"+name+" ") {
			t.Errorf("%s is missing", name)
		}
	}
}

// TestMetricsAreApart: two registries know nothing of each other.
func TestMetricsAreApart(t *testing.T) {
	t.Parallel()
	first, second := NewMetrics("a"), NewMetrics("b")
	first.Panic()
	if text := scrape(t, second); !strings.Contains(text, "sipfacade_panics_total 0\n") || strings.Contains(text, `version="a"`) {
		t.Errorf("got %s", text)
	}
}

func TestLogger(t *testing.T) {
	t.Parallel()
	var line bytes.Buffer
	logger := NewLogger(&line, slog.LevelWarn, "json")
	logger.Info("not shown")
	logger.Warn("shown", "count", 3)
	var fields map[string]any
	if err := json.Unmarshal(line.Bytes(), &fields); err != nil {
		t.Fatal(err)
	}
	delete(fields, "time")
	if diff := cmp.Diff(map[string]any{"level": "WARN", "msg": "shown", "count": 3.0}, fields); diff != "" {
		t.Error(diff)
	}
	line.Reset()
	NewLogger(&line, slog.LevelInfo, FormatText).Info("shown", "count", 3, "a text", "a \x1b b")
	if !strings.HasSuffix(line.String(), " INF shown count=3 \"a text\"=\"a \"\n") { // what would steer a terminal is left out
		t.Errorf("got %q", line.String())
	}
	line.Reset()
	NewLogger(&line, slog.LevelInfo, FormatColor).Info("shown", "count", 3)
	if !strings.Contains(line.String(), "\x1b[") {
		t.Errorf("got %q", line.String())
	}
}
