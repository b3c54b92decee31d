package upstream

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// attempt sends the call once. It returns the request as well where the vendor
// refused its credential.
func (p *Pipeline) attempt(clocks clocks, call *Call) (refused *http.Request, failure *Error) {
	started, left, status := time.Now(), &departure{}, 0
	defer func() { p.observe(call, status, failure, started) }()
	ctx, cancel := p.exchange(clocks, call, left)
	defer cancel()
	request, err := p.request(left.trace(ctx), call)
	if err != nil {
		return nil, p.fail(call, left, KindInternal, err)
	}
	if err := p.dialect.Authorize(clocks.capped, request); err != nil {
		return nil, p.transportError(clocks, call, left, err)
	}
	response, err := p.options.Transport.RoundTrip(request)
	if err != nil {
		return nil, p.transportError(clocks, call, left, err)
	}
	defer drain(response.Body)
	status = response.StatusCode
	failure = p.answer(clocks, call, left, response)
	if failure != nil && failure.Kind == KindStatus && failure.Status == http.StatusUnauthorized {
		return request, failure
	}
	return nil, failure
}

// defaultGrace is how long a write on the wire is waited for after its caller has
// gone.
const defaultGrace = 2 * time.Second

// exchange is the context of one exchange. A read ends with its caller. A write that
// has left is given a little longer, so that its outcome is known. The service's own
// cap ends both.
func (p *Pipeline) exchange(clocks clocks, call *Call, left *departure) (context.Context, context.CancelFunc) {
	if call.Route.Action == Read {
		return context.WithCancel(clocks.capped)
	}
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(clocks.capped))
	stop := context.AfterFunc(clocks.capped, func() {
		if !left.sent() || clocks.caller.Err() == nil {
			cancel(context.Cause(clocks.capped))
			return
		}
		timer := time.AfterFunc(p.options.Grace, func() { cancel(context.Cause(clocks.capped)) })
		context.AfterFunc(ctx, func() { timer.Stop() })
	})
	return ctx, func() {
		stop()
		cancel(context.Canceled)
	}
}

// request builds the HTTP request. GetBody stays unset on what must not happen
// twice, so that the transport cannot send it again by itself.
func (p *Pipeline) request(ctx context.Context, call *Call) (*http.Request, error) {
	path, err := call.Route.Expand(call.Parameters...)
	if err != nil {
		return nil, err
	}
	var body io.Reader
	if call.Body != nil {
		body = bytes.NewReader(call.Body)
	}
	target := strings.TrimSuffix(p.options.BaseURL.String(), "/") + path
	if call.Query != "" {
		target += "?" + call.Query
	}
	request, err := http.NewRequestWithContext(ctx, call.Route.Method, target, body)
	if err != nil {
		return nil, err
	}
	if call.Route.Action.Class() == Once {
		request.GetBody = nil
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", "sipfacade")
	if call.Body != nil {
		request.Header.Set("Content-Type", call.ContentType)
	}
	return request, nil
}

// answer reads the response, whatever it is.
func (p *Pipeline) answer(clocks clocks, call *Call, left *departure, response *http.Response) *Error {
	switch {
	case response.StatusCode >= 400:
		return p.refused(call, left, response)
	case response.StatusCode >= 300:
		return p.unusable(call, left, KindRedirect, response)
	case response.StatusCode < 200:
		// The connection is no longer HTTP, and reading from it would not end in time.
		_ = response.Body.Close() // it is of no use either way
		return p.unusable(call, left, KindBadResponse, response)
	default:
		return p.decode(clocks, call, left, response)
	}
}

// unusable is an answer whose status alone says that it is none.
func (p *Pipeline) unusable(call *Call, left *departure, kind Kind, response *http.Response) *Error {
	failure := p.fail(call, left, kind, nil)
	failure.Status = response.StatusCode
	return failure
}

// refused reads an error status.
func (p *Pipeline) refused(call *Call, left *departure, response *http.Response) *Error {
	failure := p.unusable(call, left, KindStatus, response)
	failure.RetryAfter = retryAfter(response.Header.Get("Retry-After"), time.Now())
	if refusal, ok := p.dialect.Refusal(prefix(response.Body)); ok {
		failure.VendorForm = true
		failure.say(refusal)
	}
	return failure
}

// decode reads a 2xx through the cap.
func (p *Pipeline) decode(clocks clocks, call *Call, left *departure, response *http.Response) *Error {
	body := &cappedBody{body: response.Body, left: p.options.MaxBytes}
	err := call.Decode(response.StatusCode, response.Header, body)
	if err == nil {
		return nil
	}
	failure := p.decodeError(clocks, call, left, body, err)
	if failure.Status == 0 {
		failure.Status = response.StatusCode
	}
	failure.RetryAfter = retryAfter(response.Header.Get("Retry-After"), time.Now())
	return failure
}

// decodeError tells why a 2xx could not be used.
func (p *Pipeline) decodeError(clocks clocks, call *Call, left *departure, body *cappedBody, err error) *Error {
	var rejection *Rejection
	switch {
	case errors.As(err, &rejection):
		return p.rejected(call, left, rejection)
	case body.err != nil && !errors.Is(body.err, errTooLarge):
		if kind, ended := clocks.ended(); ended {
			return p.fail(call, left, kind, body.err)
		}
		return p.fail(call, left, KindTruncated, body.err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return p.fail(call, left, KindTruncated, err)
	default:
		return p.fail(call, left, KindBadResponse, errors.Join(body.err, err))
	}
}

// rejected is a 2xx whose body reports a failure: judged by the status in the
// body, where there is one.
func (p *Pipeline) rejected(call *Call, left *departure, rejection *Rejection) *Error {
	failure := p.fail(call, left, KindRejected, nil)
	if rejection.Status >= 400 && rejection.Status <= 599 {
		failure.Kind, failure.Status, failure.VendorForm = KindStatus, rejection.Status, true
	}
	failure.say(*rejection)
	return failure
}

// fail starts an error.
func (p *Pipeline) fail(call *Call, left *departure, kind Kind, cause error) *Error {
	return &Error{
		Vendor: p.dialect.Vendor(), Route: call.Route, Kind: kind, Sent: left.sent(),
		CallerCredential: p.dialect.FromCaller(), cause: cause,
	}
}

// transportError classifies a call that got no answer.
func (p *Pipeline) transportError(clocks clocks, call *Call, left *departure, err error) *Error {
	var login *Error
	if errors.As(err, &login) {
		return login.Before(call.Route)
	}
	if kind, ended := clocks.ended(); ended {
		return p.fail(call, left, kind, err)
	}
	if left.sent() {
		return p.fail(call, left, KindReset, err)
	}
	return p.fail(call, left, KindUnreachable, err)
}

// observe reports an attempt.
func (p *Pipeline) observe(call *Call, status int, failure *Error, started time.Time) {
	outcome := "ok"
	if failure != nil {
		outcome = failure.Kind.String()
	}
	p.options.Observe(Observation{
		Vendor: p.dialect.Vendor(), Route: call.Route, Status: status,
		Outcome: outcome, Duration: time.Since(started),
	})
}

// Before turns the failure of an exchange that a call needs first, such as a login,
// into that of the call: nothing of the call was sent.
func (e *Error) Before(route *Route) *Error {
	failure := *e
	if e.Route != nil { // an exchange of its own, which the log should name
		failure.cause = e
	}
	failure.Route, failure.Sent, failure.before = route, false, true
	return &failure
}
