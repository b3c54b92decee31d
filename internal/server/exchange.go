package server

import (
	"context"
	"net/http"
)

// httpExchange is what is known of an HTTP request and its answer outside of the call that
// it becomes.
type httpExchange struct {
	observed bool  // the request became a call that was logged
	refused  error // why the call is refused for its host or its origin; nil if it is not
	header   http.Header
	release  func() // gives back what a large answer takes of the budget; nil if it takes nothing
}

// end gives back what the answer holds, once it has been written.
func (e *httpExchange) end() {
	if e.release != nil {
		e.release()
	}
}

// httpExchangeKey is the context key of the exchange.
type httpExchangeKey struct{}

// httpExchangeOf returns the HTTP exchange of a context, or nil.
func httpExchangeOf(ctx context.Context) *httpExchange {
	exchange, _ := ctx.Value(httpExchangeKey{}).(*httpExchange)
	return exchange
}
