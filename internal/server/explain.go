package server

import (
	"context"
	"encoding/base64"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/sipfacade/sipfacade/internal/auth"
	"github.com/sipfacade/sipfacade/internal/explain"
	"github.com/sipfacade/sipfacade/internal/headername"
	"github.com/sipfacade/sipfacade/internal/status"
)

// Clients accept only so much of headers or trailers: gRPC for Java and the C core, which
// Python and Ruby use, 8 KiB unless they are set otherwise; Node.js 16 KiB over HTTP. What
// the vendors were sent may not take all of it.
const (
	clientHeaderBytes = 8 << 10
	otherHeaderBytes  = 1 << 10
)

// explain records what the call sends to the vendors if the caller asks for it; identify
// sends it back. All other calls get no recorder.
func (s *Server) explain(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	asked, err := asksForExplanation(ctx)
	switch {
	case err != nil:
		return nil, err
	case !asked:
		return handler(ctx, request)
	}
	if refused := s.mayExplain(auth.CallerOf(ctx)); refused != nil {
		s.metrics.AuthRefusal(status.Reason(refused))
		return nil, refused
	}
	current := callOf(ctx)
	ctx, current.recorder = explain.NewContext(ctx)
	return handler(ctx, request)
}

// mayExplain refuses callers that may not know what the vendors are sent: all of them if it is
// switched off, which no scope changes, and those that authenticate and lack the scope.
func (s *Server) mayExplain(caller auth.Caller) error {
	switch {
	case !s.config.Explain:
		return status.Forbidden("", "the server does not answer x-explain; leave it out, or have the operator turn explain on")
	case !caller.Anonymous() && !caller.Has(auth.ScopeDebug):
		return status.Forbidden(auth.ScopeDebug, "x-explain is not answered to this caller; leave it out, or have the operator allow it")
	default:
		return nil
	}
}

// asksForExplanation reports whether the caller wants to know what the vendors are sent.
func asksForExplanation(ctx context.Context) (bool, error) {
	values := metadata.ValueFromIncomingContext(ctx, headername.Explain)
	for _, value := range values {
		if value != values[0] || value != "true" && value != "false" {
			return false, status.Invalid(status.Violation(headername.Explain, "must be true or false, once"))
		}
	}
	return slices.Contains(values, "true"), nil
}

// explained adds to the headers of a success, or to the trailers of an error, what the
// vendors were sent.
func (c *call) explained(sent metadata.MD, err error) metadata.MD {
	if c.recorder == nil {
		return sent
	}
	if values := c.recorder.Values(headername.VendorCall, clientHeaderBytes-otherHeaderBytes-trailerBytes(err)); len(values) > 0 {
		sent[headername.VendorCall] = values
	}
	return sent
}

// trailerBytes is how many bytes an error takes in the trailers: its message, in which
// gRPC escapes some bytes as %C3, and all of it in base64.
func trailerBytes(err error) int {
	if err == nil {
		return 0
	}
	known := grpcstatus.Convert(err)
	size := base64.StdEncoding.EncodedLen(proto.Size(known.Proto()))
	for _, c := range []byte(known.Message()) {
		size++
		if c < ' ' || c > '~' || c == '%' {
			size += len("C3")
		}
	}
	return size
}
