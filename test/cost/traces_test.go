package cost_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sipfacade/sipfacade/test/cost"
	"github.com/sipfacade/sipfacade/test/cost/answers"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

const (
	// tracesOff is the share of a call's CPU time that traces may take at most while nothing
	// is exported.
	tracesOff = 0.02
	// shortProfile is how long a profile is, and longProfile how long the one is that decides
	// if the first has found too much: 2 % of a short one are two or three samples. Meanwhile
	// tracesCallers call.
	shortProfile  = 3 * time.Second
	longProfile   = 12 * time.Second
	tracesCallers = 8
	// leastProfile is the CPU time that a profile needs for a share of 2 % to be several samples.
	leastProfile = 500 * time.Millisecond
)

// tracesFunctions are all that is called for traces: the spans, and the look into the headers
// for a caller's trace.
var tracesFunctions = []string{
	"internal/tracing.", "go.opentelemetry.io/", "internal/server.(*call).traceID", "internal/server.(*Server).traced", "internal/server.traceIDOf",
}

// TestTracesOff holds what a whole call pays for traces while nothing is exported. The share
// is one of the process's own CPU time, so other processes do not change it. The same is
// measured with traces, to show that it would be seen.
func TestTracesOff(t *testing.T) {
	t.Parallel()
	vendor := httptest.NewServer(answers.New())
	t.Cleanup(vendor.Close)
	var exports atomic.Int64
	collector := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { exports.Add(1) }))
	t.Cleanup(collector.Close)
	binary, address := rig.Build(t), vendor.Listener.Addr().String()
	plain, err := cost.StartFacade(t.Context(), binary, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plain.Stop)
	traced, err := cost.StartTraced(t.Context(), binary, address, collector.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(traced.Stop)
	off, on := measureTraces(t, plain, shortProfile), measureTraces(t, traced, shortProfile)
	if off.Of > tracesOff {
		off = measureTraces(t, plain, longProfile)
	}
	t.Logf("of a call, traces take %.2f %% when they are off, %.1f %% when they are on; it allocates %.0f objects, and %.0f", 100*off.Of, 100*on.Of, off.allocations, on.allocations)
	if off.Of > tracesOff {
		t.Errorf("traces that are off take %.2f %% of a call, at most %.0f %% are accepted", 100*off.Of, 100*tracesOff)
	}
	if on.Of <= off.Of || on.allocations <= off.allocations || exports.Load() == 0 {
		t.Errorf("traces that are on take %.2f %% and %.0f allocations, %d exports: what is measured is not their cost", 100*on.Of, on.allocations, exports.Load())
	}
}

// tracesCost is what traces take of a call, and what a whole call allocates.
type tracesCost struct {
	cost.Share
	allocations float64
}

// measureTraces profiles a service under the simplest call over gRPC.
func measureTraces(t *testing.T, facade *cost.Facade, length time.Duration) tracesCost {
	t.Helper()
	call, disconnect, err := cost.GetApp().OverGRPC(facade.GRPC)
	if err != nil {
		t.Fatal(err)
	}
	defer disconnect()
	share, err := facade.ShareOf(t.Context(), tracesFunctions, tracesCallers, length, call)
	if err != nil {
		t.Fatal(err)
	}
	if share.Total < leastProfile {
		t.Fatalf("the profile has %s of CPU time only", share.Total)
	}
	allocations, err := facade.Allocations(t.Context(), 200, call)
	if err != nil {
		t.Fatal(err)
	}
	return tracesCost{share, allocations}
}
