package server

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/sipfacade/sipfacade/internal/status"
)

// callLog writes a line for each call of one protocol. What the lines of a method have in
// common is encoded once. The lines go to the handler as they are: a Logger would look up
// its own caller for each of them.
type callLog struct {
	logger   *slog.Logger
	protocol string
	handlers sync.Map // of slog.Handler, by the methods that exist
}

// callEnd is how a call ended. The error is the private one.
type callEnd struct {
	method string
	err    error
	at     time.Time
	times  callTimes
}

// write logs a call that has ended.
func (l *callLog) write(ctx context.Context, current *call, end callEnd) {
	code := grpcstatus.Code(end.err)
	level := levelOf(end.method, code)
	if !l.logger.Enabled(ctx, level) {
		return
	}
	line := slog.NewRecord(end.at, level, "call", 0)
	line.AddAttrs(
		slog.String("code", code.String()),
		slog.Float64("took_ms", milliseconds(end.times.took)),
		slog.Float64("vendor_ms", milliseconds(end.times.vendors)),
		slog.Float64("own_ms", milliseconds(end.times.own())),
		slog.String("request_id", current.id),
	)
	if end.times.waited > 0 {
		line.AddAttrs(slog.Float64("waited_ms", milliseconds(end.times.waited)))
	}
	if !current.caller.Anonymous() {
		line.AddAttrs(slog.String("caller", current.caller.Name))
	}
	if trace := current.traceID(ctx); trace != "" {
		line.AddAttrs(slog.String("trace_id", trace))
	}
	if end.err != nil {
		line.AddAttrs(slog.String("reason", status.Reason(end.err)), slog.String("error", end.err.Error()))
	}
	_ = l.handlerOf(end.method).Handle(ctx, line) // as a Logger: a log that cannot be written changes no call
}

// handlerOf returns the handler of a method's lines.
func (l *callLog) handlerOf(method string) slog.Handler {
	if known, ok := l.handlers.Load(method); ok {
		return known.(slog.Handler)
	}
	made := l.logger.Handler().WithAttrs([]slog.Attr{slog.String("protocol", l.protocol), slog.String("method", method)})
	l.handlers.Store(method, made)
	return made
}

// levelOf makes what an operator must look at stand out.
func levelOf(method string, code codes.Code) slog.Level {
	if strings.HasPrefix(method, healthMethods) {
		return slog.LevelDebug
	}
	switch code {
	case codes.Internal, codes.Unknown, codes.DataLoss:
		return slog.LevelError
	case codes.Unavailable, codes.DeadlineExceeded, codes.ResourceExhausted:
		return slog.LevelWarn
	default:
		return slog.LevelInfo
	}
}
