package upstream

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrShuttingDown is the cause with which the server cancels the contexts of calls
// that are still running when its drain timeout has passed.
var ErrShuttingDown = errors.New("the service is shutting down")

// capKey is the context key of the capped context of a call.
type capKey struct{}

// errCapPassed is the cause with which the cap ends a context.
var errCapPassed = fmt.Errorf("the cap on a call: %w", context.DeadlineExceeded)

// cappedContext is the context of one call of the service. It is one context with one
// timer, since every call makes it: context.WithTimeout and context.WithCancelCause would
// be two, with twice the objects and locks.
type cappedContext struct {
	context.Context // ends with its cause
	caller          context.Context
	deadline        time.Time
	spent           stopwatch
}

// Deadline returns the cap, or the caller's deadline if that is earlier.
func (c *cappedContext) Deadline() (time.Time, bool) { return c.deadline, true }

// Err returns context.DeadlineExceeded if the cap has passed.
func (c *cappedContext) Err() error {
	err := c.Context.Err()
	if err != nil && errors.Is(context.Cause(c.Context), errCapPassed) {
		return context.DeadlineExceeded
	}
	return err
}

// Value also finds the context itself.
func (c *cappedContext) Value(key any) any {
	if key == (capKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// WithCap returns the context of one call of the service. All vendor calls made with
// it share the cap: their retries, logins, and reads before and after a write. A
// deadline of ctx that is earlier wins. Whether ctx or the cap ended a vendor call is
// told apart, so ctx must be the caller's own context.
func WithCap(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	capped, cancel := WithCapCause(ctx, limit)
	return capped, func() { cancel(context.Canceled) }
}

// WithCapCause is WithCap with a cause for the end of the context: the server ends calls
// with ErrShuttingDown.
func WithCapCause(ctx context.Context, limit time.Duration) (context.Context, context.CancelCauseFunc) {
	ending, cancel := context.WithCancelCause(ctx)
	deadline := time.Now().Add(limit)
	if earlier, ok := ctx.Deadline(); ok && earlier.Before(deadline) {
		return &cappedContext{Context: ending, caller: ctx, deadline: earlier}, cancel
	}
	timer := time.AfterFunc(limit, func() { cancel(errCapPassed) })
	return &cappedContext{Context: ending, caller: ctx, deadline: deadline}, func(cause error) {
		timer.Stop()
		cancel(cause)
	}
}

// A read after a write that succeeded leaves this much of the time for the answer to
// reach the caller: a tenth of what is left, and at most half a second.
const (
	answerShare   = 10
	longestAnswer = 500 * time.Millisecond
)

// ForReadBack returns the context of a read after a write that succeeded. It ends a
// little before ctx: if the read does not end, the caller is still answered what was
// sent, and not that its deadline passed.
func ForReadBack(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	answer := min(time.Until(deadline)/answerShare, longestAnswer)
	return context.WithDeadline(ctx, deadline.Add(-answer))
}

// Detach returns a context for work that goes on when the call that began it has
// ended, such as a login that others wait for. It has neither the call's cap and
// cancellation nor its lease of memory.
func Detach(ctx context.Context) context.Context {
	ctx = context.WithValue(context.WithoutCancel(ctx), capKey{}, nil)
	return context.WithValue(ctx, leaseKey{}, nil)
}

// deadlines are the contexts that can end a vendor call: the caller's, and the capped
// one that is made of it.
type deadlines struct {
	caller, capped context.Context
	spent          *stopwatch // of the call of the service; nil if the context has no cap
}

// deadlinesOf finds the contexts of a call. It reports false if the context is not one of
// WithCap.
func deadlinesOf(ctx context.Context) (found deadlines, isCapped bool) {
	capped, ok := ctx.Value(capKey{}).(*cappedContext)
	if !ok {
		return deadlines{caller: ctx, capped: ctx}, false
	}
	return deadlines{caller: capped.caller, capped: ctx, spent: &capped.spent}, true
}

// shuttingDown reports whether the service's shutdown ended the call.
func (d deadlines) shuttingDown() bool { return errors.Is(context.Cause(d.capped), ErrShuttingDown) }

// ended returns whose time ran out. It asks the contexts, not an error of the
// network: a dial that times out by itself looks like one that ran into a deadline.
func (d deadlines) ended() (kind Kind, ended bool) {
	switch {
	case d.capped.Err() == nil:
		return KindTimeout, false
	case d.shuttingDown():
		return KindShuttingDown, true
	case errors.Is(d.caller.Err(), context.DeadlineExceeded):
		return KindCallerDeadline, true
	case d.caller.Err() != nil:
		return KindCallerCancelled, true
	default:
		return KindTimeout, true
	}
}

// endedWaiting is ended for a call that waited for one of the service's own limits: if
// time passed meanwhile, whoever set it, the limit is the reason.
func (d deadlines) endedWaiting() Kind {
	switch kind, _ := d.ended(); kind {
	case KindShuttingDown, KindCallerCancelled:
		return kind
	default:
		return KindSaturated
	}
}
