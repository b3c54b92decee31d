package browser

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// built builds the service once and returns the path of its program.
var built = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "sipfacade")
	if err != nil {
		return "", err
	}
	program := filepath.Join(folder, "sipfacade")
	command := exec.Command("go", "build", "-o", program, "./cmd/server")
	command.Dir = "../.."
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the service: %w\n%s", err, output)
	}
	return program, nil
})

// TestMain removes the program that built made.
func TestMain(m *testing.M) {
	code := m.Run()
	if program, err := built(); err == nil {
		_ = os.RemoveAll(filepath.Dir(program)) // a leftover harms nobody
	}
	os.Exit(code)
}

func program(t *testing.T) string {
	t.Helper()
	path, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// service is a sandbox in a process of its own.
type service struct {
	GRPC, HTTP, Admin string
}

// start runs a sandbox on free ports until the test ends.
func start(t *testing.T, flags ...string) service {
	t.Helper()
	command := exec.Command(program(t), append([]string{
		"serve", "--sandbox", "--log-format=json", "--grpc-address=127.0.0.1:0", "--http-address=127.0.0.1:0", "--admin-address=127.0.0.1:0",
	}, flags...)...)
	logs, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(logs)
	started, text := serving(lines)
	drained := make(chan struct{})
	go func() {
		defer close(drained)
		_, _ = io.Copy(io.Discard, lines) // the service must not wait for a reader
	}()
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM) // it may have ended
		<-drained
		if err := command.Wait(); err != nil {
			t.Errorf("the service did not stop cleanly: %v", err)
		}
	})
	if started.HTTP == "" {
		t.Fatalf("the service does not serve:\n%s", text)
	}
	return started
}

// serving reads the log to the line that has the addresses.
func serving(lines *bufio.Reader) (started service, text string) {
	var read strings.Builder
	for {
		line, err := lines.ReadString('\n')
		read.WriteString(line)
		var entry struct {
			Message string `json:"msg"`
			service
		}
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Message == "serving" {
			return entry.service, ""
		}
		if err != nil {
			return service{}, read.String()
		}
	}
}

// newToken returns a token and a tokens file with it.
func newToken(t *testing.T, scope string) (token, file string) {
	t.Helper()
	output, err := exec.Command(program(t), "token", "new", "browser", "--scope", scope).Output()
	if err != nil {
		t.Fatal(err)
	}
	token, entry, ok := strings.Cut(string(output), "\n")
	if !ok {
		t.Fatalf("a token and its entry: %q", output)
	}
	file = filepath.Join(t.TempDir(), "tokens.yaml")
	if err := os.WriteFile(file, []byte("tokens:\n"+entry), 0o600); err != nil {
		t.Fatal(err)
	}
	return token, file
}
