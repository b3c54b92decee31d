package server

import (
	"context"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// calls are the calls under way, which the server ends together.
type calls struct {
	ended context.Context
	end   context.CancelCauseFunc
}

func newCalls() *calls {
	ended, end := context.WithCancelCause(context.Background())
	return &calls{ended: ended, end: end}
}

// begin returns the context of a call, and what must be called at its end.
func (c *calls) begin(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(c.ended, func() { cancel(upstream.ErrShuttingDown) })
	return ctx, func() {
		stop()
		cancel(context.Canceled)
	}
}

// endAll ends every call under way, and those that come.
func (c *calls) endAll() { c.end(upstream.ErrShuttingDown) }

// endStreams lets streams, such as those of reflection and health Watch, live until
// the server begins to drain: they would outlive every call.
func (s *Server) endStreams(service any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	markObserved(stream.Context())
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
		return err
	case <-s.draining:
		return status.New(codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_SHUTTING_DOWN, "the server is stopping")
	}
}
