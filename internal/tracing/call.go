package tracing

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	grpccodes "google.golang.org/grpc/codes"
)

// Call is the span of one call of the service.
type Call struct{ span trace.Span }

// Headers are those of an incoming call: the first value of a name, or "".
type Headers func(name string) string

// BeginCall begins the span of a call over a protocol, below the caller's span if the headers
// name one. The method is `/package.Service/Method`.
func (t *Tracer) BeginCall(ctx context.Context, protocol, method string, headers Headers) (context.Context, Call) {
	ctx = t.headers.Extract(ctx, carrier(headers))
	name := strings.TrimPrefix(method, "/")
	service, rpc, _ := strings.Cut(name, "/")
	ctx, span := t.tracer.Start(ctx, name, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(
		attribute.String("rpc.system", "grpc"), attribute.String("rpc.service", service), attribute.String("rpc.method", rpc),
		attribute.String("sipfacade.protocol", protocol),
	))
	return ctx, Call{span}
}

// TraceID returns the id of the trace that the call belongs to.
func (c Call) TraceID() string { return c.span.SpanContext().TraceID().String() }

// Ended is the result of a call.
type Ended struct {
	Code grpccodes.Code
	// Reason is that of the error, Caller the name of who called; both may be empty.
	Reason, Caller, RequestID string
}

// End ends the span. It has no text of an error, which might quote a secret.
func (c Call) End(ended Ended) {
	c.span.SetAttributes(
		attribute.Int("rpc.grpc.status_code", int(ended.Code)), attribute.String("sipfacade.request_id", ended.RequestID),
	)
	if ended.Caller != "" {
		c.span.SetAttributes(attribute.String("enduser.id", ended.Caller))
	}
	if ended.Reason != "" {
		c.span.SetAttributes(attribute.String("error.type", ended.Reason))
	}
	if failed[ended.Code] {
		c.span.SetStatus(codes.Error, ended.Reason)
	}
	c.span.End()
}

// failed are the codes that are failures of a server, by OpenTelemetry's conventions. The
// others are the answer to a mistake of the caller.
var failed = map[grpccodes.Code]bool{
	grpccodes.Unknown: true, grpccodes.DeadlineExceeded: true, grpccodes.Unimplemented: true,
	grpccodes.Internal: true, grpccodes.Unavailable: true, grpccodes.DataLoss: true,
}

// carrier reads headers for the propagator.
func carrier(headers Headers) propagation.TextMapCarrier { return incoming(headers) }

// incoming are headers that are only read.
type incoming Headers

// Get returns the value of a header.
func (i incoming) Get(name string) string { return i(name) }

// Set does nothing: a propagator that extracts sets none.
func (incoming) Set(string, string) {}

// Keys returns nothing: a propagator of W3C headers knows their names.
func (incoming) Keys() []string { return nil }
