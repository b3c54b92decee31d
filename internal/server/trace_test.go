package server

import (
	"context"
	"testing"
	"time"

	"google.golang.org/grpc/metadata"
)

// TestTraceIDs: the trace of a call is that of its span, or the caller's.
func TestTraceIDs(t *testing.T) {
	t.Parallel()
	const trace, other = "0af7651916cd43dd8448eb211c80319c", "1af7651916cd43dd8448eb211c80319c"
	for header, want := range map[string]string{
		"00-" + trace + "-b7ad6b7169203331-01": trace, "": "", "x": "", "00-00000000000000000000000000000000-b7ad6b7169203331-01": "",
	} {
		ctx := metadata.NewIncomingContext(t.Context(), metadata.Pairs("traceparent", header))
		if got := (&call{}).traceID(ctx); got != want {
			t.Errorf("%q: %q", header, got)
		}
		if got := (&call{trace: other}).traceID(ctx); got != other {
			t.Errorf("%q with a span: %q", header, got)
		}
	}
}

// TestExportTime: the last traces take what the drain has left, within bounds.
func TestExportTime(t *testing.T) {
	t.Parallel()
	for left, want := range map[time.Duration]time.Duration{
		-time.Second: exportTime, 0: exportTime, exportTime: exportTime, 3 * time.Second: 3 * time.Second,
		longestExport: longestExport, time.Minute: longestExport,
	} {
		if got := exportTimeOf(left); got != want {
			t.Errorf("with %s left: %s, want %s", left, got, want)
		}
	}
}

// untraced is the context of a call without a trace.
func untraced(parent context.Context) context.Context {
	return metadata.NewIncomingContext(parent, metadata.Pairs(
		":authority", "127.0.0.1", "content-type", "application/grpc", "user-agent", "grpc-go", "authorization", "Bearer x", "x-request-id", "1",
	))
}

// TestWithoutTraces: a call that belongs to no trace allocates nothing for that. It is not
// parallel, because it counts the allocations of the process.
func TestWithoutTraces(t *testing.T) {
	ctx, current := untraced(t.Context()), &call{}
	if counted := testing.AllocsPerRun(100, func() { _ = current.traceID(ctx) }); counted != 0 {
		t.Errorf("%v allocations", counted)
	}
}

// BenchmarkWithoutTraces is all that a call pays for traces when they are off: one look into
// its metadata. test/cost holds its share of a whole call.
func BenchmarkWithoutTraces(b *testing.B) {
	ctx, current := untraced(b.Context()), &call{}
	b.ReportAllocs()
	for b.Loop() {
		if current.traceID(ctx) != "" {
			b.Fatal("there is no trace")
		}
	}
}
