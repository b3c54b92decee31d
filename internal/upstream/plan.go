package upstream

import (
	"context"

	"github.com/sipfacade/sipfacade/internal/explain"
	"github.com/sipfacade/sipfacade/internal/secret"
)

// Plan prepares a call as Do does and sends nothing, for calls that only validate: it
// builds the request and adds the credential, after a login if it needs one. If the
// context's calls are recorded, the request is recorded as planned. The queue, the breaker
// and a pause do not matter to it. Every error is a *Error.
func (p *Pipeline) Plan(ctx context.Context, call *Call) error {
	e := p.begin(ctx, call)
	defer e.end()
	if kind, ended := e.ended(); ended {
		return e.notSent(kind, context.Cause(e.capped))
	}
	a := newAttempt(e)
	if failure := a.prepare(e.capped); failure != nil {
		return failure
	}
	a.record(explain.Exchange{Planned: true})
	return nil
}

// record begins the record of the attempt's request, without secrets, if the context's
// calls are recorded. It must be the last step before the request is sent, since the
// credential has to be known to be redacted.
func (a *attempt) record(exchange explain.Exchange) *explain.Running {
	if a.recorder == nil {
		return nil
	}
	masker := a.masker()
	redacted := func(text string) string { return secret.Text(masker.Mask(text)) }
	exchange.Vendor, exchange.Operation = a.dialect.Vendor(), a.call.Route.Operation
	exchange.Method, exchange.Path = a.request.Method, redacted(a.request.URL.EscapedPath())
	exchange.Query, exchange.Body = redacted(a.request.URL.RawQuery), redacted(string(a.call.Body))
	return a.recorder.Begin(exchange)
}
