package cost

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestComponentOf: a stack belongs to the innermost function that the table has. System
// calls and the collector count by themselves.
func TestComponentOf(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		want  string
		stack []string
	}{
		{"system calls", []string{"internal/runtime/syscall/linux.Syscall6", "syscall.write", "net/http.(*conn).serve"}},
		{"garbage collection", []string{"runtime.scanobject", "runtime.gcDrain", "runtime.gcBgMarkWorker"}},
		{"stack growth", []string{"runtime.copystack", "runtime.newstack", "google.golang.org/grpc.(*Server).handleStream"}},
		{"vendor JSON", []string{"runtime.mallocgc", "strconv.Unquote", module + "internal/upstream/tolerant.(*Reader).Text", module + "internal/upstream/opentact.decode"}},
		{"translation", []string{module + "internal/upstream/opentact.decode", module + "internal/upstream.(*Pipeline).Do"}},
		{"vendor pipeline", []string{"time.Now", module + "internal/upstream.(*Pipeline).Do"}},
		{"metrics", []string{module + "internal/telemetry.(*Metrics).Call", module + "internal/server.(*Server).observe"}},
		{"log", []string{module + "internal/telemetry.(*handler).Handle"}},
		{"scheduler and other runtime", []string{"runtime.futex", "runtime.findRunnable", "runtime.mcall"}},
	} {
		if got := componentOf(tt.stack); got != tt.want {
			t.Errorf("%v belongs to %q, want %q", tt.stack, got, tt.want)
		}
	}
}

// TestShares reads what `go tool pprof -traces` prints.
func TestShares(t *testing.T) {
	t.Parallel()
	traces, err := os.ReadFile("testdata/traces.txt")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"system calls": 0.5, "vendor JSON": 0.375, "garbage collection": 0.125, Allocation: 0.25}
	if diff := cmp.Diff(want, shares(traces), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Error(diff)
	}
}
