package docs

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

// startTime is how long a server may take to listen, with its build if make builds it.
const startTime = 10 * time.Minute

// stopTime is how long a server may take to stop before it is killed.
const stopTime = 20 * time.Second

// listeners are the addresses of a running server by the address that pages show.
type listeners map[string]string

// server is a process that serves, started by a script.
type server struct {
	listeners listeners
	process   *exec.Cmd
	output    *os.File // what the script prints
	log       *serverLog
	ended     chan struct{} // closed when the process has ended, after exit is set
	exit      error
}

// startServer runs a script in the workspace and waits until it serves.
func startServer(ctx context.Context, w *workspace, script string) (*server, error) {
	output, err := os.CreateTemp(w.hidden, "server-*.out")
	if err != nil {
		return nil, err
	}
	reading, writing, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	s := &server{output: output, log: newServerLog(reading), ended: make(chan struct{})}
	s.process = exec.Command("bash", "-c", script)
	s.process.Dir, s.process.Env = w.directory, append(w.environment(), "DOCS_LOG=1")
	s.process.Stdout, s.process.Stderr = output, output
	s.process.ExtraFiles = []*os.File{writing, writing} // descriptors 3 and 4
	s.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	_ = writing.Close() // the process has its own
	go func() {
		s.exit = s.process.Wait()
		close(s.ended)
	}()
	if err := s.wait(ctx, w); err != nil {
		s.stop()
		return nil, fmt.Errorf("%w\n%s", err, s.printed())
	}
	return s, nil
}

// wait reads the addresses from the log.
func (s *server) wait(ctx context.Context, w *workspace) error {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	select {
	case s.listeners = <-s.log.serving:
		return os.WriteFile(w.admin(), []byte(s.listeners["127.0.0.1:9091"]), 0o600)
	case <-s.ended:
		return fmt.Errorf("the server ended before it served: %w", s.exit)
	case <-ctx.Done():
		return fmt.Errorf("the server does not serve: %w", ctx.Err())
	}
}

// stop ends the process as Ctrl-C does, and kills it if that takes too long.
func (s *server) stop() {
	group := -s.process.Process.Pid
	_ = syscall.Kill(group, syscall.SIGTERM) // it may have ended
	select {
	case <-s.ended:
	case <-time.After(stopTime):
		_ = syscall.Kill(group, syscall.SIGKILL)
		<-s.ended
	}
	_ = syscall.Kill(group, syscall.SIGKILL) // what it may have left
	s.log.close()
	_ = s.output.Close() // it has been read
}

// printed is what the script has printed.
func (s *server) printed() string {
	text, err := os.ReadFile(s.output.Name())
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// serverLog reads the log of a server until that ends.
type serverLog struct {
	serving chan listeners
	done    chan struct{}
	pipe    io.ReadCloser

	mu   sync.Mutex
	last []string
}

func newServerLog(pipe io.ReadCloser) *serverLog {
	l := &serverLog{serving: make(chan listeners, 1), done: make(chan struct{}), pipe: pipe}
	go l.read()
	return l
}

func (l *serverLog) read() {
	defer close(l.done)
	for lines := bufio.NewScanner(l.pipe); lines.Scan(); {
		l.remember(lines.Text())
		var line struct{ Msg, GRPC, HTTP, Admin string }
		if json.Unmarshal(lines.Bytes(), &line) != nil || line.Msg != "serving" {
			continue
		}
		select {
		case l.serving <- listeners{"127.0.0.1:9090": line.GRPC, "127.0.0.1:8080": line.HTTP, "127.0.0.1:9091": line.Admin}:
		default: // a second server of one script: the first counts
		}
	}
}

// remember keeps the last lines for the message of a failure.
func (l *serverLog) remember(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = append(l.last, line)
	if len(l.last) > 6 {
		l.last = l.last[1:]
	}
}

func (l *serverLog) lines() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.last, "\n")
}

// close waits for the reader. All writers have ended.
func (l *serverLog) close() {
	_ = l.pipe.Close() // ends a reader that still waits
	<-l.done
}

// workspace is the directory in which a page is read, and what its processes see.
type workspace struct {
	directory string
	hidden    string // what the test itself writes
}

// newWorkspace makes a directory in which bin/sipfacade is, as after `make build`.
func newWorkspace(directory string) (*workspace, error) {
	w := &workspace{directory: filepath.Join(directory, "work"), hidden: filepath.Join(directory, "hidden")}
	for _, path := range []string{filepath.Join(w.directory, "bin"), w.hidden} {
		if err := os.MkdirAll(path, 0o755); err != nil {
			return nil, err
		}
	}
	err := os.Symlink(filepath.Join(commands.directory, "sipfacade"), filepath.Join(w.directory, "bin", "sipfacade"))
	return w, err
}

// admin is the file with the address of the admin listener.
func (w *workspace) admin() string { return filepath.Join(w.hidden, "admin") }

// environment is that of the test without settings of the server, and with the
// commands first in the path.
func (w *workspace) environment() []string {
	var kept []string
	for _, variable := range os.Environ() {
		name, _, _ := strings.Cut(variable, "=")
		if !strings.HasPrefix(name, "SIPFACADE_") && name != "PATH" && name != "CI" && !strings.HasPrefix(name, "MAKE") {
			kept = append(kept, variable)
		}
	}
	return append(kept, "PATH="+commands.directory+":"+os.Getenv("PATH"), "LC_ALL=C.UTF-8", "TZ=UTC",
		"CURL_HOME="+w.hidden, "DOCS_ADMIN="+w.admin())
}
