package upstream

import (
	"context"
	"math/rand/v2"
	"net/http"
	"time"
)

// tries is how often a call is sent at most, by what a repeat would do. What is
// sent more than once was not sent at all before, or is harmless to repeat.
var tries = map[Class]int{Safe: 3, Idempotent: 2, Once: 2}

// The pauses between tries: full jitter below a bound that doubles.
const (
	firstPause   = 100 * time.Millisecond
	longestPause = time.Second
)

// mayRepeat reports whether a failed try may be followed by another. A create is
// repeated only where no byte of it left.
func mayRepeat(class Class, failure *Error) bool {
	switch {
	case failure.before:
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

// pause waits before the next try, unless the call's time would be over by then.
func pause(ctx context.Context, try int) bool {
	bound := min(firstPause<<(try-1), longestPause)
	wait := rand.N(bound)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// goneAlready reports whether a repeated delete found what the first try left
// behind: nothing.
func goneAlready(action Action, before, failure *Error) bool {
	return action == Delete && before != nil && before.Sent &&
		failure.Kind == KindStatus && failure.Status == http.StatusNotFound && failure.VendorForm
}

// outweighs reports whether a try says more than the one that repeated it: what was
// sent and may have taken effect is not undone by a repeat that could not be sent,
// or was refused.
func (e *Error) outweighs(repeat *Error) bool {
	return e.Sent && !repeat.Sent || e.Delivery() == Unknown && repeat.Delivery() != Unknown
}
