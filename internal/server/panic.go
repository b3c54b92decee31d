package server

import (
	"context"
	"fmt"
	"runtime/debug"

	"google.golang.org/grpc"

	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// recovered answers a panic like any other defect. The log has its stack.
func recovered(metrics *telemetry.Metrics) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (response any, err error) {
		defer func() {
			if cause := recover(); cause != nil {
				metrics.Panic()
				response, err = nil, panicError(cause)
			}
		}()
		return handler(ctx, request)
	}
}

// panicError returns the error of a panic, for the log: with the stack of the goroutine.
func panicError(cause any) error { return fmt.Errorf("panic: %v\n%s", cause, debug.Stack()) }
