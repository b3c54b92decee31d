package rig

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Addresses are those that a server process listens on.
type Addresses struct{ GRPC, HTTP, Admin string }

// FreeAddresses returns addresses that a server can be started at again and again.
// The ports are below the range from which the kernel gives ports to outgoing
// connections, so that none of those takes one between two runs.
func FreeAddresses(t testing.TB) Addresses {
	t.Helper()
	var free []string
	for range 1000 {
		address := "127.0.0.1:" + strconv.Itoa(20_000+rand.IntN(12_000))
		listener, err := net.Listen("tcp", address)
		if err != nil || slices.Contains(free, address) {
			continue
		}
		_ = listener.Close() // the port is free again either way
		if free = append(free, address); len(free) == 3 {
			return Addresses{GRPC: free[0], HTTP: free[1], Admin: free[2]}
		}
	}
	t.Fatal("no free ports")
	return Addresses{}
}

// Build builds the server's binary and returns its path.
func Build(t testing.TB) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "sipfacade")
	build := exec.Command("go", "build", "-o", binary, "github.com/sipfacade/sipfacade/cmd/server")
	if output, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the server: %v\n%s", err, output)
	}
	return binary
}

// Process is a server in a process of its own.
type Process struct {
	Addresses
	command *exec.Cmd
	log     bytes.Buffer
	ended   chan error
}

// readyWithin is how long a process may take until it is ready, on a busy machine.
const readyWithin = 20 * time.Second

// StartProcess starts a binary in front of the vendors at the two addresses, and
// waits until it is ready. If it still runs when the test ends, it is killed.
func StartProcess(t testing.TB, binary string, at Addresses, toOpenTACT, toInfinity string, flags ...string) *Process {
	t.Helper()
	p := &Process{Addresses: at, ended: make(chan error, 1)}
	p.command = exec.Command(binary, slices.Concat([]string{
		"serve", "--grpc-address=" + at.GRPC, "--http-address=" + at.HTTP, "--admin-address=" + at.Admin, "--log-level=warn",
	}, vendorFlags(toOpenTACT, toInfinity), flags)...)
	p.command.Stdout, p.command.Stderr = &p.log, &p.log
	if err := p.command.Start(); err != nil {
		t.Fatalf("start the server: %v", err)
	}
	go func() { p.ended <- p.command.Wait() }()
	t.Cleanup(func() { _ = p.command.Process.Kill() }) // it has usually ended before
	p.awaitReady(t)
	return p
}

// awaitReady polls the readiness probe.
func (p *Process) awaitReady(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), readyWithin)
	defer cancel()
	for !p.isReady(ctx) {
		select {
		case err := <-p.ended:
			t.Fatalf("the server ended before it was ready: %v\n%s", err, p.log.String())
		case <-ctx.Done():
			t.Fatalf("the server was not ready after %s", readyWithin)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (p *Process) isReady(ctx context.Context) bool {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.Admin+"/readyz", nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	_ = response.Body.Close() // only the status matters
	return response.StatusCode == http.StatusOK
}

// Terminate sends SIGTERM, waits until the process has ended, and returns how long
// that took. After the limit it kills the process and returns an error.
func (p *Process) Terminate(limit time.Duration) (time.Duration, error) {
	started := time.Now()
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return 0, fmt.Errorf("send SIGTERM: %w", err)
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case err := <-p.ended:
		if err != nil {
			return time.Since(started), fmt.Errorf("the server ended with %w\n%s", err, p.log.String())
		}
		return time.Since(started), nil
	case <-timer.C:
		_ = p.command.Process.Kill() // the limit is reported either way
		return limit, fmt.Errorf("the server did not end within %s after SIGTERM: %w", limit, <-p.ended)
	}
}

// Kill sends SIGKILL and waits until the process has ended.
func (p *Process) Kill() error {
	if err := p.command.Process.Kill(); err != nil {
		return fmt.Errorf("send SIGKILL: %w", err)
	}
	if err := <-p.ended; err == nil {
		return fmt.Errorf("the server had ended by itself\n%s", p.log.String())
	}
	return nil
}

// Ended reports whether the process has ended by itself, and what it logged.
func (p *Process) Ended() (log string, ended bool) {
	select {
	case err := <-p.ended:
		p.ended <- err
		return fmt.Sprintf("%v\n%s", err, p.log.String()), true
	default:
		return "", false
	}
}

// PeakMemory returns the most bytes that were resident at one time.
func (p *Process) PeakMemory() (int64, error) {
	path := fmt.Sprintf("/proc/%d/status", p.command.Process.Pid)
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("read the memory of the server: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if value, is := strings.CutPrefix(line, "VmHWM:"); is {
			kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("%s has no VmHWM", path)
}
