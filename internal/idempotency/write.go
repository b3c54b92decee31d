package idempotency

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/durationpb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/auth"
	"github.com/sipfacade/sipfacade/internal/headername"
	"github.com/sipfacade/sipfacade/internal/ledger"
	"github.com/sipfacade/sipfacade/internal/service/reconcile"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// The times of request ids.
const (
	// settleTime is the time after an attempt during which it may still take effect. Only after it
	// does the service conclude from the vendor's answer that there was no effect.
	settleTime = 10 * time.Second
	// progressWait is the time in RetryInfo of a repeat while the first call is under way.
	progressWait = time.Second
)

// write is one call with a request id.
type write struct {
	Options
	*method
	request proto.Message
	handler grpc.UnaryHandler
	account string
}

// claim does what the ledger decides.
func (w *write) claim(ctx context.Context, fullMethod, id string) (any, error) {
	content, err := w.content()
	if err != nil {
		return nil, err
	}
	key := ledger.Key{Caller: auth.CallerOf(ctx).ID, Credential: w.account, Method: fullMethod, RequestID: id}
	attempt, err := w.Ledger.Claim(ctx, key, content)
	if err != nil {
		return nil, unclaimed(ctx, err)
	}
	switch attempt.Outcome {
	case ledger.Replay:
		return w.replay(ctx, attempt.Answer)
	case ledger.InProgress:
		return nil, status.New(codes.Aborted, sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_IN_PROGRESS,
			"the first call with this request id is still under way", &errdetails.RetryInfo{RetryDelay: durationpb.New(progressWait)})
	case ledger.Reused:
		return nil, status.New(codes.InvalidArgument, sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_ID_REUSED,
			"the request id was used before with another content")
	case ledger.Reconcile:
		return w.reconcile(ctx, attempt)
	default:
		return w.send(ctx, attempt)
	}
}

// content returns the request without what may differ between repeats.
func (w *write) content() ([]byte, error) {
	bare := proto.Clone(w.request)
	bare.ProtoReflect().Clear(w.id)
	content, err := proto.MarshalOptions{Deterministic: true}.Marshal(bare)
	if err != nil {
		return nil, fmt.Errorf("write down the request: %w", err)
	}
	return content, nil
}

// unclaimed returns the error of a call whose request id could not be claimed. A caller that was
// gone before has not met a ledger that cannot be reached.
func unclaimed(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(err, ledger.ErrUnavailable) {
		return err
	}
	return unavailableLedger(err)
}

// unavailableLedger returns the error of a call that needs the ledger. Nothing was sent.
func unavailableLedger(err error) error {
	known := status.New(codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_LEDGER_UNAVAILABLE,
		"the ledger of request ids cannot be reached; nothing was sent")
	return fmt.Errorf("%w: %w", known, err)
}

// send carries the write out and notes what became of it.
func (w *write) send(ctx context.Context, attempt *ledger.Attempt) (any, error) {
	defer func() { _ = attempt.Unknown(ctx) }() // after a panic; otherwise it does nothing
	guarded, release := attempt.Guard(ctx)
	defer release()
	answer, err := w.handler(guarded, w.request)
	if err == nil {
		return answer, w.remember(ctx, attempt, answer)
	}
	if deliveryOf(err) != upstream.Unknown {
		return nil, errors.Join(err, attempt.Failed(ctx))
	}
	if w.rule.Find == nil {
		return nil, err
	}
	return nil, status.RepeatAfter(err, settleTime)
}

// deliveryOf returns whether a failed write took effect. An error that does not come from
// the vendor was found before anything was sent.
func deliveryOf(err error) upstream.Delivery {
	var failure *upstream.Error
	if !errors.As(err, &failure) {
		return upstream.NotSent
	}
	return failure.Delivery()
}

// remember stores the answer. If that fails, the call has succeeded all the same, and a
// repeat looks at the vendor.
func (w *write) remember(ctx context.Context, attempt *ledger.Attempt, answer any) error {
	message, _ := answer.(proto.Message)
	stored, err := proto.Marshal(message)
	if err != nil {
		return fmt.Errorf("write down the answer: %w", err)
	}
	kind, id := madeBy(message)
	if err := attempt.Succeeded(ctx, stored, w.resource(kind, id)); err != nil {
		w.reportUnstored(ctx, err)
	}
	return nil
}

// reportUnstored logs that the ledger lacks the answer of a call: a repeat looks at the vendor.
func (w *write) reportUnstored(ctx context.Context, err error) {
	w.Logger.WarnContext(ctx, "the answer of a request id was not stored", "error", err)
}

// madeBy returns the type and id of the resource in a response; they are empty if there is
// none, or its id is not known.
func madeBy(response proto.Message) (kind, id string) {
	response.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.Message() == nil || field.IsList() {
			return true
		}
		resource := value.Message()
		kind, id = string(resource.Descriptor().FullName()), reconcile.IDOf(resource.Interface())
		return false
	})
	return kind, id
}

// resource identifies a resource in the ledger.
func (w *write) resource(kind, id string) ledger.Resource {
	if id == "" {
		return ledger.Resource{}
	}
	return ledger.Resource{Scope: w.account + " " + kind, ID: id}
}

// replay answers what the first call was answered.
func (w *write) replay(ctx context.Context, stored []byte) (any, error) {
	answer := w.response.New().Interface()
	if err := proto.Unmarshal(stored, answer); err != nil {
		return nil, fmt.Errorf("read the stored answer: %w", err)
	}
	setReplayed(ctx, "true")
	return answer, nil
}

// setReplayed sets the header of an answer that the call itself did not bring about.
func setReplayed(ctx context.Context, how string) {
	_ = grpc.SetHeader(ctx, metadata.Pairs(headername.IdempotentReplayed, how)) // without a transport there is nobody to send it to
}
