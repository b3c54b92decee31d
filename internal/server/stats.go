package server

import (
	"context"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/stats"

	"github.com/sipfacade/sipfacade/internal/listener"
)

// connKey is the context key of a gRPC call's connection.
type connKey struct{}

// connOf returns the connection of a gRPC call; nil if it has been closed.
func connOf(ctx context.Context) *listener.Conn {
	conn, _ := ctx.Value(connKey{}).(*listener.Conn)
	return conn
}

// statsHandler sees what becomes of calls and connections below the interceptors.
type statsHandler struct {
	server    *Server
	listener  *listener.Listener
	encodings *encodings
}

var _ stats.Handler = (*statsHandler)(nil)

// TagConn remembers the connection for its calls.
func (h *statsHandler) TagConn(ctx context.Context, info *stats.ConnTagInfo) context.Context {
	return context.WithValue(ctx, connKey{}, h.listener.Conn(info.RemoteAddr))
}

// HandleConn has nothing to do.
func (*statsHandler) HandleConn(context.Context, stats.ConnStats) {}

// TagRPC begins the record of a call.
func (*statsHandler) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	return context.WithValue(ctx, callKey{}, &call{method: info.FullMethodName, conn: connOf(ctx)})
}

// HandleRPC lets calls in unknown encodings reach their handler, and reports those
// that were refused before the interceptors ran.
func (h *statsHandler) HandleRPC(ctx context.Context, event stats.RPCStats) {
	switch event := event.(type) {
	case *stats.InHeader:
		if name := event.Compression; name != "" && name != encoding.Identity && encoding.GetCompressor(name) == nil {
			callOf(ctx).unknown = name
		}
	case *stats.Begin:
		if begun := callOf(ctx); begun.unknown != "" {
			begun.release = h.encodings.accept(begun.unknown)
		}
	case *stats.End:
		ended := callOf(ctx)
		ended.releaseEncodings()
		if event.Error != nil && !ended.observed {
			h.server.reportRefusal(h.server.knownMethod(ended.method), ended.id, event.Error)
		}
	}
}
