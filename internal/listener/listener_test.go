package listener_test

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/sipfacade/sipfacade/internal/listener"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// opened returns a listener on loopback that is closed with the test.
func opened(t *testing.T, options listener.Options) *listener.Listener {
	t.Helper()
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := listener.New(inner, options)
	t.Cleanup(func() { _ = l.Close() }) // the test has ended
	return l
}

// connected returns both ends of a connection.
func connected(t *testing.T, l *listener.Listener) (caller net.Conn, conn *listener.Conn) {
	t.Helper()
	caller, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	conn = accepted.(*listener.Conn)
	t.Cleanup(func() { _, _ = caller.Close(), conn.Close() }) // closed already by some tests
	return caller, conn
}

// TestUnreadAnswerIsGivenUp: a write to a caller that never reads ends.
func TestUnreadAnswerIsGivenUp(t *testing.T) {
	t.Parallel()
	l := opened(t, listener.Options{WriteTimeout: 50 * time.Millisecond, MaxPending: 1 << 20})
	_, conn := connected(t, l)
	written, err := conn.Write(make([]byte, 64<<20))
	if netErr := net.Error(nil); !errors.As(err, &netErr) || !netErr.Timeout() || written == 64<<20 {
		t.Errorf("wrote %d bytes: %v", written, err)
	}
}

// TestSlowCallerGetsItsAnswer: the deadline is that of a piece, not of the answer.
func TestSlowCallerGetsItsAnswer(t *testing.T) {
	t.Parallel()
	const size = 16 << 20
	l := opened(t, listener.Options{WriteTimeout: 10 * time.Second, MaxPending: 1 << 20})
	caller, conn := connected(t, l)
	got := make(chan int64, 1)
	go func() {
		n, _ := io.CopyN(io.Discard, caller, size)
		got <- n
	}()
	if n, err := conn.Write(make([]byte, size)); n != size || err != nil {
		t.Errorf("wrote %d: %v", n, err)
	}
	if n := <-got; n != size {
		t.Errorf("read %d", n)
	}
}

// TestHeldBackAnswerClosesTheConnection: an answer that is not taken counts, even if
// nothing is being written.
func TestHeldBackAnswerClosesTheConnection(t *testing.T) {
	t.Parallel()
	l := opened(t, listener.Options{WriteTimeout: 40 * time.Millisecond, MaxPending: 1 << 20})
	caller, conn := connected(t, l)
	released := make(chan struct{})
	if _, err := conn.Pending().Begin(t.Context(), 100, func() { close(released) }); err != nil {
		t.Fatal(err)
	}
	if _, err := caller.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the caller's connection: %v", err)
	}
	<-released
	if l.Conn(conn.RemoteAddr()) != nil {
		t.Error("the listener still knows the connection")
	}
}

// TestPendingBounds: answers wait until others are taken, an oversized one for the others to be
// taken, and everything is given back.
func TestPendingBounds(t *testing.T) {
	t.Parallel()
	l := opened(t, listener.Options{WriteTimeout: time.Hour, MaxPending: 100})
	_, conn := connected(t, l)
	first, err := conn.Pending().Begin(t.Context(), 90, nil)
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := conn.Pending().Begin(gone, 20, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that has gone: %v", err)
	}
	begun := make(chan *listener.Delivery)
	go func() {
		second, err := conn.Pending().Begin(context.Background(), 1000, nil)
		if err != nil {
			t.Error(err)
		}
		begun <- second
	}()
	first.Taken(50)
	select {
	case <-begun:
		t.Error("an answer beyond the limit did not wait")
	default:
	}
	first.Taken(40)
	second := <-begun
	second.Taken(1000)
	if _, err := conn.Pending().Begin(t.Context(), 100, nil); err != nil {
		t.Error(err)
	}
	_ = conn.Close() // ends the connection; that is all that is wanted
	if _, err := conn.Pending().Begin(t.Context(), 1, nil); !errors.Is(err, net.ErrClosed) {
		t.Errorf("on a closed connection: %v", err)
	}
}

// flaky is a listener whose Accept fails with the errors, in turn; nil is a connection.
type flaky struct {
	net.Listener
	errs []error
}

func (f *flaky) Accept() (net.Conn, error) {
	err := f.errs[0]
	f.errs = f.errs[1:]
	if err != nil {
		return nil, err
	}
	one, other := net.Pipe()
	_ = other.Close() // nobody uses it
	return one, nil
}

// TestFailingIsToldOnce: of errors in a row the first is told, and nothing when the listener is
// closed.
func TestFailingIsToldOnce(t *testing.T) {
	t.Parallel()
	var told []error
	l := opened(t, listener.Options{WriteTimeout: time.Minute, MaxPending: 1, Failing: func(err error) { told = append(told, err) }})
	inner := l.Listener
	l.Listener = &flaky{inner, []error{syscall.EMFILE, syscall.EMFILE, nil, syscall.ENFILE, net.ErrClosed}}
	for range 5 {
		if conn, err := l.Accept(); err == nil {
			_ = conn.Close() // nothing was written
		}
	}
	l.Listener = inner
	if want := []error{syscall.EMFILE, syscall.ENFILE}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}
