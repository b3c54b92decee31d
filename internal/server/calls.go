package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/status"
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

// serveStream serves a stream, such as one of reflection or health Watch, until it ends or
// the server begins to drain: streams would outlive every call.
func (s *Server) serveStream(service any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	current, started := callOf(stream.Context()), time.Now()
	if refused := current.admit(); refused != nil && s.knownMethod(current.method) != unknownMethodLabel {
		stream.SetTrailer(metadata.Pairs(requestIDHeader, current.requestID(stream.Context())))
		return refused
	}
	current.observed = true
	defer func() {
		s.logger.Debug("stream", "protocol", protocolGRPC, "method", current.method, "took_ms", milliseconds(time.Since(started)))
	}()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if cause := recover(); cause != nil {
				s.metrics.Panic()
				done <- fmt.Errorf("panic: %v", cause)
			}
		}()
		done <- handler(service, stream)
	}()
	select {
	case err := <-done:
		return overdue(stream.Context(), err)
	case <-s.draining:
		return status.New(codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_SHUTTING_DOWN, "the server is stopping")
	}
}

// overdue returns DEADLINE_EXCEEDED if a stream ended because its time was over: the health
// service calls each end by the caller CANCELLED, and its answer may arrive before the
// caller's own clock says so.
func overdue(ctx context.Context, err error) error {
	if grpcstatus.Code(err) == codes.Canceled && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return grpcstatus.FromContextError(ctx.Err()).Err()
	}
	return err
}
