package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/telemetry"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/validation"
)

// maxRequestBytes is the largest request on either door.
const maxRequestBytes = 4 << 20

// named is an interceptor with the name that the order of the chain is checked by.
type named struct {
	name      string
	intercept grpc.UnaryServerInterceptor
}

// chain is what every call passes, through either door, from the outside in:
// observing sees what all the others decide, and nothing reaches a handler
// unchecked.
func (s *Server) chain(door string) []named {
	return []named{
		{"identify", identify},
		{"observe", observe(door, s.logger, s.metrics)},
		{"translate", translate(s.subjects)},
		{"recover", recovered(s.metrics)},
		{"size", limitSize},
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

// identify takes the caller's request id, or makes one, and sends it back.
func identify(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	id := first(ctx, requestIDHeader)
	if !plausibleID(id) {
		var random [8]byte
		_, _ = rand.Read(random[:]) // never fails
		id = hex.EncodeToString(random[:])
	}
	// Without a transport below there is nobody to send it to.
	_ = grpc.SetHeader(ctx, metadata.Pairs(requestIDHeader, id))
	return handler(context.WithValue(ctx, requestIDKey{}, id), request)
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

// observe counts and logs each call when it ends.
func observe(door string, logger *slog.Logger, metrics *telemetry.Metrics) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		started := time.Now()
		response, err := handler(ctx, request)
		took, code := time.Since(started), grpcstatus.Code(err)
		metrics.Call(door, info.FullMethod, code.String(), status.Reason(err), took)
		logger.LogAttrs(ctx, levelOf(code), "call", callAttributes(ctx, door, info, err, took)...)
		if message, ok := request.(proto.Message); ok && logger.Enabled(ctx, slog.LevelDebug) {
			logger.LogAttrs(ctx, slog.LevelDebug, "request",
				slog.Any("request_id", ctx.Value(requestIDKey{})), slog.Any("message", telemetry.Message(message)))
		}
		return response, err
	}
}

// levelOf: what an operator must look at stands out.
func levelOf(code codes.Code) slog.Level {
	switch code {
	case codes.Internal, codes.Unknown, codes.DataLoss:
		return slog.LevelError
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted:
		return slog.LevelWarn
	default:
		return slog.LevelInfo
	}
}

// callAttributes describe a call that has ended. The error is the private one.
func callAttributes(ctx context.Context, door string, info *grpc.UnaryServerInfo, err error, took time.Duration) []slog.Attr {
	attributes := []slog.Attr{
		slog.String("door", door),
		slog.String("method", info.FullMethod),
		slog.String("code", grpcstatus.Code(err).String()),
		slog.Float64("took_ms", float64(took.Microseconds())/1000),
		slog.Any("request_id", ctx.Value(requestIDKey{})),
	}
	if err != nil {
		attributes = append(attributes, slog.String("reason", status.Reason(err)), slog.String("error", err.Error()))
	}
	return attributes
}

// translate turns every error into the one that callers see, and adds the trailers
// that tell clients whether to retry.
func translate(subjects *status.Subjects) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		response, err := handler(ctx, request)
		if err == nil {
			return response, nil
		}
		final := status.Final(err, subjects.Of(info.FullMethod, request))
		if trailer := status.Trailer(final); trailer != nil {
			_ = grpc.SetTrailer(ctx, trailer) // without a transport there is nobody to tell
		}
		return nil, final
	}
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

// limitSize refuses what is larger than the contract allows. The transport's own
// limit lies above it, so that the caller gets an error in the usual form.
func limitSize(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if message, ok := request.(proto.Message); ok && proto.Size(message) > maxRequestBytes {
		return nil, status.New(codes.ResourceExhausted, sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_TOO_LARGE,
			fmt.Sprintf("the request is larger than %d bytes", maxRequestBytes))
	}
	return handler(ctx, request)
}

// credentialHeaders are the metadata in which a call brings its vendor credential.
var credentialHeaders = map[string]string{
	"opentact": "x-opentact-token",
	"infinity": "x-infinity-authorization",
}

// credentials keeps what the call brought for its vendor calls, and for those
// alone.
func credentials(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	for vendor, header := range credentialHeaders {
		if credential := first(ctx, header); credential != "" {
			ctx = upstream.WithCallerCredential(ctx, vendor, credential)
		}
	}
	return handler(ctx, request)
}

// validate refuses requests that break a rule of the contract.
func validate(validator *validation.Validator) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		if message, ok := request.(proto.Message); ok {
			if err := validator.Check(message); err != nil {
				return nil, err
			}
		}
		return handler(ctx, request)
	}
}
