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

// write logs a call that has ended. The error is the private one.
func (l *callLog) write(ctx context.Context, method string, err error, ended time.Time, took time.Duration) {
	code := grpcstatus.Code(err)
	level := levelOf(method, code)
	if !l.logger.Enabled(ctx, level) {
		return
	}
	line := slog.NewRecord(ended, level, "call", 0)
	line.AddAttrs(
		slog.String("code", code.String()),
		slog.Float64("took_ms", float64(took.Microseconds())/1000),
		slog.String("request_id", callOf(ctx).id),
	)
	if caller := callOf(ctx).caller; !caller.Anonymous() {
		line.AddAttrs(slog.String("caller", caller.Name))
	}
	if err != nil {
		line.AddAttrs(slog.String("reason", status.Reason(err)), slog.String("error", err.Error()))
	}
	_ = l.handlerOf(method).Handle(ctx, line) // as a Logger: a log that cannot be written changes no call
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

// healthMethods begin the names of health checks, which come every few seconds.
const healthMethods = "/grpc.health."

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
