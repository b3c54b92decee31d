package upstream

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// maxAttempts is how often a call is sent at most, by what a repeat would do. A call
// of the class Once is sent again only if no byte of it left before.
var maxAttempts = [...]int{Safe: 3, Idempotent: 2, Once: 2}

// restsOnReadKey is the context key of RestingOnRead.
type restsOnReadKey struct{}

// RestingOnRead returns the context of a write that rests on what was read before it: the
// resource has the etag that the caller stated, or a whole row is written of which the caller
// changes a part. Such a write is not sent again once a byte of it has left. In the meantime
// another caller may have written, which the repeat would undo.
func RestingOnRead(ctx context.Context) context.Context {
	return context.WithValue(ctx, restsOnReadKey{}, true)
}

func restsOnRead(ctx context.Context) bool {
	rests, _ := ctx.Value(restsOnReadKey{}).(bool)
	return rests
}

// The backoff between attempts is random, below a bound that doubles. If the vendor asks for
// more than the longest, the call is not tried again.
const (
	firstBackoff   = 100 * time.Millisecond
	longestBackoff = time.Second
)

// retryable reports whether a failed attempt may be followed by another.
func retryable(class Class, failure *Error) bool {
	switch {
	case failure.before, failure.RetryAfter > longestBackoff:
		return false
	case failure.Kind == KindUnreachable && !failure.Sent:
		return true
	case class == Once:
		return false
	}
	switch failure.Kind {
	case KindReset, KindTruncated:
		return true
	case KindStatus:
		return failure.Status >= http.StatusInternalServerError && failure.Status != http.StatusNotImplemented
	default:
		return false
	}
}

// backoff waits before the next attempt, at least as long as was asked for. It returns false,
// without waiting, if the context would end meanwhile, and at once when the context ends.
func backoff(ctx context.Context, attempt int, asked time.Duration) bool {
	bound := min(firstBackoff<<(attempt-1), longestBackoff)
	wait := max(rand.N(bound), asked)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return ctx.Err() == nil // both may be ready at the same time
	}
}

// alreadyDeleted reports whether a repeated delete was answered 404 because the
// first attempt had deleted the resource.
func alreadyDeleted(action Action, first, repeated *Error) bool {
	return action == Delete && first != nil && first.Sent &&
		repeated.Kind == KindStatus && repeated.Status == http.StatusNotFound && repeated.VendorForm
}

// firstDecides reports whether the first attempt's failure must be reported, and not
// that of its repeat: a write that was sent and may have taken effect is not undone
// by a repeat that could not be sent or was refused.
func firstDecides(first, repeated *Error) bool {
	return first.Sent && !repeated.Sent || first.Delivery() == Unknown && repeated.Delivery() != Unknown
}

// retryBudget bounds retries to a share of the calls, so that retries do not add to
// the load of a vendor that fails.
type retryBudget struct {
	mu    sync.Mutex
	calls *window // its marked events are retries
}

// The retry budget is a tenth of the calls of the last seconds. A few retries are
// always allowed, so that a service with few calls may retry too.
const (
	budgetWindow = 10 * time.Second
	budgetShare  = 10
	budgetFree   = 3
)

func newRetryBudget() *retryBudget { return &retryBudget{calls: newWindow(budgetWindow)} }

// addCall counts a call.
func (b *retryBudget) addCall(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.calls.at(now).total++
}

// takeRetry takes one retry out of the budget, and reports whether there was one.
func (b *retryBudget) takeRetry(now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	calls, retries := b.calls.sum(now)
	if retries >= max(budgetFree, calls/budgetShare) {
		return false
	}
	b.calls.at(now).marked++
	return true
}
