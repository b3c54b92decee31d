package upstream

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/sipfacade/sipfacade/internal/explain"
)

// execution is one call of Do: its retries, and the attempts that these are made of.
type execution struct {
	*Pipeline
	deadlines
	call       *Call
	credential credentialID
	lease      *Lease
	endLease   func()
	cancel     context.CancelFunc // ends the cap; nil if the caller of Do does
	recorder   *explain.Recorder  // nil unless the call is explained
	attempts   int                // so far
}

// end gives back what the execution holds.
func (e *execution) end() {
	e.endLease()
	if e.cancel != nil {
		e.cancel()
	}
}

// run makes the call as soon as it has a slot.
func (e *execution) run() *Error {
	if kind, ended := e.ended(); ended {
		return e.notSent(kind, context.Cause(e.capped))
	}
	if failure := e.stopped(); failure != nil {
		return failure
	}
	switch err := e.acquireSlot(); {
	case errors.Is(err, errQueueFull):
		return e.refuse(KindSaturated, 0)
	case err != nil:
		return e.refuse(e.endedWaiting(), 0)
	}
	defer e.queue.release()
	e.budget.addCall(time.Now())
	return e.attemptUntilDecided()
}

// acquireSlot takes a slot for the call. Before it waits for one, it gives back the
// memory of earlier calls with the same lease: the calls that have the slots may wait
// for it.
func (e *execution) acquireSlot() error {
	if e.queue.tryAcquire() {
		return nil
	}
	e.lease.Release()
	defer e.spent.waited(time.Now())
	return e.queue.acquire(e.capped)
}

// attemptUntilDecided makes attempts until the call succeeds, or until another one
// could do harm or would not help.
func (e *execution) attemptUntilDecided() *Error {
	class, last := e.class(), (*Error)(nil)
	for attempt := 1; ; attempt++ {
		failure := e.attemptWithPermit()
		switch {
		case failure == nil || alreadyDeleted(e.call.Route.Action, last, failure):
			return nil
		case last != nil && firstDecides(last, failure):
			return last
		case attempt >= maxAttempts[class] || !retryable(class, failure):
			return failure
		case !e.budget.takeRetry(time.Now()) || !e.backoff(attempt, failure.RetryAfter):
			return failure
		}
		last = failure
	}
}

// class is what a repeat of the call would do.
func (e *execution) class() Class {
	class := e.call.Route.Action.Class()
	if class == Idempotent && restsOnRead(e.capped) {
		return Once
	}
	return class
}

// backoff waits before the attempt after the one of this number, at least as long as the
// vendor has asked for.
func (e *execution) backoff(attempt int, asked time.Duration) bool {
	defer e.spent.waited(time.Now())
	return backoff(e.capped, attempt, asked)
}

// stopped returns the failure of a call that the vendor's pause or the breaker stops,
// so that it need not wait for a slot first.
func (e *execution) stopped() *Error {
	now := time.Now()
	if wait := e.pauses.remaining(e.credential, now); wait > 0 {
		return e.refuse(KindThrottled, wait)
	}
	if wait := e.circuit.wait(now); wait > 0 {
		return e.refuse(KindBreakerOpen, wait)
	}
	return nil
}

// attemptWithPermit makes one attempt if neither the vendor's pause nor the breaker
// stops it, and records how it ended.
func (e *execution) attemptWithPermit() *Error {
	started := time.Now()
	if wait := e.pauses.remaining(e.credential, started); wait > 0 {
		return e.refuse(KindThrottled, wait)
	}
	permit, wait, admitted := e.circuit.acquire(started)
	if !admitted {
		return e.refuse(KindBreakerOpen, wait)
	}
	seen := neutral // a panic says nothing of the vendor
	defer func() { permit.record(time.Now(), seen) }()
	failure := e.attemptWithRenewal()
	seen = e.outcomeOf(failure, time.Since(started))
	if failure != nil && failure.Kind == KindStatus && failure.Status == http.StatusTooManyRequests {
		e.pauses.start(e.credential, time.Now(), failure.RetryAfter)
	}
	return failure
}

// outcomeOf returns what an attempt says about the vendor's health. A timeout says
// something only if the attempt had at least half of the cap: the rest may have been
// spent in the queue.
func (e *execution) outcomeOf(failure *Error, took time.Duration) outcome {
	if failure == nil {
		return healthy
	}
	switch failure.Kind {
	case KindUnreachable, KindReset, KindTruncated:
		return failing
	case KindTimeout:
		if 2*took >= e.options.Timeout {
			return failing
		}
	case KindStatus:
		if failure.Status >= http.StatusInternalServerError {
			return failing
		}
	default:
	}
	return neutral
}

// attemptWithRenewal makes one attempt, and another if the vendor refused a credential
// that can be renewed.
func (e *execution) attemptWithRenewal() *Error {
	refused, failure := e.attempt()
	if refused == nil {
		return failure
	}
	renewed, err := e.dialect.Renew(e.capped, refused)
	switch {
	case err != nil:
		return newAttempt(e).transportError(err)
	case !renewed:
		return failure
	}
	_, failure = e.attempt()
	return failure
}

// refuse returns the failure of a call that was stopped before any attempt.
func (e *execution) refuse(kind Kind, wait time.Duration) *Error {
	failure := e.notSent(kind, nil)
	failure.RetryAfter = wait
	e.options.Observe(Observation{Vendor: e.dialect.Vendor(), Route: e.call.Route, Outcome: kind.String()})
	return failure
}

// notSent returns a failure before any byte was sent.
func (e *execution) notSent(kind Kind, cause error) *Error {
	return &Error{
		Vendor: e.dialect.Vendor(), Route: e.call.Route, Kind: kind,
		CallerCredential: e.dialect.FromCaller(), cause: cause,
	}
}
