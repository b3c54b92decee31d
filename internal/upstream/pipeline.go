package upstream

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/sipfacade/sipfacade/internal/explain"
)

// Call is one call to a vendor.
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
	// A *Rejection says that the body reports a failure. The body is a tolerant.Masker.
	Decode func(status int, header http.Header, body io.Reader) error
	// MemoryFactor is how many bytes of memory Decode makes of one byte of the answer;
	// 0 means 4, which is what an answer takes that is decoded whole.
	MemoryFactor int64
}

// memoryFactor returns the factor or its default.
func (c *Call) memoryFactor() int64 { return cmp.Or(c.MemoryFactor, defaultMemoryFactor) }

// Rejection is a vendor's refusal, from the body of any status.
type Rejection struct {
	// Status is the HTTP status that the body names; 0 if it names none.
	Status int
	// Message and Fields are the vendor's own text, as it came.
	Message string
	Fields  []FieldError
}

// Error is without the vendor's text, which has to be masked before it is shown.
func (*Rejection) Error() string { return "the vendor refused the call in the body of a success" }

// Dialect is what differs between vendors around a call.
type Dialect interface {
	// Vendor is the vendor's name in errors, metrics and metadata.
	Vendor() string
	// Authorize adds the credential for the call to the request's headers, after a login
	// if it needs one. Its error is a *Error, or that of the context.
	Authorize(ctx context.Context, request *http.Request) error
	// Renew is called when the vendor has refused the request's credential. It reports
	// whether there is a new one to try.
	Renew(ctx context.Context, request *http.Request) (bool, error)
	// FromCaller reports whether the credential is the caller's own. Errors name whose
	// credential was refused, and a pause holds for the credential it was asked of.
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

// Tracer follows exchanges with vendors.
type Tracer interface {
	// BeginExchange begins to follow an attempt, counted from 1, of the context's call.
	BeginExchange(ctx context.Context, vendor string, route *Route, attempt int) ExchangeSpan
}

// ExchangeSpan follows one exchange.
type ExchangeSpan interface {
	// Inject adds to the request's headers what lets the vendor continue the trace.
	Inject(header http.Header)
	// End is called with the HTTP status, 0 if there was no answer, and the outcome.
	End(status int, outcome string)
}

// Options configure a pipeline.
type Options struct {
	// BaseURL is the URL at which the routes' paths begin, without a slash at its end.
	BaseURL *url.URL
	// Transport sends; see NewTransport.
	Transport http.RoundTripper
	// Timeout caps one call, everything included. If the context is of WithCap, that
	// cap holds instead.
	Timeout time.Duration
	// MaxBytes caps one answer.
	MaxBytes int64
	// Connections is how many calls may be under way; 0 means DefaultConnections. It
	// should be the number of connections of the transport.
	Connections int
	// Queue is how many more calls may wait for these; 0 means DefaultQueue, NoQueue that
	// none may.
	Queue int
	// Memory is the budget for answers, which pipelines share; nil sets no bound.
	Memory *Memory
	// Breaker says when calls are stopped because the vendor fails.
	Breaker Breaker
	// Grace is how long a write that was sent is waited for after its caller has gone;
	// 0 means two seconds.
	Grace time.Duration
	// Paths are path templates by the operation, in place of those of the routes.
	Paths map[string]string
	// Observe is called after each attempt; nil means that attempts are not observed.
	Observe func(Observation)
	// Tracer follows each exchange; nil means that none is followed.
	Tracer Tracer
	// Found is called for each difference between an answer and what the service knows of
	// the vendor; nil means that they are not reported.
	Found func(Finding)
	// BreakerChanged is called at each change of the breaker's state, one call at a time.
	// It must be quick and must not call the pipeline. Nil means that nobody is told.
	BreakerChanged func(BreakerState)
}

// withDefaults returns the options with the defaults of what is left out.
func (o Options) withDefaults() Options {
	if o.Observe == nil {
		o.Observe = func(Observation) {}
	}
	if o.Found == nil {
		o.Found = func(Finding) {}
	}
	if o.BreakerChanged == nil {
		o.BreakerChanged = func(BreakerState) {}
	}
	o.Grace = cmp.Or(o.Grace, defaultGrace)
	o.Connections = cmp.Or(o.Connections, DefaultConnections)
	o.Queue = cmp.Or(o.Queue, DefaultQueue)
	o.Breaker = o.Breaker.withDefaults()
	return o
}

// Pipeline makes the calls to one vendor. Its queue, breaker and retry budget are the
// vendor's; a pause that the vendor asks for holds for one credential.
type Pipeline struct {
	options Options
	dialect Dialect
	queue   *queue
	circuit *circuit
	pauses  *pauses
	budget  *retryBudget
	recent  *lastExchanges
}

// NewPipeline returns the pipeline of the dialect's vendor.
func NewPipeline(options Options, dialect Dialect) *Pipeline {
	options = options.withDefaults()
	return &Pipeline{
		options: options, dialect: dialect,
		queue:   newQueue(options.Connections, options.Queue),
		circuit: newCircuit(options.Breaker, options.BreakerChanged),
		pauses:  newPauses(),
		budget:  newRetryBudget(),
		recent:  &lastExchanges{},
	}
}

// Do makes the call, more than once if that may help and cannot do harm. Every error
// is a *Error.
func (p *Pipeline) Do(ctx context.Context, call *Call) error {
	e := p.begin(ctx, call)
	defer e.end()
	if failure := e.run(); failure != nil {
		return failure
	}
	return nil
}

// overridden returns a route with the path that the options have for it.
func (p *Pipeline) overridden(route *Route) *Route {
	if route == nil {
		return nil
	}
	path, ok := p.options.Paths[route.Operation]
	if !ok || path == route.Path {
		return route
	}
	made := *route
	made.Path = path
	return &made
}

// begin returns the execution of a call, which must be ended.
func (p *Pipeline) begin(ctx context.Context, call *Call) *execution {
	call.Route = p.overridden(call.Route)
	e := &execution{
		Pipeline: p, call: call, credential: credentialOf(ctx, p.dialect), recorder: explain.FromContext(ctx),
	}
	var isCapped bool
	if e.deadlines, isCapped = deadlinesOf(ctx); !isCapped {
		e.capped, e.cancel = WithCap(ctx, p.options.Timeout)
	}
	e.lease, e.endLease = p.options.Memory.leaseFor(e.capped)
	return e
}
