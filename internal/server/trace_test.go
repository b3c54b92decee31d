package server

import (
	"testing"

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

// BenchmarkWithoutTraces is all that a call pays for traces when they are off: one look into
// its metadata. A whole call costs more than a hundred times as much.
func BenchmarkWithoutTraces(b *testing.B) {
	ctx := metadata.NewIncomingContext(b.Context(), metadata.Pairs(
		":authority", "127.0.0.1", "content-type", "application/grpc", "user-agent", "grpc-go", "authorization", "Bearer x", "x-request-id", "1",
	))
	current := &call{}
	b.ReportAllocs()
	for b.Loop() {
		if current.traceID(ctx) != "" {
			b.Fatal("there is no trace")
		}
	}
}
