package upstream

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// TestCapIsShared: the calls of one context have one cap together, and each has its
// own without it.
func TestCapIsShared(t *testing.T) {
	t.Parallel()
	for name, shared := range map[string]bool{"shared": true, "each its own": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				vendor := &course{answer: func(int64) string {
					time.Sleep(12 * time.Second)
					return good
				}}
				pipeline, end := pipelineOf(t, vendor)
				defer end()
				pipeline.options.Timeout = 30 * time.Second
				ctx, cancel := context.WithCancel(t.Context())
				if shared {
					ctx, cancel = WithCap(ctx, 30*time.Second)
				}
				defer cancel()
				started := time.Now()
				for call := 1; call <= 3; call++ {
					err := pipeline.Do(ctx, callOf(Update))
					if !shared || call < 3 {
						if err != nil {
							t.Errorf("call %d: %v", call, err)
						}
						continue
					}
					failure := failureOf(t, err)
					if failure.Kind != KindTimeout || failure.Delivery() != Unknown || time.Since(started) != 30*time.Second {
						t.Errorf("the third, after %s: %v, %s", time.Since(started), failure, failure.Delivery())
					}
				}
				time.Sleep(12 * time.Second) // the vendor's answer, which nobody waits for
			})
		})
	}
}

// TestForReadBack: a little of the time is left for the answer.
func TestForReadBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for left, want := range map[time.Duration]time.Duration{time.Minute: time.Minute - 500*time.Millisecond, time.Second: 900 * time.Millisecond, -time.Second: -900 * time.Millisecond} {
			ctx, cancel := context.WithTimeout(t.Context(), left)
			forRead, done := ForReadBack(ctx)
			if deadline, _ := forRead.Deadline(); left > 0 && time.Until(deadline) != want || left < 0 && forRead.Err() == nil {
				t.Errorf("%s left: ends in %s, want %s", left, time.Until(deadline), want)
			}
			done()
			cancel()
		}
		forRead, cancel := ForReadBack(t.Context())
		if _, ok := forRead.Deadline(); ok || forRead.Err() != nil {
			t.Error("a deadline where there was none")
		}
		if cancel(); forRead.Err() == nil {
			t.Error("not cancelled")
		}
	})
}

// TestDetach: work for others neither ends with the call that began it nor takes its
// memory.
func TestDetach(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory(1 << 20)
		pipeline, end := pipelineOf(t, sequence(answerOf(40<<10)), func(o *Options) { o.Memory = m })
		defer end()
		ctx, lease := m.Lease(t.Context())
		ctx, cancel := WithCap(ctx, time.Second)
		cancel()
		if failure := failureOf(t, pipeline.Do(ctx, callOf(Read))); failure.Kind != KindTimeout || failure.Sent {
			t.Errorf("after the end: %v", failure)
		}
		if err := pipeline.Do(Detach(ctx), callOf(Read)); err != nil || lease.held != 0 || m.usage() != 0 {
			t.Errorf("detached: %v, %d held, %d taken", err, lease.held, m.usage())
		}
	})
}

// TestShutdownEndsTheBackoff: no further attempt is made, and the call ends at once.
func TestShutdownEndsTheBackoff(t *testing.T) {
	t.Parallel()
	for action, delivery := range map[Action]Delivery{Read: "", Update: Unknown} {
		t.Run(routes[action].Operation, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				vendor := sequence(unavailable)
				pipeline, end := pipelineOf(t, vendor)
				defer end()
				ctx, cancel := context.WithCancelCause(t.Context())
				time.AfterFunc(1, func() { cancel(ErrShuttingDown) })
				started := time.Now()
				failure := failureOf(t, pipeline.Do(ctx, callOf(action)))
				if time.Since(started) > 1 || vendor.requests.Load() != 1 || failure.Delivery() != delivery {
					t.Errorf("after %s and %d requests: %v, %q", time.Since(started), vendor.requests.Load(), failure, failure.Delivery())
				}
			})
		})
	}
}

// TestCappedContext: the context of a call is like one of context.WithTimeout, and says by
// its cause whether the service's shutdown ended it.
func TestCappedContext(t *testing.T) {
	t.Parallel()
	const limit = 30 * time.Second
	for name, c := range map[string]struct {
		caller time.Duration // the caller's deadline; 0 if it has none
		end    error         // the cause with which the call is ended at once; nil if it is not
		after  time.Duration // of the deadline
		err    error
		cause  error
	}{
		"cap":                       {0, nil, limit, context.DeadlineExceeded, context.DeadlineExceeded},
		"cap before the caller's":   {time.Minute, nil, limit, context.DeadlineExceeded, context.DeadlineExceeded},
		"caller's deadline earlier": {time.Second, nil, time.Second, context.DeadlineExceeded, context.DeadlineExceeded},
		"shutdown":                  {0, ErrShuttingDown, limit, context.Canceled, ErrShuttingDown},
		"ended":                     {0, context.Canceled, limit, context.Canceled, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				caller := t.Context()
				if c.caller > 0 {
					var cancel context.CancelFunc
					caller, cancel = context.WithTimeout(caller, c.caller)
					defer cancel()
				}
				started := time.Now()
				ctx, end := WithCapCause(caller, limit)
				defer end(context.Canceled)
				if deadline, ok := ctx.Deadline(); !ok || deadline.Sub(started) != c.after || ctx.Err() != nil {
					t.Errorf("deadline %s, %t; error %v", deadline.Sub(started), ok, ctx.Err())
				}
				if c.end != nil {
					end(c.end)
				}
				<-ctx.Done()
				if c.end == nil && time.Since(started) != c.after {
					t.Errorf("ended after %s", time.Since(started))
				}
				if !errors.Is(ctx.Err(), c.err) || !errors.Is(context.Cause(ctx), c.cause) {
					t.Errorf("error %v, cause %v", ctx.Err(), context.Cause(ctx))
				}
			})
		})
	}
}
