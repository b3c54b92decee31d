package upstream

import (
	"context"
	"errors"
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
	"pgregory.net/rapid"
)

// usage returns how much of the budget is taken.
func (m *Memory) usage() int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.used
}

// leaseOf is a lease of the budget.
func leaseOf(m *Memory) *Lease {
	_, lease := m.Lease(context.Background())
	return lease
}

// acquiring asks for bytes in the background. The channel has the result.
func acquiring(ctx context.Context, lease *Lease, bytes int64) <-chan error {
	result := make(chan error, 1)
	go func() { result <- lease.acquire(ctx, bytes) }()
	synctest.Wait()
	return result
}

// waits reports whether nothing has come yet.
func waits(result <-chan error) bool {
	synctest.Wait()
	select {
	case <-result:
		return false
	default:
		return true
	}
}

// TestMemoryIsFirstComeFirstServed: what does not fit waits in the order of arrival,
// and a small request does not overtake a large one.
func TestMemoryIsFirstComeFirstServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory(100)
		first, beyond, large, small := leaseOf(m), leaseOf(m), leaseOf(m), leaseOf(m)
		for _, step := range []struct {
			lease *Lease
			bytes int64
		}{{first, 90}, {beyond, 50}} {
			if err := step.lease.acquire(t.Context(), step.bytes); err != nil {
				t.Fatal(err)
			}
		}
		waiting := acquiring(t.Context(), large, 60)
		overtaking := acquiring(t.Context(), small, 1)
		if !waits(waiting) || !waits(overtaking) {
			t.Fatal("served though a lease is beyond the budget")
		}
		beyond.Release()
		if waits(waiting) {
			t.Error("the oldest that waits did not go beyond the budget")
		}
		if !waits(overtaking) {
			t.Error("two leases are beyond the budget")
		}
		first.Release()
		if waits(overtaking) || m.usage() != 61 {
			t.Errorf("the last one waits, %d taken", m.usage())
		}
		large.Release()
		small.Release()
		if m.usage() != 0 {
			t.Errorf("%d taken in the end", m.usage())
		}
	})
}

// TestHoldersDoNotBlockEachOther: every lease holds something and waits for more. They
// finish one after the other.
func TestHoldersDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory(100)
		var all sync.WaitGroup
		for range 10 {
			lease := leaseOf(m)
			if err := lease.acquire(t.Context(), 10); err != nil {
				t.Fatal(err)
			}
			all.Go(func() {
				defer lease.Release()
				for range 5 {
					if err := lease.acquire(t.Context(), 10); err != nil {
						t.Error(err)
					}
					time.Sleep(time.Second)
				}
			})
		}
		all.Wait()
		if m.usage() != 0 {
			t.Errorf("%d taken in the end", m.usage())
		}
	})
}

// TestWaitForMemoryEnds: a lease whose context ends leaves the queue, holds what it
// held, and lets the next one pass.
func TestWaitForMemoryEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory(100)
		beyond, holder := leaseOf(m), leaseOf(m)
		if err := errors.Join(holder.acquire(t.Context(), 50), beyond.acquire(t.Context(), 60), beyond.acquire(t.Context(), 5)); err != nil {
			t.Fatal(err)
		}
		beyond.giveBack(30) // 85 are taken
		reason := errors.New("over")
		ctx, cancel := context.WithCancelCause(t.Context())
		first := acquiring(ctx, holder, 20)
		second := acquiring(t.Context(), leaseOf(m), 10)
		cancel(reason)
		if err := <-first; !errors.Is(err, reason) {
			t.Errorf("the first ended with %v", err)
		}
		if waits(second) || m.usage() != 95 {
			t.Errorf("the second waits, %d taken", m.usage())
		}
	})
}

// TestKeep: what the answer to the caller takes stays held, and never more than was.
func TestKeep(t *testing.T) {
	t.Parallel()
	m := NewMemory(100)
	lease := leaseOf(m)
	if err := lease.acquire(t.Context(), 150); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ keep, want int64 }{{200, 150}, {120, 120}, {30, 30}, {50, 30}, {-1, 0}, {10, 0}} {
		if lease.Keep(c.keep); m.usage() != c.want {
			t.Errorf("keep %d: %d taken, want %d", c.keep, m.usage(), c.want)
		}
	}
	var none *Memory
	ctx, unbounded := none.Lease(t.Context())
	if unbounded != nil || ctx != t.Context() || unbounded.acquire(ctx, 1<<60) != nil {
		t.Error("no budget has a bound")
	}
	unbounded.giveBack(1)
	unbounded.Keep(1)
	unbounded.Release()
}

// TestMemoryBounds: whatever the leases do, the sum stays within the budget and what one
// lease took, and is 0 in the end.
func TestMemoryBounds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.Int64Range(0, 1000).Draw(t, "limit")
		m := NewMemory(limit)
		ended, end := context.WithCancel(context.Background())
		end() // what cannot be had at once is withdrawn
		leases := make([]*Lease, rapid.IntRange(1, 6).Draw(t, "leases"))
		for i := range leases {
			leases[i] = leaseOf(m)
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			lease := rapid.SampledFrom(leases).Draw(t, "lease")
			bytes := rapid.Int64Range(0, 400).Draw(t, "bytes")
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0:
				lease.Release()
			case 1:
				lease.giveBack(min(bytes, lease.held))
			default:
				before, hadBytes := m.used, lease.held
				err := lease.acquire(ended, bytes)
				if fits := before+bytes <= limit; fits && err != nil {
					t.Fatalf("refused %d of %d with %d taken", bytes, limit, before)
				}
				if taken := lease.held - hadBytes; err == nil && taken != bytes || err != nil && taken != 0 {
					t.Fatalf("took %d of %d, %v", taken, bytes, err)
				}
			}
			checkMemory(t, m, leases)
		}
		for _, lease := range leases {
			lease.Release()
		}
		if m.used != 0 || m.beyond != nil || m.waiting.Len() != 0 {
			t.Fatalf("in the end %d taken, %d waiting", m.used, m.waiting.Len())
		}
	})
}

// checkMemory: the sum is that of the leases, and only one of them is beyond the budget.
func checkMemory(t *rapid.T, m *Memory, leases []*Lease) {
	var sum, largest int64
	for _, lease := range leases {
		sum += lease.held
		largest = max(largest, lease.held)
		if lease.held < 0 {
			t.Fatalf("a lease holds %d", lease.held)
		}
	}
	if sum != m.used || sum > m.limit+largest {
		t.Fatalf("%d taken, the leases hold %d, the largest %d, of %d", m.used, sum, largest, m.limit)
	}
}

// TestMemoryUnderLoad: many calls read answers that together are far over the budget.
// All end, one way or the other, and nothing stays taken. The race detector watches.
func TestMemoryUnderLoad(t *testing.T) {
	t.Parallel()
	answer := `{"a":"` + strings.Repeat("x", 300<<10) + `"}`
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, answer) })
	m := NewMemory(2 << 20)
	pipeline := pipelineTo(t, server.URL, &plain{}, func(o *Options) { o.Memory = m })
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			ctx, lease := m.Lease(t.Context())
			defer lease.Release()
			err := pipeline.Do(ctx, callOf(Read))
			if err != nil {
				t.Error(err)
			}
			if i%2 == 0 {
				lease.Keep(int64(len(answer)))
			}
			if got := m.usage(); got > 2<<20+int64(4*(len(answer)+chunkBytes)) {
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
