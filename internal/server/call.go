package server

import (
	"context"
	"sync"

	"google.golang.org/grpc/metadata"

	"github.com/sipfacade/sipfacade/internal/auth"
	"github.com/sipfacade/sipfacade/internal/explain"
	"github.com/sipfacade/sipfacade/internal/headername"
	"github.com/sipfacade/sipfacade/internal/listener"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// call is what the server knows of a call beside its messages. There is one for each
// call, so that its parts need no context values of their own.
type call struct {
	method   string
	conn     *listener.Conn // nil in process
	unknown  string         // an encoding that the server does not have
	release  func()         // not nil while the call holds the encodings
	readErr  error          // why its message could not be read
	observed bool           // the interceptors have logged and counted it
	identify sync.Once
	id       string            // see requestID
	recorder *explain.Recorder // not nil if the caller asked what the vendors are sent
	caller   auth.Caller
	spent    upstream.Spent
	trace    string // the id of the call's span's trace; empty unless calls are traced
}

// callKey is the context key of a call.
type callKey struct{}

// callOf returns what is known of the call of a context; an empty one if there is none.
func callOf(ctx context.Context) *call {
	if known, ok := ctx.Value(callKey{}).(*call); ok {
		return known
	}
	return &call{}
}

// withCall returns what is known of the call, and a context that has it.
func withCall(ctx context.Context) (context.Context, *call) {
	if known, ok := ctx.Value(callKey{}).(*call); ok {
		return ctx, known
	}
	begun := &call{}
	return context.WithValue(ctx, callKey{}, begun), begun
}

// traceID returns the id of the trace that the call belongs to: that of its span, or the one
// that the caller names; empty if there is none.
func (c *call) traceID(ctx context.Context) string {
	if c.trace != "" {
		return c.trace
	}
	return traceIDOf(first(ctx, headername.Traceparent))
}

// requestID returns the caller's request id, or one that is made for the call. It is
// always the same.
func (c *call) requestID(ctx context.Context) string {
	c.identify.Do(func() {
		if c.id = first(ctx, requestIDHeader); !plausibleID(c.id) {
			c.id = newRequestID()
		}
	})
	return c.id
}

// first returns the first value of an incoming metadata key, or "" if it has none.
func first(ctx context.Context, key string) string {
	if values := metadata.ValueFromIncomingContext(ctx, key); len(values) > 0 {
		return values[0]
	}
	return ""
}
