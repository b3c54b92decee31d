package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/auth"
	"github.com/sipfacade/sipfacade/internal/secret"
	"github.com/sipfacade/sipfacade/internal/status"
)

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
	ended := s.endEarly(stream.Context(), current)
	err := s.runStream(current, service, stream, handler)
	if refused := ended(); refused != nil {
		return refused
	}
	return overdue(stream.Context(), err)
}

// endEarly ends a stream when the server begins to drain, or when too many are open.
// Its handler runs on until it sees that, and is waited for: a stream must not be used after its
// call has returned. The returned function must be called when the handler has returned; it
// returns the error that the stream was ended with, if it was.
func (s *Server) endEarly(ctx context.Context, current *call) (ended func() error) {
	returned, tooMany := make(chan struct{}), make(chan struct{})
	place := s.streams.enter(current.conn, func() { close(tooMany) })
	var watching sync.WaitGroup
	var refused error
	watching.Go(func() {
		select {
		case <-s.draining:
			refused = status.New(codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_SHUTTING_DOWN, "the server is stopping")
			endStream(ctx, current, refused)
		case <-tooMany:
			refused = errTooMany("streams are open")
			endStream(ctx, current, refused)
		case <-returned:
		}
	})
	return func() error {
		s.streams.leave(place)
		close(returned)
		watching.Wait()
		return refused
	}
}

// endStream answers a stream with its status, whatever its handler does. That ends the
// context of the stream, and each wait for a message.
func endStream(ctx context.Context, current *call, err error) {
	if stream, ok := grpc.ServerTransportStreamFromContext(ctx).(answerable); ok {
		answerWith(stream, err, current.requestID(ctx))
	}
}

// runStream runs the handler of a stream. A panic is answered like any defect.
func (s *Server) runStream(current *call, service any, stream grpc.ServerStream, handler grpc.StreamHandler) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = s.streamPanic(stream, current, panicError(cause))
		}
	}()
	return handler(service, stream)
}

// streamPanic counts and logs a panic of a stream, and returns what its caller gets.
func (s *Server) streamPanic(stream grpc.ServerStream, current *call, defect error) error {
	s.metrics.Panic()
	ctx := secret.WithValues(stream.Context(), func() []string { return auth.Bearers(stream.Context()) })
	id := current.requestID(ctx)
	s.logger.ErrorContext(ctx, "panic", "protocol", protocolGRPC, "method", current.method, "error", defect, "request_id", id)
	stream.SetTrailer(metadata.Pairs(requestIDHeader, id))
	return status.Final(defect, status.Subject{})
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
