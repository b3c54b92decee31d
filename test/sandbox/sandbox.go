// Package sandbox runs the built service with emulated vendors in a process of its own, for
// tests that call it from outside.
package sandbox

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// Sandbox is the service in a process of its own.
type Sandbox struct {
	// GRPC, HTTP and Admin are the addresses of its listeners.
	GRPC, HTTP, Admin string
}

// built is the path of the service's program, which a process builds once.
var built = sync.OnceValues(build)

// build builds the service into .cache of the checkout. It replaces the program of another
// process at once, and does not disturb it if that is running.
func build() (string, error) {
	mod, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", err
	}
	root := filepath.Dir(strings.TrimSpace(string(mod)))
	folder := filepath.Join(root, ".cache", "sandbox")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return "", err
	}
	made := filepath.Join(folder, "sipfacade-"+strconv.Itoa(os.Getpid()))
	command := exec.Command("go", "build", "-o", made, "./cmd/server")
	command.Dir = root
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the service: %w\n%s", err, output)
	}
	path := filepath.Join(folder, "sipfacade")
	return path, os.Rename(made, path)
}

// Program returns the path of the service's program, which it builds if that was not done.
func Program(t testing.TB) string {
	t.Helper()
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

// Start runs a sandbox on free ports of loopback until the test ends. Flags are those of
// `sipfacade serve`.
func Start(t testing.TB, flags ...string) *Sandbox {
	t.Helper()
	command := exec.Command(Program(t), append([]string{"serve", "--sandbox", "--log-format=json",
		"--grpc-address=127.0.0.1:0", "--http-address=127.0.0.1:0", "--admin-address=127.0.0.1:0"}, flags...)...)
	logs, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	started, text, err := serving(logs)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		_, _ = io.Copy(io.Discard, logs) // so that it never waits for a reader
	}()
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM) // it may have ended
		<-drained
		if err := command.Wait(); err != nil {
			t.Errorf("the sandbox did not stop cleanly: %v", err)
		}
	})
	if err != nil {
		t.Fatalf("the sandbox does not serve: %v\n%s", err, text)
	}
	return started
}

// serving reads the log to the line that tells the addresses.
func serving(logs io.Reader) (started *Sandbox, text string, err error) {
	var read strings.Builder
	lines := bufio.NewReader(logs)
	for {
		line, err := lines.ReadString('\n')
		read.WriteString(line)
		var entry struct {
			Message string `json:"msg"`
			Sandbox
		}
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Message == "serving" {
			return &entry.Sandbox, read.String(), nil
		}
		if err != nil {
			return nil, read.String(), err
		}
	}
}

// Fault adds a fault, which is the body of a POST to /sandbox/faults.
func (s *Sandbox) Fault(t testing.TB, body string) {
	t.Helper()
	response, err := http.Post("http://"+s.Admin+"/sandbox/faults", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != http.StatusCreated {
		t.Fatalf("add the fault %s: %d\n%s", body, response.StatusCode, answer)
	}
}

// Calls is how many calls of a method have been answered over gRPC with a code; with any
// code if that is empty. Each attempt of a client that retries is one.
func (s *Sandbox) Calls(t testing.TB, method, code string) (sum int) {
	t.Helper()
	response, err := http.Get("http://" + s.Admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it is read to its end
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), "} ")
		if !strings.HasPrefix(name, "sipfacade_calls_total{") || !strings.Contains(name, `method="`+method+`"`) ||
			!strings.Contains(name, `protocol="grpc"`) || code != "" && !strings.Contains(name, `code="`+code+`"`) {
			continue
		}
		count, err := strconv.Atoi(value)
		if err != nil {
			t.Fatal(err)
		}
		sum += count
	}
	return sum
}
