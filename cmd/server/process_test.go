package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/sipfacade/sipfacade/test/sandbox"
)

// processTime is when a process that does not do what a test waits for is killed.
const processTime = time.Minute

// process is a sandbox in a process of its own, which the test signals.
type process struct {
	*exec.Cmd
	addresses
	// stdout and stderr are what the test reads, or closes.
	stdout, stderr io.ReadCloser
	lines          *bufio.Scanner // of stderr
	log            string         // what was read of them
}

// addresses are those of its listeners, as the log has them.
type addresses struct{ HTTP, Admin string }

// startProcess starts a sandbox on free ports of loopback, and waits until it serves. Flags
// are those of `sipfacade serve`; the last one of a setting wins.
func startProcess(t *testing.T, flags ...string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), processTime)
	t.Cleanup(cancel)
	p := &process{Cmd: exec.CommandContext(ctx, sandbox.Program(t), append([]string{"serve", "--sandbox", "--log-format=json",
		"--grpc-address=127.0.0.1:0", "--http-address=127.0.0.1:0", "--admin-address=127.0.0.1:0"}, flags...)...)}
	p.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // without the terminal of whoever runs the test
	var err, errLog error
	p.stdout, err = p.StdoutPipe()
	p.stderr, errLog = p.StderrPipe()
	if err := errors.Join(err, errLog, p.Start()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.end(syscall.SIGKILL) }) // it has ended unless the test failed
	p.lines = bufio.NewScanner(p.stderr)
	if err := json.Unmarshal(p.waitFor(t, "serving"), &p.addresses); err != nil {
		t.Fatal(err)
	}
	return p
}

// waitFor returns the next line of the log that has the message.
func (p *process) waitFor(t *testing.T, message string) []byte {
	t.Helper()
	for p.lines.Scan() {
		p.log += p.lines.Text() + "\n"
		var line struct{ Msg string }
		if json.Unmarshal(p.lines.Bytes(), &line) == nil && line.Msg == message {
			return p.lines.Bytes()
		}
	}
	t.Fatalf("the process does not log %q: %v, %v\n%s", message, p.lines.Err(), p.end(syscall.SIGKILL), p.log)
	return nil
}

// end sends the signal and waits until the process has ended. It returns an error unless the
// exit code is 0.
func (p *process) end(signal syscall.Signal) error {
	_ = p.Process.Signal(signal)         // it may have ended
	_, _ = io.Copy(io.Discard, p.stderr) // the test may have closed it
	return p.Wait()
}
