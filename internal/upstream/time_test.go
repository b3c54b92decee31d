package upstream

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"
)

func connInfo(conn net.Conn) httptrace.GotConnInfo { return httptrace.GotConnInfo{Conn: conn} }

// piped is a transport whose connections are pipes to the script, so that all time is
// that of the synctest bubble.
func piped(script func(conn net.Conn)) *http.Transport {
	transport := NewTransport(0)
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go func() {
			defer func() { _ = theirs.Close() }()
			script(theirs)
		}()
		return &countingConn{Conn: ours}, nil
	}
	return transport
}

// silent reads the request and says no more than the beginning of an answer.
func silent(beginning string) func(net.Conn) {
	return func(conn net.Conn) {
		reader := bufio.NewReader(conn)
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		_, _ = io.WriteString(conn, beginning)
		_, _ = io.Copy(io.Discard, reader) // until the client hangs up
	}
}

// dripping is silent, but goes on with a byte from time to time.
func dripping(beginning string) func(net.Conn) {
	return func(conn net.Conn) {
		request, err := http.ReadRequest(bufio.NewReader(conn))
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		for _, err = io.WriteString(conn, beginning); err == nil; _, err = io.WriteString(conn, " ") {
			time.Sleep(drainPatience / 3)
		}
	}
}

// deaf takes the connection and reads nothing, so that no write can end.
func deaf(ended <-chan struct{}) func(net.Conn) {
	return func(net.Conn) { <-ended }
}

// TestWhoseTimeRanOut: the caller's deadline, the caller's cancellation, the service's
// cap and its shutdown are told apart, at each stage of a call.
func TestWhoseTimeRanOut(t *testing.T) {
	t.Parallel()
	const limit = 30 * time.Second
	ends := map[string]struct {
		context func(ctx context.Context) (context.Context, context.CancelFunc)
		kind    Kind
		after   time.Duration
	}{
		"own cap": {context.WithCancel, KindTimeout, limit},
		"caller's deadline, earlier": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 10*time.Second)
		}, KindCallerDeadline, 10 * time.Second},
		"caller's deadline, later": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Minute)
		}, KindTimeout, limit},
		"caller cancels": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(5*time.Second, cancel)
			return ctx, cancel
		}, KindCallerCancelled, 5 * time.Second},
		"shared cap": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return WithCap(ctx, 20*time.Second)
		}, KindTimeout, 20 * time.Second},
		"caller's deadline, before the shared cap": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, stop := context.WithTimeout(ctx, 10*time.Second)
			ctx, cancel := WithCap(ctx, 20*time.Second)
			return ctx, func() { cancel(); stop() }
		}, KindCallerDeadline, 10 * time.Second},
		"shutdown": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(5*time.Second, func() { cancel(ErrShuttingDown) })
			return ctx, func() { cancel(nil) }
		}, KindShuttingDown, 5 * time.Second},
		"shutdown, before the shared cap": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, stop := context.WithCancelCause(ctx)
			time.AfterFunc(5*time.Second, func() { stop(ErrShuttingDown) })
			ctx, cancel := WithCap(ctx, 20*time.Second)
			return ctx, func() { cancel(); stop(nil) }
		}, KindShuttingDown, 5 * time.Second},
		"caller cancels for a reason": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(5*time.Second, func() { cancel(errors.New("the user closed the window")) })
			return ctx, func() { cancel(nil) }
		}, KindCallerCancelled, 5 * time.Second},
	}
	stages := map[string]struct {
		beginning string
		sent      bool
		login     bool
	}{
		"during the login":     {login: true},
		"before the head":      {sent: true},
		"in the head":          {beginning: "HTTP/1.1 200 OK\r\n", sent: true},
		"in the body":          {beginning: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{\"a\":", sent: true},
		"in a chunked body":    {beginning: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n{\"a\"\r\n", sent: true},
		"after interim answer": {beginning: "HTTP/1.1 100 Continue\r\n\r\n", sent: true},
	}
	for stageName, stage := range stages {
		for endName, end := range ends {
			t.Run(stageName+"/"+endName, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					for action := range routes {
						transport := piped(silent(stage.beginning))
						dialect := &plain{}
						if stage.login {
							dialect.authorize = func(ctx context.Context) error {
								<-ctx.Done()
								return context.Cause(ctx)
							}
						}
						pipeline := pipelineTo(t, "http://vendor.example", dialect, func(o *Options) { o.Transport, o.Timeout = transport, limit })
						ctx, cancel := end.context(t.Context())
						started := time.Now()
						failure := failureOf(t, pipeline.Do(ctx, callOf(action)))
						cancel()
						after := end.after
						if stage.sent && action != Read && end.kind != KindTimeout {
							after += defaultGrace
						}
						if failure.Kind != end.kind || failure.Sent != stage.sent || time.Since(started) != after {
							t.Errorf("%s: %s, sent %t, after %s: %v", failure.Operation(), failure.Kind, failure.Sent, time.Since(started), failure)
						}
						transport.CloseIdleConnections()
						synctest.Wait()
					}
				})
			})
		}
	}
}

// TestTimeRunsOutBeforeAnyByte: a vendor that takes connections but no bytes.
func TestTimeRunsOutBeforeAnyByte(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan struct{})
		transport := piped(deaf(ended))
		pipeline := pipelineTo(t, "http://vendor.example", &plain{}, func(o *Options) { o.Transport, o.Timeout = transport, time.Minute })
		failure := failureOf(t, pipeline.Do(t.Context(), callOf(Create)))
		// The write had begun: how much of it arrived cannot be known in time.
		if failure.Kind != KindTimeout {
			t.Errorf("got %v", failure)
		}
		close(ended)
		synctest.Wait()
	})
}

// TestDecidedAnswerThatHangs: once an answer has decided a call, its body holds the call and
// its slot no longer than what it still says is worth, whether it stands still or drips.
func TestDecidedAnswerThatHangs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		head, body string
		kind       Kind
		status     int
		message    string
		after      time.Duration
	}{
		"redirect":             {"302 Found", "", KindRedirect, 302, "", drainPatience},
		"HTML":                 {"200 OK", "<html>", KindBadResponse, 200, "", drainPatience},
		"an error":             {"503 Oh", "", KindStatus, 503, "", messagePatience},
		"an error with a body": {"404 Oh", `{"message":"gone"}`, KindStatus, 404, "gone", messagePatience},
		"a refusal":            {"200 OK", `{"success":false}`, KindRejected, 200, "no", drainPatience},
	} {
		for manner, script := range map[string]func(string) func(net.Conn){"silent": silent, "dripping": dripping} {
			t.Run(name+"/"+manner, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					transport := piped(script("HTTP/1.1 " + c.head + "\r\nContent-Length: 100000\r\n\r\n" + c.body))
					pipeline := pipelineTo(t, "http://vendor.example", &plain{}, func(o *Options) { o.Transport, o.Timeout = transport, time.Minute })
					started := time.Now()
					failure := failureOf(t, pipeline.Do(t.Context(), callOf(Create)))
					if failure.Kind != c.kind || failure.Status != c.status || failure.Message != c.message || time.Since(started) != c.after {
						t.Errorf("after %s: %v", time.Since(started), failure)
					}
					time.Sleep(drainPatience) // the next drop, which nobody waits for
					synctest.Wait()
				})
			})
		}
	}
}

// TestRenewalAfterABodyThatHangs: what is left of the time belongs to the fresh login.
func TestRenewalAfterABodyThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := piped(silent("HTTP/1.1 401 No\r\nContent-Length: 100000\r\n\r\n"))
		dialect := &plain{renewed: []string{"fresh"}}
		pipeline := pipelineTo(t, "http://vendor.example", dialect, func(o *Options) { o.Transport, o.Timeout = transport, 3*messagePatience })
		failure := failureOf(t, pipeline.Do(t.Context(), callOf(Read)))
		if failure.Kind != KindStatus || failure.Status != 401 || dialect.renewals != 1 {
			t.Errorf("after %d renewals: %v", dialect.renewals, failure)
		}
		synctest.Wait()
	})
}

// TestSwitchedProtocolEnds: an answer that leaves HTTP ends the call at once, though
// the connection stays open.
func TestSwitchedProtocolEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := piped(silent("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"))
		pipeline := pipelineTo(t, "http://vendor.example", &plain{}, func(o *Options) { o.Transport, o.Timeout = transport, time.Minute })
		started := time.Now()
		failure := failureOf(t, pipeline.Do(t.Context(), callOf(Create)))
		if failure.Kind != KindBadResponse || failure.Status != 101 || time.Since(started) != 0 {
			t.Errorf("after %s: %v", time.Since(started), failure)
		}
		synctest.Wait()
	})
}

// TestWaitingForAConnection: a call that waits for one of the bounded connections
// until its time is up was not sent.
func TestWaitingForAConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		transport := piped(silent(""))
		transport.MaxConnsPerHost = 1
		pipeline := pipelineTo(t, "http://vendor.example", &plain{}, func(o *Options) { o.Transport, o.Timeout = transport, time.Minute })
		go func() { _ = pipeline.Do(t.Context(), callOf(Read)) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		failure := failureOf(t, pipeline.Do(ctx, callOf(Create)))
		if failure.Kind != KindCallerDeadline || failure.Sent || failure.Delivery() != NotSent {
			t.Errorf("got %v, %s", failure, failure.Delivery())
		}
	})
}

// TestIdleConnectionsAreClosedFirst: a connection that no call uses is closed before the
// 5 s after which Node.js and Apache close it.
func TestIdleConnectionsAreClosedFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		closed := make(chan time.Time, 1)
		transport := piped(func(conn net.Conn) {
			reader := bufio.NewReader(conn)
			for {
				request, err := http.ReadRequest(reader)
				if err != nil {
					closed <- time.Now()
					return
				}
				_, _ = io.Copy(io.Discard, request.Body)
				_, _ = io.WriteString(conn, okAnswer)
			}
		})
		pipeline := pipelineTo(t, "http://vendor.example", &plain{}, func(o *Options) { o.Transport = transport })
		if err := pipeline.Do(t.Context(), callOf(Read)); err != nil {
			t.Fatal(err)
		}
		idleSince := time.Now()
		if idle := (<-closed).Sub(idleSince); idle < 3*time.Second || idle >= 5*time.Second {
			t.Errorf("closed after %s", idle)
		}
	})
}

// TestTransportConnections: as many as asked for, or the default.
func TestTransportConnections(t *testing.T) {
	t.Parallel()
	for asked, want := range map[int]int{0: DefaultConnections, 7: 7} {
		if got := NewTransport(asked); got.MaxConnsPerHost != want || got.MaxIdleConnsPerHost != want || got.MaxIdleConns != want {
			t.Errorf("%d: %+v", asked, got)
		}
	}
}
