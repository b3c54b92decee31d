package server

import (
	"context"

	"google.golang.org/grpc"

	"github.com/sipfacade/sipfacade/internal/received"
	"github.com/sipfacade/sipfacade/internal/status"
)

// translate turns every error into the one that callers see. It says how to look after a
// write whose outcome is not known, and that a write that was refused was not sent. It names
// fields as an HTTP caller does, and adds the trailers that tell clients whether to retry.
func (s *Server) translate(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	response, err := handler(ctx, request)
	if err == nil {
		return response, nil
	}
	final := s.final(info.FullMethod, request, err)
	if in := received.FromContext(ctx); in != nil {
		final = status.Rename(final, in.Name)
	}
	if trailer := status.Trailer(final); trailer != nil {
		_ = grpc.SetTrailer(ctx, trailer) // without a transport there is nobody to send it to
	}
	return nil, final
}

// final returns the error that callers see, but for the names of its fields.
func (s *Server) final(method string, request any, err error) error {
	final := status.Final(healthError(method, err), s.subjects.Of(method, request))
	final = s.subjects.WithLookup(final, method, request)
	if !s.reads[method] && !isOpen(method) {
		final = status.OfWrite(final)
	}
	return final
}
