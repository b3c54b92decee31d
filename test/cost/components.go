package cost

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// The components that no package of the table names.
const (
	systemCalls = "system calls"
	collection  = "garbage collection"
	stackGrowth = "stack growth"
	theRuntime  = "scheduler and other runtime"
	// Allocation is counted beside the components: it is part of what they take.
	Allocation = "memory allocation, in the rows above"
)

// component is a row of the breakdown with the functions that it consists of.
type component struct {
	name     string
	prefixes []string
}

// components tell by the beginning of a function's name what it belongs to. A sample
// belongs to the innermost function that is in the table, so that what the runtime and
// the smaller packages of the standard library do counts for their callers.
func components() []component {
	return []component{
		{"metrics", []string{"internal/telemetry.(*Metrics)", "github.com/prometheus/"}},
		{"log", []string{"log/slog", "internal/telemetry"}},
		{"vendor JSON", []string{"internal/upstream/tolerant"}},
		{"translation", []string{"internal/service", "internal/upstream/opentact", "internal/upstream/infinity"}},
		{"secret names", []string{"internal/secret", "internal/contract"}},
		{"pages and filters", []string{"internal/list."}},
		{"JSON API", []string{"internal/gateway", "github.com/grpc-ecosystem/"}},
		{"rules", []string{"internal/validation", "internal/limits", "buf.build/", "cel.dev/"}},
		{"vendor pipeline", []string{"internal/upstream"}},
		{"interceptors and listeners", []string{"internal/server", "internal/status", "internal/listener"}},
		{"gRPC", []string{"google.golang.org/grpc", "golang.org/x/net/http2"}},
		{"protobuf", []string{"google.golang.org/protobuf"}},
		{"HTTP", []string{"net/http", "net/textproto", "net/url", "mime"}},
	}
}

// ComponentNames returns the rows of a breakdown, in their order.
func ComponentNames() []string {
	var names []string
	for _, c := range components() {
		names = append(names, c.name)
	}
	return append(names, systemCalls, collection, stackGrowth, theRuntime)
}

// Profile finds out which component takes which share of the CPU time.
func (b *Bench) Profile(ctx context.Context) (all []Breakdown, err error) {
	for _, run := range []struct {
		work    Work
		server  string
		callers int
	}{
		{GetApp(), OverGRPC, 32}, {GetApp(), OverJSON, 32}, {ListInvites(1000), OverGRPC, 8}, {ListUsers(5000), OverGRPC, 8},
	} {
		shares, err := b.profile(ctx, run.server, run.work, run.callers)
		if err != nil {
			return nil, fmt.Errorf("profile %s: %w", run.work.Name, err)
		}
		all = append(all, Breakdown{Work: run.work.Name, Server: run.server, Shares: shares})
	}
	return all, nil
}

// profile takes a profile of the service under load and returns its shares.
func (b *Bench) profile(ctx context.Context, server string, work Work, callers int) (map[string]float64, error) {
	folder, err := os.MkdirTemp("", "sipfacade-profile-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the profile: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }() // a folder of temporary files
	path := filepath.Join(folder, "profile")
	if err := b.takeProfile(ctx, server, work, callers, path); err != nil {
		return nil, err
	}
	traces, err := exec.CommandContext(ctx, "go", "tool", "pprof", "-traces", path).Output()
	if err != nil {
		return nil, fmt.Errorf("print the profile: %w", err)
	}
	return shares(traces), nil
}

// sample is a stack, the innermost function first, and the CPU time spent in it.
type sample struct {
	stack []string
	took  time.Duration
}

// shares adds up the samples of each component.
func shares(traces []byte) map[string]float64 {
	var total time.Duration
	sums := map[string]time.Duration{}
	for _, s := range samples(traces) {
		total += s.took
		sums[componentOf(s.stack)] += s.took
		if allocates(s.stack) {
			sums[Allocation] += s.took
		}
	}
	parts := map[string]float64{}
	for name, sum := range sums {
		parts[name] = sum.Seconds() / total.Seconds()
	}
	return parts
}

// samples reads what `go tool pprof -traces` prints: stacks between lines of dashes, with
// the time before the innermost function.
func samples(traces []byte) (all []sample) {
	var next sample
	for lines := bufio.NewScanner(bytes.NewReader(traces)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		switch {
		case strings.HasPrefix(lines.Text(), "-----"):
			next = sample{}
		case len(fields) > 1 && next.took == 0:
			took, err := time.ParseDuration(fields[0])
			if err != nil {
				continue // a heading
			}
			next = sample{stack: fields[1:2], took: took}
			all = append(all, next)
		case len(fields) > 0 && next.took > 0:
			next.stack = append(next.stack, fields[0])
			all[len(all)-1] = next
		}
	}
	return all
}

// module begins the names of the project's own functions.
const module = "github.com/sipfacade/sipfacade/"

// componentOf tells what a stack belongs to, the innermost function first.
func componentOf(stack []string) string {
	switch {
	case strings.HasPrefix(stack[0], "internal/runtime/syscall") || strings.HasPrefix(stack[0], "syscall."):
		return systemCalls
	case calls(stack, "runtime.gcBgMarkWorker", "runtime.gcAssistAlloc", "runtime.bgsweep", "runtime.bgscavenge", "runtime.gcStart"):
		return collection
	case calls(stack, "runtime.newstack"):
		return stackGrowth
	}
	for _, function := range stack {
		function = strings.TrimPrefix(function, module)
		for _, c := range components() {
			for _, prefix := range c.prefixes {
				if strings.HasPrefix(function, prefix) {
					return c.name
				}
			}
		}
	}
	return theRuntime
}

// allocates reports whether a stack is inside of an allocation.
func allocates(stack []string) bool {
	return calls(stack, "runtime.mallocgc") && !calls(stack, "runtime.gcAssistAlloc")
}

// calls reports whether a stack has one of the functions.
func calls(stack []string, functions ...string) bool {
	for _, function := range stack {
		for _, wanted := range functions {
			if function == wanted {
				return true
			}
		}
	}
	return false
}
