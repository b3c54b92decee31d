package listener_test

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sipfacade/sipfacade/internal/listener"
)

// piped is a listener with one connection, whose writes wait for the caller's reads.
type piped struct{ conn net.Conn }

// Accept returns the connection.
func (p piped) Accept() (net.Conn, error) { return p.conn, nil }

// Close does nothing.
func (piped) Close() error { return nil }

// Addr returns the address of the connection.
func (p piped) Addr() net.Addr { return p.conn.LocalAddr() }

// TestWriteDeadline: a write that nobody reads ends a little after the timeout, a little
// earlier if it has the deadline of a write shortly before it. Deadlines that were set from
// outside, as gRPC does around its handshake, do not stay.
func TestWriteDeadline(t *testing.T) {
	t.Parallel()
	const timeout, latest, age = 8 * time.Second, 9 * time.Second, time.Minute
	for name, c := range map[string]struct {
		before func(write func(), conn net.Conn)
		want   time.Duration
	}{
		"first write":           {func(func(), net.Conn) {}, latest},
		"shortly after another": {func(write func(), _ net.Conn) { write(); time.Sleep(timeout / 16) }, latest - timeout/16},
		"long after another":    {func(write func(), _ net.Conn) { write(); time.Sleep(2 * timeout) }, latest},
		"in a row of writes": {func(write func(), _ net.Conn) {
			for range 99 {
				write()
				time.Sleep(timeout / 10)
			}
			write()
		}, latest - timeout/10},
		"after a handshake": {func(write func(), conn net.Conn) {
			write()
			_ = conn.SetDeadline(time.Time{}) // a pipe does not refuse it
		}, latest},
		"after none was wanted": {func(write func(), conn net.Conn) {
			write()
			time.Sleep(timeout / 16)
			_ = conn.SetWriteDeadline(time.Time{}) // as net/http does before each request
		}, latest - timeout/16},
		"with an earlier write deadline": {func(write func(), conn net.Conn) {
			write()
			_ = conn.SetWriteDeadline(time.Now().Add(5 * time.Second)) // a pipe does not refuse it
		}, 5 * time.Second},
		"after an earlier one that was taken away": {func(write func(), conn net.Conn) {
			write()
			_ = conn.SetWriteDeadline(time.Now().Add(time.Second)) // a pipe does not refuse it
			_ = conn.SetWriteDeadline(time.Time{})
		}, latest},
		"with a deadline as the connection was opened": {func(_ func(), conn net.Conn) {
			_ = conn.SetWriteDeadline(time.Now().Add(-age)) // a pipe does not refuse it
		}, 0},
		"after a write deadline": {func(write func(), conn net.Conn) {
			write()
			_ = conn.SetWriteDeadline(time.Now().Add(time.Hour)) // a pipe does not refuse it
		}, latest},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				caller, served := net.Pipe()
				l := listener.New(piped{served}, listener.Options{WriteTimeout: timeout, MaxPending: 1})
				conn, err := l.Accept()
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _, _, _ = conn.Close(), caller.Close(), l.Close() }() // the test has ended
				time.Sleep(age)                                                      // so that the connection is not new
				c.before(func() {
					go func() { _, _ = io.ReadFull(caller, make([]byte, 1)) }() // the write tells if it was not read
					if _, err := conn.Write([]byte("x")); err != nil {
						t.Error(err)
					}
				}, conn)
				started := time.Now()
				_, err = conn.Write([]byte("x"))
				if took := time.Since(started); !errors.Is(err, os.ErrDeadlineExceeded) || took != c.want {
					t.Errorf("ended after %s, want %s: %v", took, c.want, err)
				}
			})
		})
	}
}
