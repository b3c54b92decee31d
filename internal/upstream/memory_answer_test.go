package upstream

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestMemoryUnderLoad: many calls read answers that together are far over the budget.
// All end, one way or the other, and nothing stays taken. The race detector watches.
func TestMemoryUnderLoad(t *testing.T) {
	t.Parallel()
	answer := `{"a":"` + strings.Repeat("x", 100<<10) + `"}`
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) })
	m := NewMemory(512 << 10)
	pipeline := pipelineTo(t, server.URL, &plain{}, func(o *Options) { o.Memory = m })
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			ctx, lease := m.Lease(t.Context())
			defer lease.Release()
			err := pipeline.Do(ctx, callOf(Read))
			if err != nil {
				t.Error(err)
			}
			if got := m.usage(); got > 512<<10+int64(4*(len(answer)+chunkBytes)) {
				t.Errorf("%d taken", got)
			}
		})
	}
	all.Wait()
	if m.usage() != 0 {
		t.Errorf("%d taken in the end", m.usage())
	}
}

// answerOf is an answer of the vendor with a body of about so many bytes.
func answerOf(size int) string {
	body := `{"a":"` + strings.Repeat("x", size) + `"}`
	return "HTTP/1.1 200 OK\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
}

// TestMemoryOfAnswers: what an answer takes, by its size and by what decoding makes of it.
func TestMemoryOfAnswers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		size   int
		factor int64
		want   int64
	}{
		"small":         {20 << 10, 0, 0},
		"one chunk":     {40 << 10, 0, 4 * chunkBytes},
		"row by row":    {40 << 10, 1, chunkBytes},
		"two chunks":    {100 << 10, 1, 2 * chunkBytes},
		"two, in whole": {100 << 10, 4, 8 * chunkBytes},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				m := NewMemory(10 << 20)
				pipeline, end := pipelineOf(t, sequence(answerOf(c.size)), func(o *Options) { o.Memory = m })
				defer end()
				call := callOf(Read)
				call.MemoryFactor = c.factor
				ctx, lease := m.Lease(t.Context())
				if err := pipeline.Do(ctx, call); err != nil || m.usage() != c.want {
					t.Errorf("%v, %d taken until the call ends, want %d", err, m.usage(), c.want)
				}
				lease.Release()
				if err := pipeline.Do(t.Context(), call); err != nil || m.usage() != 0 {
					t.Errorf("%v, %d taken without a lease", err, m.usage())
				}
			})
		})
	}
}

// TestFailedAttemptGivesItsMemoryBack: only the answer that is used is held.
func TestFailedAttemptGivesItsMemoryBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m, attempts := NewMemory(10<<20), 0
		var during []int64
		pipeline := pipelineTo(t, "http://vendor.example", &plain{}, func(o *Options) {
			o.Memory = m
			o.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
				during = append(during, m.usage())
				body := io.Reader(strings.NewReader(`{"a":"` + strings.Repeat("x", 40<<10) + `"}`))
				if attempts++; attempts == 1 {
					body = io.MultiReader(io.LimitReader(body, 38<<10), iotest.ErrReader(io.ErrUnexpectedEOF))
				}
				return &http.Response{StatusCode: 200, Body: io.NopCloser(body), Request: r}, nil
			})
		})
		ctx, lease := m.Lease(t.Context())
		if err := pipeline.Do(ctx, callOf(Read)); err != nil || m.usage() != 4*chunkBytes {
			t.Errorf("%v, %d taken", err, m.usage())
		}
		if diff := cmp.Diff([]int64{0, 0}, during); diff != "" {
			t.Errorf("taken when the attempts began: %s", diff)
		}
		lease.Release()
	})
}

// TestNoMemoryInTime: an answer for which there is no memory until the time is up. A
// read may be repeated later; of a write that was sent the outcome is not known. The
// vendor is not blamed.
func TestNoMemoryInTime(t *testing.T) {
	t.Parallel()
	stop := func(ctx context.Context, cause error) (context.Context, context.CancelFunc) {
		ctx, cancel := context.WithCancelCause(ctx)
		timer := time.AfterFunc(time.Second, func() { cancel(cause) })
		return ctx, func() { timer.Stop(); cancel(nil) }
	}
	for name, c := range map[string]struct {
		ctx  func(context.Context) (context.Context, context.CancelFunc)
		kind Kind
	}{
		"cap": {context.WithCancel, KindSaturated},
		"deadline": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		}, KindSaturated},
		"cancelled": {func(ctx context.Context) (context.Context, context.CancelFunc) { return stop(ctx, context.Canceled) }, KindCallerCancelled},
		"shutdown":  {func(ctx context.Context) (context.Context, context.CancelFunc) { return stop(ctx, ErrShuttingDown) }, KindShuttingDown},
	} {
		for _, action := range []Action{Read, Create} {
			t.Run(name+"/"+routes[action].Operation, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					m := NewMemory(100)
					holder := leaseOf(m)
					if err := holder.acquire(t.Context(), 200); err != nil {
						t.Fatal(err)
					}
					pipeline, end := pipelineOf(t, sequence(answerOf(40<<10)), func(o *Options) { o.Memory = m })
					defer end()
					ctx, cancel := c.ctx(t.Context())
					defer cancel()
					failure := failureOf(t, pipeline.Do(ctx, callOf(action)))
					want := map[bool]Delivery{true: Unknown}[action == Create]
					if failure.Kind != c.kind || !failure.Sent || failure.Delivery() != want {
						t.Errorf("%v, delivery %q", failure, failure.Delivery())
					}
					if calls, _ := counted(pipeline.circuit); calls != 0 || m.usage() != 200 {
						t.Errorf("the breaker counts %d calls, %d taken", calls, m.usage())
					}
				})
			})
		}
	}
}

// TestNoMemoryIsHeldInTheQueue: the calls that have the slots may wait for memory, so
// a call that waits for a slot holds none.
func TestNoMemoryIsHeldInTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory(chunkBytes)
		vendor := &course{answer: func(n int64) string {
			if n > 1 {
				time.Sleep(time.Second) // so that the second call has the slot
			}
			return answerOf(40 << 10)
		}}
		pipeline, end := pipelineOf(t, vendor, func(o *Options) { o.Memory, o.Connections = m, 1 })
		defer end()
		ctx, first := m.Lease(t.Context())
		defer first.Release()
		if err := pipeline.Do(ctx, callOf(Read)); err != nil || m.usage() <= chunkBytes {
			t.Fatalf("%v, %d taken", err, m.usage())
		}
		var second sync.WaitGroup
		second.Go(func() {
			if err := pipeline.Do(t.Context(), callOf(Read)); err != nil {
				t.Errorf("the call with the slot: %v", err)
			}
		})
		synctest.Wait()
		if err := pipeline.Do(ctx, callOf(Read)); err != nil {
			t.Errorf("the call in the queue: %v", err)
		}
		second.Wait()
	})
}
