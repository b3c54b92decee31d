package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"runtime/debug"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/received"
	"github.com/sipfacade/sipfacade/internal/secret"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/telemetry"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/validation"
)

// named is an interceptor with the name that the order of the chain is checked by.
type named struct {
	name      string
	intercept grpc.UnaryServerInterceptor
}

// chain is what every call passes, from the outside in: observing sees what all the
// others decide, and nothing reaches a handler unchecked. How an answer is kept until
// its caller has it differs between the protocols.
func (s *Server) chain(protocol string) []named {
	deliver := s.deliver
	if protocol == protocolHTTP {
		deliver = s.retain
	}
	return []named{
		{"identify", identify},
		{"secrets", rememberSecrets},
		{"observe", s.observe(protocol)},
		{"translate", translate(s.subjects)},
		{"recover", recovered(s.metrics)},
		{"readable", readable},
		{"limit", s.limit},
		{"deliver", deliver},
		{"credentials", credentials},
		{"validate", validate(s.validator)},
	}
}

// interceptors are those of the chain, in its order.
func interceptors(chain []named) []grpc.UnaryServerInterceptor {
	all := make([]grpc.UnaryServerInterceptor, len(chain))
	for i, link := range chain {
		all[i] = link.intercept
	}
	return all
}

// asOne joins interceptors, the first one outermost.
func asOne(all []grpc.UnaryServerInterceptor) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		next := handler
		for i := len(all) - 1; i >= 0; i-- {
			intercept, inner := all[i], next
			next = func(ctx context.Context, request any) (any, error) {
				return intercept(ctx, request, info, inner)
			}
		}
		return next(ctx, request)
	}
}

// requestIDHeader carries the id by which a call is found in the logs.
const requestIDHeader = "x-request-id"

// requestIDKey is the context key of the id.
type requestIDKey struct{}

// identify takes the caller's request id, or makes one, and sends it back: with a
// success as a header, with an error as a trailer, since an error that begins with
// headers is not retried by any client.
func identify(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	id := requestIDOf(ctx)
	response, err := handler(context.WithValue(ctx, requestIDKey{}, id), request)
	send := grpc.SetHeader
	if err != nil {
		send = grpc.SetTrailer
	}
	_ = send(ctx, metadata.Pairs(requestIDHeader, id)) // without a transport there is nobody to send it to
	return response, err
}

// requestIDOf returns the caller's request id, or a new one. Of a gRPC call it is
// always the same.
func requestIDOf(ctx context.Context) string {
	call := callOf(ctx)
	call.identify.Do(func() {
		if call.id = first(ctx, requestIDHeader); !plausibleID(call.id) {
			call.id = newRequestID()
		}
	})
	return call.id
}

// newRequestID returns a random id.
func newRequestID() string {
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	return hex.EncodeToString(random[:])
}

// plausibleID accepts what can stand in a log line and a header.
func plausibleID(id string) bool {
	for _, c := range id {
		if c <= ' ' || c > '~' || c == '"' {
			return false
		}
	}
	return id != "" && len(id) <= 128
}

// first is the first value of an incoming metadata key.
func first(ctx context.Context, key string) string {
	if values := metadata.ValueFromIncomingContext(ctx, key); len(values) > 0 {
		return values[0]
	}
	return ""
}

// translate turns every error into the one that callers see: it says how to look after
// a write whose outcome is not known, names fields as an HTTP caller does, and adds the
// trailers that tell clients whether to retry.
func translate(subjects *status.Subjects) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		response, err := handler(ctx, request)
		if err == nil {
			return response, nil
		}
		final := status.Final(healthError(info.FullMethod, err), subjects.Of(info.FullMethod, request))
		final = subjects.WithLookup(final, info.FullMethod, request)
		if in := received.FromContext(ctx); in != nil {
			final = status.Rename(final, in.Name)
		}
		if trailer := status.Trailer(final); trailer != nil {
			_ = grpc.SetTrailer(ctx, trailer) // without a transport there is nobody to send it to
		}
		return nil, final
	}
}

// healthError gives the one error of a health check, that of an unknown service, the
// form that all errors have.
func healthError(method string, err error) error {
	if known, ok := grpcstatus.FromError(err); ok && strings.HasPrefix(method, healthMethods) && known.Code() == codes.NotFound {
		return status.New(codes.NotFound, sipfacadev1.ErrorReason_ERROR_REASON_RESOURCE_NOT_FOUND, known.Message())
	}
	return err
}

// recovered answers a panic like any defect; the log has its stack.
func recovered(metrics *telemetry.Metrics) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (response any, err error) {
		defer func() {
			if cause := recover(); cause != nil {
				metrics.Panic()
				response, err = nil, fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
			}
		}()
		return handler(ctx, request)
	}
}

// credentialHeaders are the metadata in which a call brings its vendor credential.
var credentialHeaders = map[string]string{
	"opentact": "x-opentact-token",
	"infinity": "x-infinity-authorization",
}

// credentials keeps what the call brought for its vendor calls, and only for those.
func credentials(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	for vendor, header := range credentialHeaders {
		if credential := first(ctx, header); credential != "" {
			ctx = upstream.WithCallerCredential(ctx, vendor, credential)
		}
	}
	return handler(ctx, request)
}

// rememberSecrets lets vendor texts and log lines be masked of what the request says
// in secret. It costs nothing unless the call fails.
func rememberSecrets(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if message, ok := request.(proto.Message); ok {
		ctx = secret.WithValues(ctx, func() []string { return contract.SecretValues(message) })
	}
	return handler(ctx, request)
}

// limit gives the call its one deadline, and ends it when the server stops.
func (s *Server) limit(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	ctx, end := s.calls.begin(ctx)
	defer end()
	ctx, cancel := upstream.WithCap(ctx, s.config.UpstreamTimeout)
	defer cancel()
	response, err := handler(ctx, request)
	return response, status.WithCause(ctx, err)
}

// validate completes requests that came as JSON with what the gateway read beside the
// message, and refuses those that are wrong in any way.
func validate(validator *validation.Validator) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		if message, ok := request.(proto.Message); ok {
			in := received.FromContext(ctx)
			if err := validator.Check(message, in); err != nil {
				return nil, err
			}
			if in.MaskDerived() {
				ctx = list.WithDerivedMask(ctx)
			}
		}
		return handler(ctx, request)
	}
}
