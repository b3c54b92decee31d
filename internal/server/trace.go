package server

import (
	"context"
	"os"
	"regexp"
	"strings"
	"time"

	"google.golang.org/grpc"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/tracing"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// traced makes a span for each call but health checks. It is a part of the chain only if
// calls are traced.
func (s *Server) traced(protocol string) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		if strings.HasPrefix(info.FullMethod, healthMethods) {
			return handler(ctx, request)
		}
		current := callOf(ctx)
		ctx, span := s.tracer.BeginCall(ctx, protocol, info.FullMethod, func(name string) string { return first(ctx, name) })
		current.trace = span.TraceID()
		response, err := handler(ctx, request)
		span.End(tracing.Ended{
			Code: grpcstatus.Code(err), Reason: status.Reason(err), Caller: current.caller.Name, RequestID: current.id,
		})
		return response, err
	}
}

// checkTraces returns the mistakes in the variables of traces.
func checkTraces() error {
	if err := tracing.CheckEnvironment(os.Getenv); err != nil {
		return config.VariableMistakes(err)
	}
	return nil
}

// exchangeTracer follows exchanges with vendors; nil if they are not traced.
func (s *Server) exchangeTracer() upstream.Tracer {
	if s.tracer == nil {
		return nil // not a nil tracer in an interface
	}
	return s.tracer
}

// flushTraces exports the spans of the calls that have ended. What cannot be exported is
// logged, and does not make the drain fail.
func (s *Server) flushTraces(ctx context.Context) error {
	ended, _ := ctx.Deadline() // a drain has one
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), exportTimeOf(time.Until(ended)))
	defer cancel()
	if err := s.tracer.Shutdown(ctx); err != nil {
		s.logger.Warn("the last traces were not exported", "error", err.Error())
	}
	return nil
}

// traceParent matches a traceparent header; the second part is the id of the trace.
var traceParent = regexp.MustCompile(`^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}`)

// traceIDOf returns the id of the trace that a traceparent header names, or "".
func traceIDOf(header string) string {
	if header == "" {
		return "" // as nearly always
	}
	match := traceParent.FindStringSubmatch(header)
	if match == nil || strings.Trim(match[1], "0") == "" {
		return ""
	}
	return match[1]
}

// exportTimeOf returns how long the last traces may take, of the time that the drain has left.
func exportTimeOf(left time.Duration) time.Duration {
	return min(max(left, exportTime), longestExport)
}
