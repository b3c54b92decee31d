// Package child is the protocol between the benchmark and the small servers that it
// starts as processes of their own. A server prints its address as one line and serves
// until its standard input ends, so that it also ends if the benchmark is killed.
package child

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Serve serves a handler on a free port of loopback until standard input ends.
func Serve(handler http.Handler) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	defer func() { _ = server.Close() }() // the process ends anyway
	if _, err := fmt.Println(listener.Addr()); err != nil {
		return fmt.Errorf("print the address: %w", err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		ended <- err
	}()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case err := <-ended:
		return err
	}
}

// Server is a started server.
type Server struct {
	// Address is where it listens.
	Address string

	command *exec.Cmd
	stdin   io.Closer
}

// Start starts a program that calls Serve, and waits for its address.
func Start(program string, args ...string) (*Server, error) {
	command := exec.Command(program, args...)
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	started := &Server{command: command, stdin: stdin}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("read the address of %s: %w", program, started.end(err))
	}
	started.Address = strings.TrimSpace(line)
	return started, nil
}

// PID returns the id of the process.
func (s *Server) PID() int { return s.command.Process.Pid }

// Stop ends the process and waits until it has ended.
func (s *Server) Stop() error { return s.end(nil) }

// end ends the process and returns the earlier error, or else the one of the process.
func (s *Server) end(earlier error) error {
	_ = s.stdin.Close() // the process may have ended by itself
	if err := s.command.Wait(); err != nil && earlier == nil {
		return fmt.Errorf("stop %s: %w", s.command.Path, err)
	}
	return earlier
}
