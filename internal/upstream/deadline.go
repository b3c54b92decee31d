package upstream

import (
	"context"
	"errors"
	"time"
)

// ErrShuttingDown is the cause with which the server cancels the contexts of calls
// that are still running when its drain timeout has passed.
var ErrShuttingDown = errors.New("the service is shutting down")

// capKey is the context key of the caller's context.
type capKey struct{}

// WithCap returns the context of one call of the service. All vendor calls made with
// it share the cap: their retries, logins, and reads before and after a write. A
// deadline of ctx that is earlier wins. Whether ctx or the cap ended a vendor call is
// told apart, so ctx must be the caller's own context.
func WithCap(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	capped, cancel := context.WithTimeout(ctx, limit)
	return context.WithValue(capped, capKey{}, ctx), cancel
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
type deadlines struct{ caller, capped context.Context }

// deadlinesOf finds the contexts of a call, which WithCap has made.
func deadlinesOf(ctx context.Context) deadlines {
	caller, ok := ctx.Value(capKey{}).(context.Context)
	if !ok {
		caller = ctx
	}
	return deadlines{caller: caller, capped: ctx}
}

// isCapped reports whether WithCap has made the context.
func isCapped(ctx context.Context) bool {
	_, ok := ctx.Value(capKey{}).(context.Context)
	return ok
}

// ended returns whose time ran out. It asks the contexts, not an error of the
// network: a dial that times out by itself looks like one that ran into a deadline.
func (d deadlines) ended() (kind Kind, ended bool) {
	switch {
	case errors.Is(context.Cause(d.caller), ErrShuttingDown):
		return KindShuttingDown, true
	case errors.Is(d.caller.Err(), context.DeadlineExceeded):
		return KindCallerDeadline, true
	case d.caller.Err() != nil:
		return KindCallerCancelled, true
	default:
		return KindTimeout, d.capped.Err() != nil
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
