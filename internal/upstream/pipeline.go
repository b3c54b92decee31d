package upstream

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Call is one exchange with a vendor.
type Call struct {
	// Route is the operation.
	Route *Route
	// Parameters fill the route's path, in order.
	Parameters []string
	// Query is the encoded query string; empty sends none.
	Query string
	// Body is sent with ContentType; nil sends none.
	Body        []byte
	ContentType string
	// Decode reads the body of a 2xx. It runs once per attempt and must start over.
	// A *Rejection says that the body reports a failure.
	Decode func(status int, header http.Header, body io.Reader) error
}

// Rejection is a vendor's refusal, from the body of any status.
type Rejection struct {
	// Status is the HTTP status that the body names; 0 where it names none.
	Status int
	// Message and Fields are the vendor's own words.
	Message string
	Fields  []FieldError
}

// Error is for the log.
func (r *Rejection) Error() string { return "the vendor refused: " + r.Message }

// Dialect is what differs between vendors around a call.
type Dialect interface {
	// Vendor is the vendor's name in errors, metrics and metadata.
	Vendor() string
	// Authorize adds the credential for the call to the request, logging in where it
	// has to. Its error is a *Error, or that of the context.
	Authorize(ctx context.Context, request *http.Request) error
	// Renew is told that the vendor refused the request's credential, and reports
	// whether there is a fresh one to try.
	Renew(ctx context.Context, request *http.Request) (bool, error)
	// FromCaller reports whether the credential is the caller's own, so that a refused
	// one is blamed on the right side.
	FromCaller() bool
	// Refusal reads the vendor's own error form; ok is false for anything else.
	Refusal(body []byte) (refusal Rejection, ok bool)
}

// Observation is what one attempt came to, for metrics.
type Observation struct {
	Vendor   string
	Route    *Route
	Status   int
	Outcome  string
	Duration time.Duration
}

// Options configure a pipeline.
type Options struct {
	// BaseURL is where the routes' paths begin, without a slash at its end.
	BaseURL *url.URL
	// Transport sends; see NewTransport.
	Transport http.RoundTripper
	// Timeout caps one call, everything included.
	Timeout time.Duration
	// MaxBytes caps one answer.
	MaxBytes int64
	// Grace is how long a write that has left is waited for after its caller has gone;
	// 0 means two seconds.
	Grace time.Duration
	// Observe is told of each attempt; nil tells nobody.
	Observe func(Observation)
}

// Pipeline makes the calls to one vendor.
type Pipeline struct {
	options Options
	dialect Dialect
	guards  *guards
}

// NewPipeline returns the pipeline of the dialect's vendor.
func NewPipeline(options Options, dialect Dialect) *Pipeline {
	if options.Observe == nil {
		options.Observe = func(Observation) {}
	}
	if options.Grace == 0 {
		options.Grace = defaultGrace
	}
	return &Pipeline{options: options, dialect: dialect, guards: newGuards()}
}

// Do makes the call, more than once where that is harmless and may help. Every
// error is a *Error.
func (p *Pipeline) Do(ctx context.Context, call *Call) error {
	capped, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	clocks := clocks{caller: ctx, capped: capped}
	if err := context.Cause(ctx); err != nil {
		return p.transportError(clocks, call, &departure{}, err)
	}
	leave, ok := p.guards.enter()
	if !ok {
		return p.refuse(call, KindSaturated, 0)
	}
	defer leave()
	p.guards.budget.call(time.Now())
	if failure := p.persist(clocks, call, p.guards.of(ctx, p.dialect.Vendor())); failure != nil {
		return failure
	}
	return nil
}

// persist tries until the call succeeds, or another try may not help or do harm.
func (p *Pipeline) persist(clocks clocks, call *Call, guard *guard) *Error {
	class, last := call.Route.Action.Class(), (*Error)(nil)
	for try := 1; ; try++ {
		failure := p.admitted(clocks, call, guard)
		switch {
		case failure == nil || goneAlready(call.Route.Action, last, failure):
			return nil
		case last != nil && !failure.Sent && last.Sent:
			return last // what was sent before decides, not that it could not be repeated
		case try >= tries[class] || !mayRepeat(class, failure):
			return failure
		case !p.guards.budget.retry(time.Now()) || !pause(clocks.capped, try):
			return failure
		}
		last = failure
	}
}

// admitted makes one try where the vendor wants calls and the breaker lets them
// through.
func (p *Pipeline) admitted(clocks clocks, call *Call, guard *guard) *Error {
	if wait := guard.throttled(time.Now()); wait > 0 {
		return p.refuse(call, KindThrottled, wait)
	}
	wait, ok := guard.breaker.admit(time.Now())
	if !ok {
		return p.refuse(call, KindBreakerOpen, wait)
	}
	failure := p.try(clocks, call)
	guard.breaker.record(time.Now(), health(failure))
	if failure != nil && failure.Kind == KindStatus && failure.Status == http.StatusTooManyRequests {
		guard.hush(time.Now(), failure.RetryAfter)
	}
	return failure
}

// refuse is the failure of a call that was not made.
func (p *Pipeline) refuse(call *Call, kind Kind, wait time.Duration) *Error {
	failure := p.fail(call, &departure{}, kind, nil)
	failure.RetryAfter = wait
	p.options.Observe(Observation{Vendor: p.dialect.Vendor(), Route: call.Route, Outcome: kind.String()})
	return failure
}

// try sends the call, and once more where the vendor refused a credential that can
// be renewed.
func (p *Pipeline) try(clocks clocks, call *Call) *Error {
	refused, failure := p.attempt(clocks, call)
	if refused == nil {
		return failure
	}
	fresh, err := p.dialect.Renew(clocks.capped, refused)
	switch {
	case err != nil:
		return p.transportError(clocks, call, &departure{}, err)
	case !fresh:
		return failure
	}
	_, failure = p.attempt(clocks, call)
	return failure
}

// clocks are the contexts whose end can end a call: the caller's, and that with the
// service's own cap.
type clocks struct{ caller, capped context.Context }

// ended tells whose time ran out. It asks the contexts, not the error: a dial that
// times out by itself looks just like one that ran into a deadline.
func (c clocks) ended() (kind Kind, ended bool) {
	switch {
	case errors.Is(c.caller.Err(), context.DeadlineExceeded):
		return KindCallerDeadline, true
	case c.caller.Err() != nil:
		return KindCallerCancelled, true
	default:
		return KindTimeout, c.capped.Err() != nil
	}
}

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
	failure := e.Reclassify(e.Kind)
	failure.Route, failure.Sent, failure.before = route, false, true
	return failure
}
