package server

import (
	"context"
	"log/slog"
	"time"

	"google.golang.org/grpc"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/sipfacade/sipfacade/internal/headername"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// The protocols in logs and metrics.
const (
	protocolGRPC = "grpc"
	protocolHTTP = "http"
)

// observe counts and logs each call when it ends.
func (s *Server) observe(protocol string) grpc.UnaryServerInterceptor {
	lines := &callLog{logger: s.logger, protocol: protocol}
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		started := time.Now()
		response, err := handler(ctx, request)
		took, code := time.Since(started), grpcstatus.Code(err)
		current := callOf(ctx)
		times := timesOf(took, current.spent)
		markObserved(ctx, current, times)
		s.metrics.Call(protocol, info.FullMethod, code.String(), status.Reason(err), took)
		lines.write(ctx, current, callEnd{info.FullMethod, err, started.Add(took), times})
		if message, ok := request.(proto.Message); ok && s.logger.Enabled(ctx, slog.LevelDebug) {
			s.logger.LogAttrs(ctx, slog.LevelDebug, "request",
				slog.String("request_id", current.id), slog.Any("message", telemetry.Message(message)))
		}
		return response, err
	}
}

// serverTiming is the header that tells an HTTP caller where the time of its call went.
var serverTiming = headername.HTTP(headername.ServerTiming)

// markObserved notes that a call was logged and counted, and tells an HTTP caller where its
// time went.
func markObserved(ctx context.Context, current *call, times callTimes) {
	current.observed = true
	if current.conn != nil {
		return // over gRPC there is no HTTP request
	}
	if exchange := httpExchangeOf(ctx); exchange != nil {
		exchange.observed = true
		exchange.header.Set(serverTiming, times.serverTiming())
	}
}

// reportRefusal logs and counts a gRPC call that ended before the interceptors ran, with its
// id if it has one.
func (s *Server) reportRefusal(method, requestID string, err error) {
	code, reason := grpcstatus.Code(err), status.Reason(err)
	s.metrics.Call(protocolGRPC, method, code.String(), reason, 0)
	line := []any{"protocol", protocolGRPC, "method", method, "code", code.String(), "reason", reason, "error", err.Error()}
	if requestID != "" {
		line = append(line, "request_id", requestID)
	}
	s.logger.Info("call", line...)
}
