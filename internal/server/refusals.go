package server

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/gzip" // requests and answers may be compressed with it
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/tap"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/listener"
	"github.com/sipfacade/sipfacade/internal/spelling"
	"github.com/sipfacade/sipfacade/internal/status"
)

// connKey is the context key of a gRPC call's connection.
type connKey struct{}

// connOf returns the connection of a gRPC call; nil if it has been closed.
func connOf(ctx context.Context) *listener.Conn {
	conn, _ := ctx.Value(connKey{}).(*listener.Conn)
	return conn
}

// admit returns the error of a call in an encoding that the server does not have.
func (c *call) admit() error {
	c.releaseEncodings()
	if c.unknown == "" {
		return nil
	}
	violation := status.Violation("grpc-encoding", "the server reads gzip and identity, not %q", c.unknown)
	return status.New(codes.Unimplemented, sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_INVALID,
		violation.GetDescription(), &errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{violation}})
}

func (c *call) releaseEncodings() {
	if c.release != nil {
		c.release()
		c.release = nil
	}
}

// watcher sees what becomes of calls and connections below the interceptors.
type watcher struct {
	server    *Server
	listener  *listener.Listener
	encodings *encodings
}

var _ stats.Handler = (*watcher)(nil)

// TagConn remembers the connection for its calls.
func (w *watcher) TagConn(ctx context.Context, info *stats.ConnTagInfo) context.Context {
	return context.WithValue(ctx, connKey{}, w.listener.Conn(info.RemoteAddr))
}

// HandleConn has nothing to do.
func (*watcher) HandleConn(context.Context, stats.ConnStats) {}

// TagRPC begins the record of a call.
func (*watcher) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	return context.WithValue(ctx, callKey{}, &call{method: info.FullMethodName, conn: connOf(ctx)})
}

// HandleRPC lets calls in unknown encodings reach their handler, and reports those
// that were refused before the interceptors ran.
func (w *watcher) HandleRPC(ctx context.Context, event stats.RPCStats) {
	switch event := event.(type) {
	case *stats.InHeader:
		if name := event.Compression; name != "" && name != encoding.Identity && encoding.GetCompressor(name) == nil {
			callOf(ctx).unknown = name
		}
	case *stats.Begin:
		if begun := callOf(ctx); begun.unknown != "" {
			begun.release = w.encodings.accept(begun.unknown)
		}
	case *stats.End:
		ended := callOf(ctx)
		ended.releaseEncodings()
		if event.Error != nil && !ended.observed {
			w.server.reportRefusal(w.server.knownMethod(ended.method), ended.id, event.Error)
		}
	}
}

// encodings makes grpc-go accept a call in an encoding that nobody registered, so
// that it is refused by the service and in its form. grpc-go asks one decompressor
// for its name, in the goroutine of the call and right after it reported the call's
// beginning; the name of the unknown encoding is lent to it for that moment.
type encodings struct {
	lent sync.Mutex
	name atomic.Pointer[string]
}

// none is a name that no encoding has.
var none = "-"

func newEncodings() *encodings {
	e := &encodings{}
	e.name.Store(&none)
	return e
}

// accept lends the name until the returned function is called.
func (e *encodings) accept(name string) (release func()) {
	e.lent.Lock()
	e.name.Store(&name)
	return func() {
		e.name.Store(&none)
		e.lent.Unlock()
	}
}

// Type is the encoding that is accepted at the moment.
func (e *encodings) Type() string { return *e.name.Load() }

// Do is never reached: such a call is refused before its message is read.
func (*encodings) Do(io.Reader) ([]byte, error) {
	return nil, status.New(codes.Unimplemented, sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_INVALID, "unknown encoding")
}

// refuseMalformed ends calls whose path is not /service/method.
func (s *Server) refuseMalformed(ctx context.Context, info *tap.Info) (context.Context, error) {
	if _, _, ok := splitMethod(info.FullMethodName); ok {
		return ctx, nil
	}
	err := s.noSuchMethod(info.FullMethodName)
	s.reportRefusal(unknownMethodLabel, "", err)
	return ctx, err
}

// unknownMethod answers calls that the contract does not have, through the
// interceptors.
func (s *Server) unknownMethod(chain grpc.UnaryServerInterceptor) grpc.StreamHandler {
	return func(_ any, stream grpc.ServerStream) error {
		ctx := stream.Context()
		method, _ := grpc.Method(ctx)
		info := &grpc.UnaryServerInfo{FullMethod: unknownMethodLabel}
		_, err := chain(ctx, nil, info, func(context.Context, any) (any, error) {
			return nil, s.noSuchMethod(method)
		})
		return err
	}
}

// noSuchMethod names the method that a wrong one may have meant.
func (s *Server) noSuchMethod(method string) error {
	message := fmt.Sprintf("there is no method %q", clipped(method))
	if near, ok := s.nearestMethod(method); ok {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return status.New(codes.Unimplemented, sipfacadev1.ErrorReason_ERROR_REASON_ROUTE_NOT_FOUND, message)
}

// nearestMethod returns the method whose name is most like that of a wrong one: in the same
// service if there is that, and otherwise in a service with a similar name, or in any.
func (s *Server) nearestMethod(full string) (string, bool) {
	service, name, _ := splitMethod(full)
	methods := map[string][]string{}
	for known, info := range s.grpc.GetServiceInfo() {
		for _, method := range info.Methods {
			methods[known] = append(methods[known], method.Name)
		}
	}
	services := slices.Sorted(maps.Keys(methods))
	if near, ok := spelling.Nearest(service, services); ok {
		services = append([]string{near}, services...)
	}
	if methods[service] != nil {
		services = []string{service}
	}
	for _, known := range services {
		if near, ok := spelling.Nearest(name, methods[known]); ok {
			return "/" + known + "/" + near, true
		}
	}
	return "", false
}
