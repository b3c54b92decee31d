package upstream

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Answers of a scripted vendor.
const (
	good        = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
	unavailable = "HTTP/1.1 503 Oh\r\nContent-Length: 0\r\n\r\n"
	unable      = "HTTP/1.1 501 Oh\r\nContent-Length: 0\r\n\r\n"
	missing     = "HTTP/1.1 404 Oh\r\nContent-Length: 18\r\n\r\n{\"message\":\"gone\"}"
	taken       = "HTTP/1.1 409 Oh\r\nContent-Length: 19\r\n\r\n{\"message\":\"taken\"}"
	busy        = "HTTP/1.1 429 Oh\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"
	cutOff      = "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n{"
	hangUp      = ""
)

// course is a vendor that answers each request as the script says, and counts.
type course struct {
	requests atomic.Int64
	answer   func(n int64) string
}

// sequence answers one after the other, and then always the last one.
func sequence(answers ...string) *course {
	return &course{answer: func(n int64) string { return answers[min(int(n), len(answers))-1] }}
}

func (c *course) serve(conn net.Conn) {
	reader := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(reader)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, request.Body)
		answer := c.answer(c.requests.Add(1))
		if _, err := io.WriteString(conn, answer); err != nil || answer == hangUp || answer == cutOff {
			return
		}
	}
}

// pipelineOf is a pipeline to a course, in the bubble of the test; change sets other
// options.
func pipelineOf(t *testing.T, c *course, change ...func(*Options)) (*Pipeline, func()) {
	t.Helper()
	transport := piped(c.serve)
	change = append(change, func(o *Options) { o.Transport, o.Timeout = transport, time.Minute })
	pipeline := pipelineTo(t, "http://vendor.example", &plain{}, change...)
	return pipeline, func() {
		transport.CloseIdleConnections()
		synctest.Wait()
	}
}

func TestRetriesByClass(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers []string
		want    map[Action]int64 // requests; negative if the call fails in the end
	}{
		"at once":               {[]string{good}, map[Action]int64{Read: 1, Create: 1, Update: 1, Delete: 1, Assign: 1}},
		"503 once":              {[]string{unavailable, good}, map[Action]int64{Read: 2, Create: -1, Update: 2, Delete: 2, Assign: -1}},
		"503 twice":             {[]string{unavailable, unavailable, good}, map[Action]int64{Read: 3, Create: -1, Update: -2, Delete: -2, Assign: -1}},
		"503 always":            {[]string{unavailable}, map[Action]int64{Read: -3, Create: -1, Update: -2, Delete: -2, Assign: -1}},
		"501":                   {[]string{unable}, map[Action]int64{Read: -1, Create: -1, Update: -1, Delete: -1, Assign: -1}},
		"429":                   {[]string{busy, good}, map[Action]int64{Read: -1, Create: -1, Update: -1, Delete: -1, Assign: -1}},
		"reset once":            {[]string{hangUp, good}, map[Action]int64{Read: 2, Create: -1, Update: 2, Delete: 2, Assign: -1}},
		"truncated once":        {[]string{cutOff, good}, map[Action]int64{Read: 2, Create: -1, Update: 2, Delete: 2, Assign: -1}},
		"reset, then gone":      {[]string{hangUp, missing}, map[Action]int64{Read: -2, Create: -1, Update: -2, Delete: 2, Assign: -1}},
		"gone at the first try": {[]string{missing}, map[Action]int64{Read: -1, Create: -1, Update: -1, Delete: -1, Assign: -1}},
	} {
		for action, want := range c.want {
			t.Run(name+"/"+routes[action].Operation, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					vendor := sequence(c.answers...)
					pipeline, end := pipelineOf(t, vendor)
					defer end()
					err := pipeline.Do(t.Context(), callOf(action))
					if got := vendor.requests.Load(); got != max(want, -want) || (err == nil) != (want > 0) {
						t.Errorf("%d requests, %v; want %d", got, err, want)
					}
				})
			})
		}
	}
}

// TestRefusedRepeat: that the repeat of a write was refused does not say what became of the
// first attempt, which may have taken effect.
func TestRefusedRepeat(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		first, repeat string
		action        Action
		want          int // the status that decides
		delivery      Delivery
	}{
		"update, 409":           {unavailable, taken, Update, http.StatusServiceUnavailable, Unknown},
		"update, 404":           {unavailable, missing, Update, http.StatusServiceUnavailable, Unknown},
		"update, 429":           {unavailable, busy, Update, http.StatusServiceUnavailable, Unknown},
		"update, reset and 409": {hangUp, taken, Update, 0, Unknown},
		"delete, 409":           {unavailable, taken, Delete, http.StatusServiceUnavailable, Unknown},
		"read, 404":             {unavailable, missing, Read, http.StatusNotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				vendor := sequence(c.first, c.repeat)
				pipeline, end := pipelineOf(t, vendor)
				defer end()
				failure := failureOf(t, pipeline.Do(t.Context(), callOf(c.action)))
				if failure.Status != c.want || failure.Delivery() != c.delivery || vendor.requests.Load() != 2 {
					t.Errorf("%v, delivery %q, %d requests; want %d, %q", failure, failure.Delivery(), vendor.requests.Load(), c.want, c.delivery)
				}
			})
		})
	}
}

// TestWhatRestsOnAReadIsSentOnce: an update or a delete that rests on what was read before it
// is not sent again, since others may have written in the meantime. Reads are repeated.
func TestWhatRestsOnAReadIsSentOnce(t *testing.T) {
	t.Parallel()
	for action, want := range map[Action]int64{Read: 2, Update: 1, Delete: 1} {
		t.Run(routes[action].Operation, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				vendor := sequence(unavailable, good)
				pipeline, end := pipelineOf(t, vendor)
				defer end()
				err := pipeline.Do(RestingOnRead(t.Context()), callOf(action))
				if got := vendor.requests.Load(); got != want || (err == nil) != (action == Read) {
					t.Errorf("%d requests, %v", got, err)
				}
			})
		})
	}
}

// TestUnsentIsRepeated: if no byte was sent, even a create is tried again.
func TestUnsentIsRepeated(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		vendor, dials := sequence(good), 0
		transport := piped(vendor.serve)
		dial := transport.DialContext
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			if dials++; dials == 1 {
				return nil, errors.New("connection refused")
			}
			return dial(ctx, network, address)
		}
		pipeline := pipelineTo(t, "http://vendor.example", &plain{}, func(o *Options) { o.Transport, o.Timeout = transport, time.Minute })
		if err := pipeline.Do(t.Context(), callOf(Create)); err != nil || vendor.requests.Load() != 1 || dials != 2 {
			t.Errorf("%d requests, %d dials, %v", vendor.requests.Load(), dials, err)
		}
		transport.CloseIdleConnections()
		synctest.Wait()
	})
}

// TestNoRetryBeyondTheDeadline: there is no retry if the backoff would last longer than
// the call.
func TestNoRetryBeyondTheDeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		vendor := sequence(unavailable)
		pipeline, end := pipelineOf(t, vendor)
		defer end()
		ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond*10)
		defer cancel()
		started := time.Now()
		failure := failureOf(t, pipeline.Do(ctx, callOf(Read)))
		if failure.Kind != KindStatus || vendor.requests.Load() != 1 || time.Since(started) > 10*time.Nanosecond {
			t.Errorf("%v after %s and %d requests", failure, time.Since(started), vendor.requests.Load())
		}
	})
}

// TestRetryBudget: retries are at most a tenth of the calls of the last ten seconds, or three.
func TestRetryBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var ill atomic.Bool
		vendor := &course{answer: func(int64) string {
			if ill.Load() {
				return unavailable
			}
			return good
		}}
		pipeline, end := pipelineOf(t, vendor)
		defer end()
		for range 60 {
			if err := pipeline.Do(t.Context(), callOf(Read)); err != nil {
				t.Fatal(err)
			}
		}
		ill.Store(true)
		for _, want := range []int64{60 / budgetShare, budgetFree} {
			before := vendor.requests.Load()
			for range 5 {
				_ = failureOf(t, pipeline.Do(t.Context(), callOf(Read)))
			}
			if retries := vendor.requests.Load() - before - 5; retries != want {
				t.Errorf("%d retries, want %d", retries, want)
			}
			time.Sleep(budgetWindow + time.Second)
		}
	})
}

// TestFailingVendor: the attempts stay below 1.1 times the calls, then the breaker
// answers without any, one probe goes out after the pause, and a good one closes it.
func TestFailingVendor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var well atomic.Bool
		vendor := &course{answer: func(int64) string {
			if well.Load() {
				return good
			}
			return unavailable
		}}
		pipeline, end := pipelineOf(t, vendor)
		defer end()
		defaults := Breaker{}.withDefaults()
		calls, refused := int64(0), false
		for ; calls < 100 && !refused; calls++ {
			failure := failureOf(t, pipeline.Do(t.Context(), callOf(Read)))
			refused = failure.Kind == KindBreakerOpen
		}
		if attempts := vendor.requests.Load(); !refused || calls > int64(defaults.Volume)+1 || attempts > calls+budgetFree {
			t.Fatalf("after %d calls and %d attempts, open: %t", calls, attempts, refused)
		}
		before, started := vendor.requests.Load(), time.Now()
		failure := failureOf(t, pipeline.Do(t.Context(), callOf(Create)))
		if failure.Kind != KindBreakerOpen || failure.Sent || failure.RetryAfter <= 0 || failure.RetryAfter > defaults.Pause ||
			time.Since(started) != 0 || vendor.requests.Load() != before {
			t.Errorf("while open: %v, retry after %s", failure, failure.RetryAfter)
		}
		time.Sleep(defaults.Pause)
		if failure := failureOf(t, pipeline.Do(t.Context(), callOf(Create))); failure.Kind != KindStatus || vendor.requests.Load() != before+1 {
			t.Errorf("the probe: %v after %d requests", failure, vendor.requests.Load()-before)
		}
		well.Store(true)
		time.Sleep(defaults.Pause)
		for range 3 {
			if err := pipeline.Do(t.Context(), callOf(Read)); err != nil {
				t.Errorf("after a good probe: %v", err)
			}
		}
	})
}

// TestGrace: a write that was sent is waited for after its caller has gone, or when the
// service stops, so that its outcome is known. A read is not.
func TestGrace(t *testing.T) {
	t.Parallel()
	for cause, ended := range map[error]Kind{context.Canceled: KindCallerCancelled, ErrShuttingDown: KindShuttingDown} {
		for action, want := range map[Action]Kind{Create: -1, Update: -1, Delete: -1, Assign: -1, Read: ended} {
			t.Run(cause.Error()+"/"+routes[action].Operation, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					vendor := &course{answer: func(int64) string {
						time.Sleep(defaultGrace)
						return good
					}}
					pipeline, end := pipelineOf(t, vendor)
					defer end()
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(time.Second, func() { cancel(cause) })
					started := time.Now()
					err := pipeline.Do(ctx, callOf(action))
					var failure *Error
					if got := errors.As(err, &failure); got != (want >= 0) || got && failure.Kind != want {
						t.Errorf("after %s: %v", time.Since(started), err)
					}
					if action == Read && time.Since(started) != time.Second {
						t.Errorf("a read ended %s after its caller", time.Since(started)-time.Second)
					}
					time.Sleep(defaultGrace) // the vendor's answer, which nobody waits for
				})
			})
		}
	}
}
