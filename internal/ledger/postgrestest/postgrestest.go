// Package postgrestest runs a PostgreSQL server for tests, on loopback and in a
// temporary directory. It needs the server's programs and nothing else.
package postgrestest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrNotInstalled means that the programs of the server are not there.
var ErrNotInstalled = errors.New("PostgreSQL is not installed (Debian: apt-get install postgresql)")

// password is the server's, which only this machine can reach and only for the test.
const password = "test-only"

// Server is a server that runs.
type Server struct {
	directory string
	port      int
	programs  string
	process   *exec.Cmd
	exited    chan struct{}
	output    *bytes.Buffer
}

// Start starts a server and waits until it takes connections. It returns
// ErrNotInstalled if there is none on this machine.
func Start(ctx context.Context) (*Server, error) {
	programs, err := findPrograms()
	if err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp("", "postgrestest")
	if err != nil {
		return nil, fmt.Errorf("make a directory for PostgreSQL: %w", err)
	}
	s := &Server{directory: directory, programs: programs, output: &bytes.Buffer{}}
	if err := errors.Join(s.prepare(ctx), s.Run(ctx)); err != nil {
		return nil, errors.Join(err, os.RemoveAll(directory))
	}
	return s, nil
}

// ForTest starts a server that runs until the test ends; see Require.
func ForTest(t testing.TB) *Server {
	t.Helper()
	server, err := Start(t.Context())
	Require(t, err)
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// Require ends a test that has no server because of the error of Start. If there is none on
// this machine the test is skipped, unless CI=true.
func Require(t testing.TB, err error) {
	t.Helper()
	switch {
	case errors.Is(err, ErrNotInstalled) && os.Getenv("CI") != "true":
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
}

// findPrograms returns the directory with initdb and postgres, the newest if there are
// several.
func findPrograms() (string, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path), nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", ErrNotInstalled
	}
	slices.SortFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(found[len(found)-1]), nil
}

// version reads the major version in a path of Debian.
func version(path string) int {
	number, err := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	if err != nil {
		return 0
	}
	return number
}

// prepare makes the files of the server.
func (s *Server) prepare(ctx context.Context) error {
	secret := filepath.Join(s.directory, "password")
	if err := os.WriteFile(secret, []byte(password), 0o600); err != nil {
		return fmt.Errorf("write the password: %w", err)
	}
	if err := s.giveAway(s.directory, secret); err != nil {
		return err
	}
	made, err := s.command(ctx, "initdb", "--no-sync", "--auth=scram-sha-256", "--username=test", "--encoding=UTF8",
		"--locale=C", "--pwfile="+secret, "--pgdata="+s.data()).CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, made)
	}
	s.port, err = freePort()
	return err
}

func (s *Server) data() string { return filepath.Join(s.directory, "data") }

// freePort returns a port that nobody listens on now.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a port: %w", err)
	}
	address, _ := listener.Addr().(*net.TCPAddr)
	return address.Port, listener.Close()
}

// command runs a program as a user that PostgreSQL accepts: it refuses root.
func (s *Server) command(ctx context.Context, name string, arguments ...string) *exec.Cmd {
	command := exec.CommandContext(ctx, filepath.Join(s.programs, name), arguments...)
	command.Dir = s.directory
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.directory, "LC_ALL=C", "TZ=UTC"}
	// It ends with the test, also if that is killed.
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGQUIT}
	if id, group, ok := substitute(); ok {
		command.SysProcAttr.Credential = &syscall.Credential{Uid: id, Gid: group}
	}
	return command
}

// substitute returns the user to run as in place of root.
func substitute() (id, group uint32, ok bool) {
	if os.Getuid() != 0 {
		return 0, 0, false
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		if uidErr == nil && gidErr == nil {
			return uint32(uid), uint32(gid), true
		}
	}
	return 0, 0, false
}

// giveAway makes the user of the server the owner of files.
func (s *Server) giveAway(paths ...string) error {
	id, group, ok := substitute()
	for _, path := range paths {
		if !ok {
			return nil
		}
		if err := os.Chown(path, int(id), int(group)); err != nil {
			return fmt.Errorf("give a file to the user of PostgreSQL: %w", err)
		}
	}
	return nil
}

// Run starts the server again after Halt, on the same port and with the same data.
func (s *Server) Run(ctx context.Context) error {
	s.output.Reset()
	s.process = s.command(context.WithoutCancel(ctx), "postgres", "-D", s.data(), "-F", "-h", "127.0.0.1",
		"-p", strconv.Itoa(s.port), "-k", "", "-c", "max_connections=300")
	s.process.Stdout, s.process.Stderr = s.output, s.output
	if err := s.process.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	s.exited = make(chan struct{})
	go func() {
		defer close(s.exited)
		_ = s.process.Wait() // it is killed in the end
	}()
	return s.await(ctx)
}

// await waits until the server takes connections.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		conn, err := pgx.Connect(ctx, s.url("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-s.exited:
			return fmt.Errorf("PostgreSQL ended at its start: %s", s.output)
		case <-ctx.Done():
			s.Halt()
			return fmt.Errorf("PostgreSQL does not answer: %w: %s", err, s.output)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// url returns the URL of a database.
func (s *Server) url(database string) string {
	location := url.URL{
		Scheme: "postgres", User: url.UserPassword("test", password), Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)),
		Path: database, RawQuery: "sslmode=disable",
	}
	return location.String()
}

// NewDatabase creates an empty database and returns its URL. The name must be of letters,
// digits and underscores.
func (s *Server) NewDatabase(ctx context.Context, name string) (string, error) {
	conn, err := pgx.Connect(ctx, s.url("postgres"))
	if err != nil {
		return "", fmt.Errorf("connect to PostgreSQL: %w", err)
	}
	name = strings.ToLower(name)
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	return s.url(name), errors.Join(err, conn.Close(ctx))
}

// Halt ends the server at once. Its data stay.
func (s *Server) Halt() {
	_ = s.process.Process.Signal(syscall.SIGQUIT) // it may have ended
	<-s.exited
}

// Stop ends the server and removes its data.
func (s *Server) Stop() error {
	s.Halt()
	if err := os.RemoveAll(s.directory); err != nil {
		return fmt.Errorf("remove the data of PostgreSQL: %w", err)
	}
	return nil
}
