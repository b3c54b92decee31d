package upstream

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// slow is a vendor that takes a second for each answer, and the pipeline to it has one
// slot and a queue of two.
func slow(t *testing.T) (*course, *Pipeline, func()) { return slowWith(t, 2) }

// slowWith is slow with a queue of another length.
func slowWith(t *testing.T, queue int) (*course, *Pipeline, func()) {
	t.Helper()
	vendor := &course{answer: func(int64) string {
		time.Sleep(time.Second)
		return good
	}}
	pipeline, end := pipelineOf(t, vendor, func(o *Options) { o.Connections, o.Queue = 1, queue })
	return vendor, pipeline, end
}

// TestQueueIsFirstComeFirstServed: beyond the slots calls wait, in the order of their
// arrival; beyond the queue they are refused at once.
func TestQueueIsFirstComeFirstServed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		vendor, pipeline, end := slow(t)
		defer end()
		var order []int
		var lock sync.Mutex
		var calls sync.WaitGroup
		started := time.Now()
		for i := range 3 {
			calls.Go(func() {
				if err := pipeline.Do(t.Context(), callOf(Create)); err != nil {
					t.Errorf("call %d: %v", i, err)
				}
				lock.Lock()
				defer lock.Unlock()
				order = append(order, i)
			})
			synctest.Wait()
		}
		failure := failureOf(t, pipeline.Do(t.Context(), callOf(Create)))
		if failure.Kind != KindSaturated || failure.Delivery() != NotSent || time.Since(started) != 0 {
			t.Errorf("after %s: %v, %s", time.Since(started), failure, failure.Delivery())
		}
		calls.Wait()
		if diff := cmp.Diff([]int{0, 1, 2}, order); diff != "" || vendor.requests.Load() != 3 || time.Since(started) != 3*time.Second {
			t.Errorf("%d requests in %s: %s", vendor.requests.Load(), time.Since(started), diff)
		}
	})
}

// TestNoQueue: without a queue the first call beyond the slots is refused.
func TestNoQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, pipeline, end := slowWith(t, NoQueue)
		defer end()
		var calls sync.WaitGroup
		calls.Go(func() {
			if err := pipeline.Do(t.Context(), callOf(Create)); err != nil {
				t.Errorf("the call with the slot: %v", err)
			}
		})
		synctest.Wait()
		if failure := failureOf(t, pipeline.Do(t.Context(), callOf(Create))); failure.Kind != KindSaturated {
			t.Errorf("the other: %v", failure)
		}
		if got := pipeline.Status(); got.UnderWay != 1 || got.Waiting != 0 {
			t.Errorf("%d under way and %d waiting", got.UnderWay, got.Waiting)
		}
		calls.Wait()
	})
}

// TestTimePassesInTheQueue: a call whose time passes while it waits for a slot was not
// sent, and that is nothing against the vendor. It ends at once if the caller cancels
// or the service stops.
func TestTimePassesInTheQueue(t *testing.T) {
	t.Parallel()
	after := func(cause error) func(context.Context) (context.Context, context.CancelFunc) {
		return func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancelCause(ctx)
			timer := time.AfterFunc(500*time.Millisecond, func() { cancel(cause) })
			return ctx, func() { timer.Stop(); cancel(nil) }
		}
	}
	for name, c := range map[string]struct {
		ctx  func(context.Context) (context.Context, context.CancelFunc)
		kind Kind
	}{
		"deadline": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, 500*time.Millisecond)
		}, KindSaturated},
		"cap": {func(ctx context.Context) (context.Context, context.CancelFunc) {
			return WithCap(ctx, 500*time.Millisecond)
		}, KindSaturated},
		"cancelled": {after(context.Canceled), KindCallerCancelled},
		"shutdown":  {after(ErrShuttingDown), KindShuttingDown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				vendor, pipeline, end := slow(t)
				defer end()
				var first atomic.Bool
				go func() { first.Store(pipeline.Do(t.Context(), callOf(Create)) == nil) }()
				synctest.Wait()
				ctx, cancel := c.ctx(t.Context())
				defer cancel()
				started := time.Now()
				failure := failureOf(t, pipeline.Do(ctx, callOf(Create)))
				if failure.Kind != c.kind || failure.Delivery() != NotSent || time.Since(started) != 500*time.Millisecond {
					t.Errorf("after %s: %v, %s", time.Since(started), failure, failure.Delivery())
				}
				time.Sleep(time.Second)
				if calls, failures := counted(pipeline.circuit); calls != 1 || failures != 0 || !first.Load() || vendor.requests.Load() != 1 {
					t.Errorf("the breaker counts %d calls, %d failures after %d requests", calls, failures, vendor.requests.Load())
				}
			})
		})
	}
}

// TestStoppedCallsDoNotQueue: a call that the breaker or a pause stops is answered at
// once, though all slots are taken.
func TestStoppedCallsDoNotQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		_, pipeline, end := slow(t)
		defer end()
		go func() { _ = pipeline.Do(t.Context(), callOf(Read)) }()
		synctest.Wait()
		pipeline.pauses.start(serviceCredential, time.Now(), time.Minute)
		started := time.Now()
		if failure := failureOf(t, pipeline.Do(t.Context(), callOf(Read))); failure.Kind != KindThrottled || time.Since(started) != 0 {
			t.Errorf("paused: after %s: %v", time.Since(started), failure)
		}
		pipeline.pauses = newPauses()
		recordAll(t, pipeline.circuit, time.Now(), repeat(failing, 20))
		if failure := failureOf(t, pipeline.Do(t.Context(), callOf(Read))); failure.Kind != KindBreakerOpen || time.Since(started) != 0 {
			t.Errorf("open: after %s: %v", time.Since(started), failure)
		}
		time.Sleep(time.Second)
	})
}
