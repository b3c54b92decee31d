package gateway

import (
	"context"
	"reflect"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
)

// Conn calls services of this process like a gRPC client, through the interceptor
// of the gRPC server, but without a socket, marshaling or cloning. Both sides share
// the field values, so neither may change a message after it has passed it on.
//
// Register every service before the first call.
type Conn struct {
	interceptor grpc.UnaryServerInterceptor
	methods     map[string]registeredMethod
}

// registeredMethod is a method of a service description with its implementation.
type registeredMethod struct {
	handle  grpc.MethodHandler
	service any
}

var (
	_ grpc.ServiceRegistrar    = (*Conn)(nil)
	_ grpc.ClientConnInterface = (*Conn)(nil)
)

// NewConn returns a connection whose calls pass through the interceptor, which
// joins the gRPC server's whole chain; nil means none.
func NewConn(interceptor grpc.UnaryServerInterceptor) *Conn {
	if interceptor == nil {
		interceptor = passOn
	}
	return &Conn{interceptor: interceptor, methods: map[string]registeredMethod{}}
}

// passOn is an interceptor that does nothing.
func passOn(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	return handler(ctx, request)
}

// RegisterService adds the unary methods of a service. The generated
// RegisterXxxServer functions call it.
func (c *Conn) RegisterService(desc *grpc.ServiceDesc, service any) {
	for _, method := range desc.Methods {
		c.methods["/"+desc.ServiceName+"/"+method.MethodName] = registeredMethod{handle: method.Handler, service: service}
	}
}

// Invoke calls a method and fills the reply. Errors are status errors, as over a
// socket. Of the call options it honours grpc.Header and grpc.Trailer. A panic of
// the handler passes through.
func (c *Conn) Invoke(ctx context.Context, fullMethod string, args, reply any, options ...grpc.CallOption) error {
	method, ok := c.methods[fullMethod]
	if !ok {
		return status.Errorf(codes.Unimplemented, "unknown method %s", fullMethod)
	}
	stream := &serverStream{method: fullMethod}
	fits := func(request any) error { return sameType(request, args) }
	// The generated handler has made an empty request; the caller's goes on in its place.
	pass := func(ctx context.Context, _ any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		return c.interceptor(ctx, args, info, handler)
	}
	response, err := method.handle(method.service, serverContext(ctx, stream), fits, pass)
	stream.report(options)
	if err != nil {
		return serverError(err)
	}
	return handOver(reply, response)
}

// NewStream returns an error: the contract has only unary calls.
func (c *Conn) NewStream(_ context.Context, _ *grpc.StreamDesc, fullMethod string, _ ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, status.Errorf(codes.Unimplemented, "%s: streams are not served in process", fullMethod)
}

// serverContext returns the handler's context: outgoing metadata of the caller
// becomes incoming metadata, deadline and cancellation stay, and there is a peer,
// as on every server.
func serverContext(ctx context.Context, stream *serverStream) context.Context {
	sent, _ := metadata.FromOutgoingContext(ctx)
	if sent == nil {
		sent = metadata.MD{}
	}
	ctx = metadata.NewOutgoingContext(ctx, nil)
	ctx = metadata.NewIncomingContext(ctx, sent)
	if _, ok := peer.FromContext(ctx); !ok {
		ctx = peer.NewContext(ctx, &peer.Peer{Addr: textAddr("in-process")})
	}
	return grpc.NewContextWithServerTransportStream(ctx, stream)
}

// serverError converts a handler's error as a gRPC server does.
func serverError(err error) error {
	if known, ok := status.FromError(err); ok {
		return known.Err()
	}
	return status.FromContextError(err).Err()
}

// sameType returns an error if a message is not of the type that is wanted.
func sameType(wanted, message any) error {
	if reflect.TypeOf(wanted) != reflect.TypeOf(message) {
		return status.Errorf(codes.Internal, "cannot hand over %T as %T", message, wanted)
	}
	return nil
}

// handOver assigns the fields of a response to the empty one that the generated client
// has made; what lies below the fields is shared. It assigns the fields of the Go structs,
// because protobuf's reflection takes several times as long.
func handOver(reply, response any) error {
	if err := sameType(reply, response); err != nil {
		return err
	}
	to, from := reflect.ValueOf(reply), reflect.ValueOf(response)
	if from.Kind() != reflect.Pointer || from.IsNil() {
		return status.Errorf(codes.Internal, "the service answered with no %T", reply)
	}
	to, from = to.Elem(), from.Elem()
	for i := range to.NumField() {
		if field := to.Field(i); field.CanSet() {
			field.Set(from.Field(i))
		}
	}
	return nil
}
