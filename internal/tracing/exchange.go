package tracing

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// BeginExchange begins the span of an exchange with a vendor, below that of the context's
// call. It has the route and never the path, the query, a header or a body.
func (t *Tracer) BeginExchange(ctx context.Context, vendor string, route *upstream.Route, attempt int) upstream.ExchangeSpan {
	ctx, span := t.tracer.Start(ctx, vendor+" "+route.Operation, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("sipfacade.upstream", vendor), attribute.String("sipfacade.operation", route.Operation),
		attribute.String("http.request.method", route.Method), attribute.String("url.template", route.Path),
		attribute.Int("sipfacade.attempt", attempt),
	))
	return &exchange{ctx: ctx, span: span, headers: t.headers}
}

// exchange is the span of one exchange.
type exchange struct {
	ctx     context.Context
	span    trace.Span
	headers propagation.TraceContext
}

// Inject adds the W3C headers to the request, so that the vendor can continue the trace.
func (e *exchange) Inject(header http.Header) {
	e.headers.Inject(e.ctx, propagation.HeaderCarrier(header))
}

// End ends the span.
func (e *exchange) End(status int, outcome string) {
	if status != 0 {
		e.span.SetAttributes(attribute.Int("http.response.status_code", status))
	}
	if outcome != upstream.OutcomeOK {
		e.span.SetAttributes(attribute.String("error.type", outcome))
		e.span.SetStatus(codes.Error, outcome)
	}
	e.span.End()
}
