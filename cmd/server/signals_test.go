package main

import (
	"errors"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestHangup: SIGHUP opens the audit file anew, and does not end a server that has none.
func TestHangup(t *testing.T) {
	t.Parallel()
	audit := filepath.Join(t.TempDir(), "audit.jsonl")
	for name, test := range map[string]struct{ flag, message string }{
		"without an audit file": {"--audit-file=", "SIGHUP does nothing: there is no audit file; other files are read again when they change"},
		"with an audit file":    {"--audit-file=" + audit, "the audit file was opened anew"},
		"with standard output":  {"--audit-file=-", "the audit file was opened anew"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := startProcess(t, test.flag)
			for range 2 {
				if err := server.Process.Signal(syscall.SIGHUP); err != nil {
					t.Fatal(err)
				}
				server.waitFor(t, test.message)
			}
			if err := server.end(syscall.SIGTERM); err != nil {
				t.Errorf("after SIGHUP the server does not stop cleanly: %v", err)
			}
		})
	}
}

// TestLogWithoutReader: a server whose log nobody reads any more goes on, and stops cleanly.
func TestLogWithoutReader(t *testing.T) {
	t.Parallel()
	server := startProcess(t)
	if err := server.stderr.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the log has a line for each
		if answer := server.create(t); !strings.Contains(answer, "Night desk") {
			t.Errorf("a create is answered %s", answer)
		}
	}
	if err := server.end(syscall.SIGTERM); err != nil {
		t.Errorf("the server does not stop cleanly: %v", err)
	}
}

// TestLogWithStalledReader: a server whose log has a reader that does not read goes on, and stops.
func TestLogWithStalledReader(t *testing.T) {
	t.Parallel()
	server := startProcess(t, "--log-level=debug")
	for range 300 { // whose lines are more than a pipe holds
		if answer := server.create(t); !strings.Contains(answer, "Night desk") {
			t.Fatalf("a create is answered %s", answer)
		}
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if ended, err := server.Process.Wait(); err != nil || !ended.Success() {
		t.Errorf("the server does not stop cleanly: %v, %v", ended, err)
	}
}

// TestAuditWithoutReader: the write whose line nobody takes is answered, and further ones are
// refused, as with a file that cannot be written.
func TestAuditWithoutReader(t *testing.T) {
	t.Parallel()
	server := startProcess(t, "--audit-file=-")
	if err := server.stdout.Close(); err != nil {
		t.Fatal(err)
	}
	if answer := server.create(t); !strings.Contains(answer, "Night desk") {
		t.Errorf("the first create is answered %s", answer)
	}
	server.waitFor(t, "an audit line could not be written")
	for range 2 {
		if answer := server.create(t); !strings.Contains(answer, "AUDIT_UNAVAILABLE") {
			t.Errorf("a further create is answered %s", answer)
		}
	}
	if err := server.end(syscall.SIGTERM); err != nil {
		t.Errorf("the server does not stop cleanly: %v", err)
	}
}

// TestShortDrain: a server that waits less for calls than they may last says so, and runs.
func TestShortDrain(t *testing.T) {
	t.Parallel()
	server := startProcess(t, "--drain-timeout=1s")
	if want := `"setting":"drain_timeout"`; !strings.Contains(server.log, want) {
		t.Errorf("the log has no %s:\n%s", want, server.log)
	}
	if err := server.end(syscall.SIGTERM); err != nil {
		t.Errorf("the server does not stop cleanly: %v", err)
	}
}

// create creates an app, and returns the answer.
func (p *process) create(t *testing.T) string {
	t.Helper()
	response, err := http.Post("http://"+p.HTTP+"/v1/sip-apps", "application/json", strings.NewReader(`{"name": "Night desk"}`))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// TestStopSignals: with an audit file, which SIGHUP opens anew, it never ends the server.
func TestStopSignals(t *testing.T) {
	t.Parallel()
	if signals := stopSignals("audit.jsonl"); slices.Contains(signals, os.Signal(syscall.SIGHUP)) || !slices.Contains(signals, os.Signal(syscall.SIGTERM)) {
		t.Errorf("%v", signals)
	}
	ended := slices.Contains(stopSignals(""), os.Signal(syscall.SIGHUP))
	if ended != (hasTerminal() && !signal.Ignored(syscall.SIGHUP)) {
		t.Errorf("SIGHUP ends the server: %t", ended)
	}
}
