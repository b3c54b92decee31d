package cost_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/sipfacade/sipfacade/test/cost"
	"github.com/sipfacade/sipfacade/test/cost/answers"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

// tracesFunctions are all that is called for traces: the spans, and the look into the headers
// for a caller's trace.
var tracesFunctions = []string{
	"internal/tracing.", "go.opentelemetry.io/", "internal/server.(*call).traceID", "internal/server.(*Server).traced", "internal/server.traceIDOf",
}

// spanAllocations is how many objects the two spans of a call take at least.
const spanAllocations = 10

// tracing starts the service twice, without and with an endpoint for traces.
func tracing(tb testing.TB) (off, on *cost.Facade) {
	tb.Helper()
	vendor := httptest.NewServer(answers.New())
	tb.Cleanup(vendor.Close)
	collector := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	tb.Cleanup(collector.Close)
	binary, address := rig.Build(tb), vendor.Listener.Addr().String()
	off, err := cost.StartFacade(tb.Context(), binary, address)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(off.Stop)
	on, err = cost.StartTraced(tb.Context(), binary, address, collector.URL)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(on.Stop)
	return off, on
}

// getApp returns the simplest call over gRPC.
func getApp(tb testing.TB, facade *cost.Facade) cost.Call {
	tb.Helper()
	call, disconnect, err := cost.GetApp().OverGRPC(facade.GRPC)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(disconnect)
	return call
}

// TestTracesOff: a call pays for traces only if there is an endpoint. TestAllocations has the
// bound for a call without one.
func TestTracesOff(t *testing.T) {
	t.Parallel()
	off, on := tracing(t)
	var counts [2]float64
	for i, facade := range []*cost.Facade{off, on} {
		counted, err := facade.Allocations(t.Context(), 200, getApp(t, facade))
		if err != nil {
			t.Fatal(err)
		}
		counts[i] = counted
	}
	t.Logf("a call allocates %.0f objects without traces and %.0f with them", counts[0], counts[1])
	if counts[1] < counts[0]+spanAllocations {
		t.Errorf("a call allocates %.0f objects without traces and %.0f with them", counts[0], counts[1])
	}
}

// BenchmarkTraces reports the share of a call's CPU time that traces take. It is a share of
// the service's own time, so other processes do not change it.
func BenchmarkTraces(b *testing.B) {
	const length, callers = 12 * time.Second, 8
	off, on := tracing(b)
	for _, run := range []struct {
		name   string
		facade *cost.Facade
	}{{"off", off}, {"on", on}} {
		b.Run(run.name, func(b *testing.B) {
			for b.Loop() {
				share, err := run.facade.ShareOf(b.Context(), tracesFunctions, callers, length, getApp(b, run.facade))
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(100*share.Of, "%")
			}
		})
	}
}
