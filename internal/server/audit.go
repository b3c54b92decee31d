package server

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/audit"
	"github.com/sipfacade/sipfacade/internal/headername"
	"github.com/sipfacade/sipfacade/internal/status"
)

// audited writes a line to the audit file for each write that a caller attempts, also for
// those that are refused.
func (s *Server) audited() grpc.UnaryServerInterceptor {
	writes := audit.WritesOf(contractServices()...)
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		write, message := writes[info.FullMethod], asMessage(request)
		if s.callers.audit == nil || write == nil || message == nil {
			return handler(ctx, request)
		}
		response, err := handler(ctx, request)
		if audit.OnlyValidates(message) {
			return response, err
		}
		entry := entryOf(ctx, info.FullMethod, err)
		entry.Resource, entry.Fields = write.Resource(message, asMessage(response)), write.Fields(message)
		if key := audit.Key(message); key != "" {
			entry.IdempotencyKey = key
		}
		if failed := s.callers.audit.Write(entry); failed != nil {
			s.logger.Error("an audit line could not be written", "error", failed.Error(), "request_id", entry.RequestID,
				"method", entry.Method, "resource", entry.Resource, "code", entry.Code)
		}
		return response, err
	}
}

// entryOf returns what the line of a call says beside its message.
func entryOf(ctx context.Context, method string, err error) audit.Entry {
	known := callOf(ctx)
	return audit.Entry{
		Time: time.Now().UTC(), Caller: known.caller.Name, Method: method,
		Code: code.Code(grpcstatus.Code(err)).String(), Reason: status.Reason(err), Delivery: status.Metadata(err)["delivery"],
		RequestID: known.id, IdempotencyKey: clipped(first(ctx, headername.IdempotencyKey)), TraceID: known.traceID(ctx),
	}
}

// asMessage returns the message of a request or a response, or nil.
func asMessage(value any) proto.Message {
	if delivered, ok := value.(*answer); ok {
		return delivered.message
	}
	message, _ := value.(proto.Message)
	return message
}

// auditable refuses writes while the audit file cannot be written.
func (s *Server) auditable(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if s.callers.audit == nil || s.reads[info.FullMethod] || isOpen(info.FullMethod) {
		return handler(ctx, request)
	}
	if err := s.callers.audit.Check(); err != nil {
		refused := status.New(codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_AUDIT_UNAVAILABLE,
			"the write was not sent, because it cannot be audited")
		return nil, fmt.Errorf("%w: %w", err, refused)
	}
	return handler(ctx, request)
}
