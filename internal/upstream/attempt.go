package upstream

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/sipfacade/sipfacade/internal/explain"
)

// attempt is one request and its answer.
type attempt struct {
	*execution
	watch   connectionWatch
	request *http.Request    // nil until it is built
	body    meteredBody      // the answer's, if it is read
	running *explain.Running // nil unless the call is explained
	span    ExchangeSpan     // nil unless exchanges are traced
}

func newAttempt(e *execution) *attempt { return &attempt{execution: e} }

// errPanic is how an attempt ends that panics.
var errPanic = &Error{Kind: KindInternal}

// attempt sends the call once. It returns the request as well if the vendor refused
// its credential.
func (e *execution) attempt() (refused *http.Request, failure *Error) {
	a, started, status, ended := newAttempt(e), time.Now(), 0, errPanic
	defer func() {
		e.observe(status, ended, started)
		a.running.End(status)
		if a.span != nil {
			a.span.End(status, outcomeName(ended))
		}
	}()
	e.attempts++
	e.spent.begin(started)
	if e.options.Tracer != nil {
		a.span = e.options.Tracer.BeginExchange(e.capped, e.dialect.Vendor(), e.call.Route, e.attempts)
	}
	ctx, cancel := a.context()
	defer cancel()
	response, failure := a.send(ctx)
	if failure == nil {
		defer a.endAnswer(response.Body)
		status = response.StatusCode
		failure = a.read(ctx, response)
	}
	ended = failure
	if failure != nil && status != 0 && failure.Kind == KindStatus && failure.Status == http.StatusUnauthorized {
		return a.request, failure
	}
	return nil, failure
}

// OutcomeOK is the outcome of an exchange that succeeded.
const OutcomeOK = "ok"

// outcomeName is the outcome of an attempt in metrics.
func outcomeName(failure *Error) string {
	if failure == nil {
		return OutcomeOK
	}
	return failure.Kind.String()
}

// observe reports an attempt.
func (e *execution) observe(status int, failure *Error, started time.Time) {
	now, outcome := time.Now(), outcomeName(failure)
	e.spent.end(now)
	e.recent.note(Exchange{Time: now, Operation: e.call.Route.Operation, Outcome: outcome, Status: decisive(status, failure)}, failure)
	e.options.Observe(Observation{
		Vendor: e.dialect.Vendor(), Route: e.call.Route, Status: status, Outcome: outcome, Duration: now.Sub(started),
	})
}

// decisive is the status of an exchange for operators: that of the answer, or if nothing was
// sent, the one with which the vendor refused the login before it.
func decisive(status int, failure *Error) int {
	if status == 0 && failure != nil {
		return failure.Status
	}
	return status
}

// defaultGrace is how long a write that was sent is waited for after its caller has
// gone.
const defaultGrace = 2 * time.Second

// context returns the context of the attempt. A read ends with its caller and needs no
// context of its own. A write of which a byte was sent has a grace after the end of its
// caller or the service's shutdown, so that its outcome is known. The cap ends both at
// once.
func (a *attempt) context() (context.Context, func()) {
	if a.call.Route.Action == Read {
		return a.capped, func() {}
	}
	return a.contextWithGrace()
}

// contextWithGrace returns the context of a write.
func (a *attempt) contextWithGrace() (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(a.capped))
	stop := context.AfterFunc(a.capped, func() {
		if kind, _ := a.ended(); kind == KindTimeout || !a.watch.sent() {
			cancel(context.Cause(a.capped))
			return
		}
		timer := time.AfterFunc(a.options.Grace, func() { cancel(context.Cause(a.capped)) })
		context.AfterFunc(ctx, func() { timer.Stop() })
	})
	return ctx, func() {
		stop()
		cancel(context.Canceled)
	}
}

// prepare builds the request and adds the credential.
func (a *attempt) prepare(ctx context.Context) *Error {
	request, err := a.call.newRequest(ctx, a.options.BaseURL)
	if err != nil {
		return a.fail(KindInternal, err)
	}
	a.request = request
	if err := a.dialect.Authorize(a.capped, request); err != nil {
		return a.transportError(err)
	}
	return nil
}

// send sends the request as soon as it is prepared.
func (a *attempt) send(ctx context.Context) (*http.Response, *Error) {
	if failure := a.prepare(a.watch.trace(ctx)); failure != nil {
		return nil, failure
	}
	if a.span != nil {
		a.span.Inject(a.request.Header)
	}
	a.running = a.record(explain.Exchange{Attempt: a.attempts})
	response, err := a.options.Transport.RoundTrip(a.request)
	if err != nil {
		return nil, a.transportError(err)
	}
	return response, nil
}

// read reads the answer, whatever its status is.
func (a *attempt) read(ctx context.Context, response *http.Response) *Error {
	switch {
	case response.StatusCode >= 400:
		return a.readErrorStatus(response)
	case response.StatusCode >= 300:
		return a.failWithStatus(KindRedirect, response, nil)
	case response.StatusCode < 200:
		// The connection is no longer HTTP, and reading from it would not end in time.
		_ = response.Body.Close() // it is of no use either way
		return a.failWithStatus(KindBadResponse, response, nil)
	case response.StatusCode == http.StatusPartialContent:
		return a.failWithStatus(KindBadResponse, response, errPart)
	default:
		return a.readSuccess(ctx, response)
	}
}

// errPart says that an answer is a part of what was asked for. The service asks for no ranges,
// and a part of a list must not be taken for all of it.
var errPart = errors.New("the vendor answered a part")

// failWithStatus returns the failure of an answer whose status decides.
func (a *attempt) failWithStatus(kind Kind, response *http.Response, cause error) *Error {
	failure := a.fail(kind, cause)
	failure.Status = response.StatusCode
	return failure
}

// readErrorStatus reads the answer with an error status.
func (a *attempt) readErrorStatus(response *http.Response) *Error {
	failure := a.failWithStatus(KindStatus, response, nil)
	failure.RetryAfter = retryAfter(response.Header.Get("Retry-After"), time.Now())
	if refusal, ok := a.dialect.Refusal(readErrorBody(response.Body)); ok {
		failure.VendorForm = true
		failure.setVendorText(refusal, a.masker())
	}
	return failure
}

// readSuccess decodes a 2xx. The memory of an answer that could not be used is given
// back, since a retry will need it.
func (a *attempt) readSuccess(ctx context.Context, response *http.Response) *Error {
	a.body = meteredBody{
		body: response.Body, left: a.options.MaxBytes,
		ctx: ctx, lease: a.lease, factor: a.call.memoryFactor(), paid: freeBytes,
		kept: keptTexts{attempt: a},
	}
	err := a.call.Decode(response.StatusCode, response.Header, &a.body)
	if err == nil {
		return nil
	}
	a.lease.giveBack(a.body.charged)
	failure := a.decodeError(err)
	if failure.Status == 0 {
		failure.Status = response.StatusCode
	}
	failure.RetryAfter = retryAfter(response.Header.Get("Retry-After"), time.Now())
	return failure
}

// decodeError tells why a 2xx could not be used.
func (a *attempt) decodeError(err error) *Error {
	var rejection *Rejection
	var unexpected *UnexpectedMessage
	switch {
	case errors.As(err, &rejection):
		return a.rejection(rejection)
	case errors.As(err, &unexpected):
		return a.fail(KindBadResponse, unexpected.masked(a.masker()))
	case errors.Is(a.body.err, errNoMemory):
		return a.fail(a.endedWaiting(), a.body.err)
	case a.body.err != nil && !errors.Is(a.body.err, errTooLarge):
		if kind, ended := a.ended(); ended {
			return a.fail(kind, a.body.err)
		}
		return a.fail(KindTruncated, a.body.err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return a.fail(KindTruncated, err)
	default:
		return a.fail(KindBadResponse, errors.Join(a.body.err, err))
	}
}

// rejection is a 2xx whose body reports a failure. If the body names a status, that
// decides.
func (a *attempt) rejection(rejection *Rejection) *Error {
	failure := a.fail(KindRejected, nil)
	if rejection.Status >= 400 && rejection.Status <= 599 {
		failure.Kind, failure.Status, failure.VendorForm = KindStatus, rejection.Status, true
	}
	failure.setVendorText(*rejection, a.masker())
	return failure
}

// transportError classifies an attempt that got no answer.
func (a *attempt) transportError(err error) *Error {
	var login *Error
	if errors.As(err, &login) {
		return login.Before(a.call.Route)
	}
	if kind, ended := a.ended(); ended {
		return a.fail(kind, err)
	}
	if a.watch.sent() {
		return a.fail(KindReset, err)
	}
	return a.fail(KindUnreachable, err)
}

// fail returns the failure of the attempt. The text of its cause may quote the vendor,
// so it is masked.
func (a *attempt) fail(kind Kind, cause error) *Error {
	failure := a.notSent(kind, nil)
	failure.Sent = a.watch.sent()
	if cause != nil {
		failure.cause = maskError(cause, a.masker())
	}
	return failure
}
