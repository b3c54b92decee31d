package upstream

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// watched is a client's connection whose end can be awaited and whose writes can be
// made to fail.
type watched struct {
	net.Conn
	closed chan struct{}
	once   sync.Once
	fail   atomic.Pointer[func(p []byte) (int, error)]
}

func (w *watched) Close() error {
	w.once.Do(func() { close(w.closed) })
	return w.Conn.Close()
}

func (w *watched) Write(p []byte) (int, error) {
	if fail := w.fail.Load(); fail != nil {
		return (*fail)(p)
	}
	return w.Conn.Write(p)
}

// watching is a transport that hands out each connection it dials.
func watching(t *testing.T) (*http.Transport, chan *watched) {
	t.Helper()
	dialled := make(chan *watched, 8)
	transport := newTransport(t)
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		w := &watched{Conn: conn, closed: make(chan struct{})}
		dialled <- w
		return &countingConn{Conn: w}, nil
	}
	return transport, dialled
}

// TestConnectionsAreReused: every answer that was read to its end gives its
// connection back, whether it was a success or not.
func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	answers := []struct {
		status int
		body   string
	}{
		{200, "{}"}, {200, "<html>" + strings.Repeat("x", 1000)}, {200, `{"success":false}`}, {200, `{"success":false,"status":404}`},
		{200, `{"a":1} trailing`}, {301, "moved"}, {400, `{"message":"bad"}`}, {404, strings.Repeat("<p>", 1000)},
		{500, strings.Repeat("e", errorBodyBytes)}, {503, ""}, {200, "{}"},
	}
	var next atomic.Int64
	var opened atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer := answers[next.Add(1)-1]
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(answer.status)
		_, _ = io.WriteString(w, answer.body)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	pipeline := pipelineTo(t, server.URL, &plain{})
	for range answers {
		_ = pipeline.Do(t.Context(), callOf(Create)) // most of them are meant to fail
	}
	if int(next.Load()) != len(answers) || opened.Load() != 1 {
		t.Errorf("%d calls over %d connections, want %d over 1", next.Load(), opened.Load(), len(answers))
	}
}

// TestHugeAnswerIsNotRead: what is over the cap is not read to its end; its
// connection is closed instead.
func TestHugeAnswerIsNotRead(t *testing.T) {
	t.Parallel()
	written := make(chan error, 1)
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		chunk := []byte(strings.Repeat("[", 1<<16))
		var err error
		for sent := 0; sent < 1<<30 && err == nil; sent += len(chunk) {
			_, err = w.Write(chunk)
		}
		written <- err
	})
	pipeline := pipelineTo(t, server.URL, &plain{}, func(o *Options) { o.MaxBytes = 1000 })
	call := callOf(Read)
	call.Decode = func(_ int, _ http.Header, body io.Reader) error {
		_, err := io.Copy(io.Discard, body)
		return err
	}
	failure := failureOf(t, pipeline.Do(t.Context(), call))
	if failure.Kind != KindBadResponse || !errors.Is(failure, errTooLarge) {
		t.Errorf("got %v", failure)
	}
	if err := <-written; err == nil {
		t.Error("the whole answer was read")
	}
}

// TestIdleConnectionClosedByServer: between two calls the server hangs up. The
// second call uses a new connection, and nothing is sent twice.
func TestIdleConnectionClosedByServer(t *testing.T) {
	t.Parallel()
	everyAction(t, func(t *testing.T, action Action) {
		server := listen(t, answering(okAnswer))
		transport, dialled := watching(t)
		pipeline := pipelineTo(t, server.url, &plain{}, func(o *Options) { o.Transport = transport })
		for range 2 {
			if err := pipeline.Do(t.Context(), callOf(action)); err != nil {
				t.Fatal(err)
			}
			<-(<-dialled).closed
		}
		if server.requests.Load() != 2 || server.accepted.Load() != 2 {
			t.Errorf("%d requests over %d connections, want 2 over 2", server.requests.Load(), server.accepted.Load())
		}
	})
}

// TestConnectionDiesAfterRequest: on a connection that served a call before, the
// server takes the next request and hangs up. Only what is harmless to repeat is
// sent again.
func TestConnectionDiesAfterRequest(t *testing.T) {
	t.Parallel()
	everyAction(t, func(t *testing.T, action Action) {
		server := listen(t, func(s *rawServer, conn net.Conn, n int64) {
			reader := bufio.NewReader(conn)
			for s.readRequest(reader) && (n > 1 || s.requests.Load() == 1) {
				_, _ = io.WriteString(conn, okAnswer)
			}
		})
		pipeline := pipelineTo(t, server.url, &plain{})
		if err := pipeline.Do(t.Context(), callOf(Read)); err != nil {
			t.Fatal(err)
		}
		err := pipeline.Do(t.Context(), callOf(action))
		if action.Class() != Once {
			if err != nil || server.requests.Load() != 3 {
				t.Errorf("after %d requests: %v", server.requests.Load(), err)
			}
			return
		}
		failure := failureOf(t, err)
		if failure.Kind != KindReset || failure.Delivery() != Unknown || server.requests.Load() != 2 {
			t.Errorf("after %d requests: %s, %v", server.requests.Load(), failure.Delivery(), failure)
		}
	})
}

// TestResetAfterRequest: the server reads the request and resets the connection.
func TestResetAfterRequest(t *testing.T) {
	t.Parallel()
	everyAction(t, func(t *testing.T, action Action) {
		server := listen(t, func(s *rawServer, conn net.Conn, _ int64) {
			s.readRequest(bufio.NewReader(conn))
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
		})
		failure := failureOf(t, pipelineTo(t, server.url, &plain{}).Do(t.Context(), callOf(action)))
		want := int64(maxAttempts[action.Class()])
		if action.Class() == Once {
			want = 1
		}
		if failure.Kind != KindReset || !failure.Sent || server.requests.Load() != want {
			t.Errorf("after %d requests, want %d: %v", server.requests.Load(), want, failure)
		}
	})
}

// TestWriteFails: a write that the network did not take at all was not sent, and is
// sent again; one of which it took a part may have arrived, and is not.
func TestWriteFails(t *testing.T) {
	t.Parallel()
	broken := func(taken int) func([]byte) (int, error) {
		return func(p []byte) (int, error) { return min(taken, len(p)), syscall.EPIPE }
	}
	for name, c := range map[string]struct {
		fail     func([]byte) (int, error)
		requests int64
	}{
		"nothing taken": {broken(0), 2},
		"one byte":      {broken(1), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, action := range []Action{Create, Assign} {
				server := listen(t, func(s *rawServer, conn net.Conn, _ int64) {
					for reader := bufio.NewReader(conn); s.readRequest(reader); {
						_, _ = io.WriteString(conn, okAnswer)
					}
				})
				transport, dialled := watching(t)
				pipeline := pipelineTo(t, server.url, &plain{}, func(o *Options) { o.Transport = transport })
				if err := pipeline.Do(t.Context(), callOf(Read)); err != nil {
					t.Fatal(err)
				}
				(<-dialled).fail.Store(&c.fail)
				err := pipeline.Do(t.Context(), callOf(action))
				if server.requests.Load() != c.requests || (err == nil) != (c.requests == 2) {
					t.Errorf("%d requests, %v", server.requests.Load(), err)
				}
				if err == nil {
					continue
				}
				if failure := failureOf(t, err); failure.Kind != KindReset || failure.Delivery() != Unknown {
					t.Errorf("%s, %v", failure.Delivery(), failure)
				}
			}
		})
	}
}

// TestWriteInProgressCountsAsSent: a call given up while the network is taking its
// bytes is not reported as unsent.
func TestWriteInProgressCountsAsSent(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { _ = theirs.Close() })
	conn := &countingConn{Conn: ours}
	watch := &connectionWatch{}
	watch.gotConn(connInfo(conn))
	if watch.sent() {
		t.Fatal("sent before anything was written")
	}
	began := make(chan struct{})
	conn.Conn = &watched{Conn: ours, closed: make(chan struct{})}
	blocked := func(p []byte) (int, error) {
		close(began)
		return ours.Write(p)
	}
	conn.Conn.(*watched).fail.Store(&blocked)
	ended := make(chan error, 1)
	go func() {
		_, err := conn.Write([]byte("POST"))
		ended <- err
	}()
	<-began
	if !watch.sent() {
		t.Error("not sent while a write is in progress")
	}
	if err := ours.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("the write succeeded")
	}
	if watch.sent() {
		t.Error("sent, though the network took nothing")
	}
}

// TestConnectionWatch: what cannot be watched counts as sent, and so do bytes on an
// earlier connection of the same attempt.
func TestConnectionWatch(t *testing.T) {
	t.Parallel()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { _, _ = ours.Close(), theirs.Close() })
	unwatched := &connectionWatch{}
	unwatched.gotConn(connInfo(ours))
	if !unwatched.sent() {
		t.Error("an unwatched connection counts as unsent")
	}
	first, second := &countingConn{Conn: ours}, &countingConn{Conn: ours}
	first.written.Store(10)
	retried := &connectionWatch{}
	retried.gotConn(connInfo(first))
	if retried.sent() {
		t.Error("bytes of an earlier call count")
	}
	first.written.Add(1)
	retried.gotConn(connInfo(second))
	if !retried.sent() {
		t.Error("bytes on the first connection were forgotten")
	}
}

// TestDialErrors: if no connection was made, nothing was sent.
// The dialler's own timeout is no time cap of a call.
func TestDialErrors(t *testing.T) {
	t.Parallel()
	timedOut := &net.OpError{Op: "dial", Net: "tcp", Err: dialTimeout(t)}
	for name, cause := range map[string]error{
		"no such host":    &net.DNSError{Err: "no such host", Name: "vendor.example", IsNotFound: true},
		"DNS timed out":   &net.DNSError{Err: "i/o timeout", Name: "vendor.example", IsTimeout: true},
		"refused":         &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED},
		"dial timed out":  timedOut,
		"no route":        &net.OpError{Op: "dial", Net: "tcp", Err: syscall.EHOSTUNREACH},
		"files exhausted": &net.OpError{Op: "dial", Net: "tcp", Err: syscall.EMFILE},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			transport := newTransport(t)
			transport.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, cause }
			pipeline := pipelineTo(t, "http://vendor.example", &plain{}, func(o *Options) { o.Transport = transport })
			for action := range routes {
				failure := failureOf(t, pipeline.Do(t.Context(), callOf(action)))
				if failure.Kind != KindUnreachable || failure.Sent || !errors.Is(failure, cause) {
					t.Errorf("got %v", failure)
				}
			}
		})
	}
}

// dialTimeout is the error of a dial that ran into the dialler's own timeout. It
// claims to be context.DeadlineExceeded.
func dialTimeout(t *testing.T) error {
	t.Helper()
	_, err := (&net.Dialer{Deadline: time.Unix(1, 0)}).Dial("tcp", "127.0.0.1:1")
	var failed *net.OpError
	if !errors.As(err, &failed) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("not a timeout: %v", err)
	}
	return failed.Err
}
