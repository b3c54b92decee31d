package server

import (
	"context"
	"sync"
	"time"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// calls are the calls under way, which the server ends together.
type calls struct {
	mu      sync.Mutex
	running map[context.Context]context.CancelCauseFunc
	ended   bool
}

func newCalls() *calls { return &calls{running: map[context.Context]context.CancelCauseFunc{}} }

// begin returns the context of a call with its cap. The call must be ended.
func (c *calls) begin(ctx context.Context, limit time.Duration) context.Context {
	ctx, cancel := upstream.WithCapCause(ctx, limit)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running[ctx] = cancel
	if c.ended {
		cancel(upstream.ErrShuttingDown)
	}
	return ctx
}

// end ends one call.
func (c *calls) end(ctx context.Context) {
	c.mu.Lock()
	cancel := c.running[ctx]
	delete(c.running, ctx)
	c.mu.Unlock()
	cancel(context.Canceled)
}

// endAll ends every call under way, and those that come.
func (c *calls) endAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	for _, cancel := range c.running {
		cancel(upstream.ErrShuttingDown)
	}
}
