package upstream

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
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
		case last != nil && last.outweighs(failure):
			return last
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
	seen := neutral // what a panic would say of the vendor
	defer func() { guard.breaker.record(time.Now(), seen) }()
	failure := p.try(clocks, call)
	seen = health(failure)
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
