package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/durationpb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/auth"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/ledger"
	"github.com/sipfacade/sipfacade/internal/service/reconcile"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// The times of request ids.
const (
	// settleTime is how long after an attempt its effect may still come about: only then
	// is it believed that the vendor shows none.
	settleTime = 10 * time.Second
	// progressWait is what a repeat is told to wait while the first call is under way.
	progressWait = time.Second
)

// replayedHeader says that an answer comes from the ledger, or from what the vendor shows.
const replayedHeader = "idempotent-replayed"

// onceMethod is a method that takes request ids.
type onceMethod struct {
	id, validateOnly protoreflect.FieldDescriptor
	response         protoreflect.MessageType
	rule             reconcile.Rule
}

// onceMethods finds the methods that take request ids. Each needs a rule.
func onceMethods(rules ...reconcile.Rules) (map[string]*onceMethod, error) {
	found := map[string]*onceMethod{}
	for _, service := range contractServices() {
		for i := range service.Methods().Len() {
			method := service.Methods().Get(i)
			id := method.Input().Fields().ByName("request_id")
			if id == nil {
				continue
			}
			name := contract.FullMethod(method)
			response, err := protoregistry.GlobalTypes.FindMessageByName(method.Output().FullName())
			if err != nil {
				return nil, err
			}
			one := &onceMethod{id: id, validateOnly: method.Input().Fields().ByName("validate_only"), response: response}
			for _, of := range rules {
				if rule, ok := of[name]; ok {
					one.rule, found[name] = rule, one
				}
			}
			if found[name] == nil {
				return nil, fmt.Errorf("%s takes request ids and has no rule of reconciliation", name)
			}
		}
	}
	return found, nil
}

// once carries a write with a request id out at most once, and answers repeats.
func (s *Server) once(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	method := s.onceMethods[info.FullMethod]
	if method == nil {
		return handler(ctx, request)
	}
	message, _ := request.(proto.Message)
	id := message.ProtoReflect().Get(method.id).String()
	if id == "" {
		return handler(ctx, request)
	}
	if s.ledger == nil {
		return nil, status.Invalid(status.BrokenRule("request_id", "NO_LEDGER",
			"the service has no ledger, so it cannot take request ids; see the setting ledger"))
	}
	if message.ProtoReflect().Get(method.validateOnly).Bool() {
		return handler(ctx, request) // nothing happens that could happen twice
	}
	w := &onceWrite{Server: s, onceMethod: method, request: message, handler: handler, account: s.accountOf(ctx, method.rule.Vendor)}
	return w.claim(ctx, info.FullMethod, id)
}

// accountOf tells the accounts of vendors apart: what was made in one of them must not be
// answered to a call with another.
func (s *Server) accountOf(ctx context.Context, vendor string) string {
	account := upstream.CallerCredential(ctx, vendor)
	if account == "" {
		account = s.ownAccount(vendor)
	}
	sum := sha256.Sum256([]byte(account))
	return vendor + " " + hex.EncodeToString(sum[:])
}

// ownAccount is what is known of the service's own account at a vendor and stays when its
// password is replaced.
func (s *Server) ownAccount(vendor string) string {
	if vendor == opentact.Vendor {
		return s.config.OpentactBaseURL + " " + s.config.OpentactEmail
	}
	return s.config.InfinityBaseURL + " " + s.config.InfinityUsername
}

// onceWrite is one call with a request id.
type onceWrite struct {
	*Server
	*onceMethod
	request proto.Message
	handler grpc.UnaryHandler
	account string
}

// claim does what the ledger decides.
func (w *onceWrite) claim(ctx context.Context, fullMethod, id string) (any, error) {
	content, err := w.content()
	if err != nil {
		return nil, err
	}
	key := ledger.Key{Caller: auth.CallerOf(ctx).ID, Credential: w.account, Method: fullMethod, RequestID: id}
	attempt, err := w.ledger.Claim(ctx, key, content)
	if err != nil {
		return nil, unavailableLedger(err)
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

// content is the request without what may differ between repeats.
func (w *onceWrite) content() ([]byte, error) {
	bare := proto.Clone(w.request)
	bare.ProtoReflect().Clear(w.id)
	content, err := proto.MarshalOptions{Deterministic: true}.Marshal(bare)
	if err != nil {
		return nil, fmt.Errorf("write down the request: %w", err)
	}
	return content, nil
}

// unavailableLedger is the error of a call that needs the ledger. Nothing was sent.
func unavailableLedger(err error) error {
	known := status.New(codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_LEDGER_UNAVAILABLE,
		"the ledger of request ids cannot be reached; nothing was sent")
	return fmt.Errorf("%w: %w", known, err)
}

// send carries the write out and notes what became of it.
func (w *onceWrite) send(ctx context.Context, attempt *ledger.Attempt) (any, error) {
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
func (w *onceWrite) remember(ctx context.Context, attempt *ledger.Attempt, answer any) error {
	message, _ := answer.(proto.Message)
	stored, err := proto.Marshal(message)
	if err != nil {
		return fmt.Errorf("write down the answer: %w", err)
	}
	kind, id := madeBy(message)
	if err := attempt.Succeeded(ctx, stored, w.resource(kind, id)); err != nil {
		w.logger.WarnContext(ctx, "the answer of a request id was not stored", "error", err)
	}
	return nil
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
func (w *onceWrite) resource(kind, id string) ledger.Resource {
	if id == "" {
		return ledger.Resource{}
	}
	return ledger.Resource{Scope: w.account + " " + kind, ID: id}
}

// replay answers what the first call was answered.
func (w *onceWrite) replay(ctx context.Context, stored []byte) (any, error) {
	answer := w.response.New().Interface()
	if err := proto.Unmarshal(stored, answer); err != nil {
		return nil, fmt.Errorf("read the stored answer: %w", err)
	}
	setReplayed(ctx, "true")
	return answer, nil
}

// setReplayed sets the header of an answer that the call itself did not bring about.
func setReplayed(ctx context.Context, how string) {
	_ = grpc.SetHeader(ctx, metadata.Pairs(replayedHeader, how)) // without a transport there is nobody to send it to
}

// reconcile finds out at the vendor what became of the attempt before this one.
func (w *onceWrite) reconcile(ctx context.Context, attempt *ledger.Attempt) (any, error) {
	defer func() { _ = attempt.Unknown(ctx) }() // unless another end is noted before
	if w.rule.Find == nil {
		return nil, upstream.Unresolved(w.rule.Vendor, w.rule.Route, nil)
	}
	found, err := w.free(ctx, attempt)
	if err != nil {
		return nil, status.RepeatAfter(upstream.Unresolved(w.rule.Vendor, w.rule.Route, err), settleTime)
	}
	switch remaining := settleTime - attempt.SinceEnd; {
	case len(found) == 1:
		return w.adopt(ctx, attempt, found[0])
	case len(found) > 1:
		return nil, status.Between(upstream.Unresolved(w.rule.Vendor, w.rule.Route, nil), resourceInfos(found)...)
	case remaining > 0:
		return nil, status.RepeatAfter(upstream.Unresolved(w.rule.Vendor, w.rule.Route, nil), remaining)
	default:
		return w.sendAgain(ctx, attempt)
	}
}

// free returns what the write may have left, without what other request ids have left.
func (w *onceWrite) free(ctx context.Context, attempt *ledger.Attempt) (free []reconcile.Candidate, err error) {
	found, err := w.rule.Find(ctx, w.request, attempt.Intent)
	if err != nil {
		return nil, err
	}
	for _, candidate := range found {
		claimed := false
		if candidate.ID != "" {
			if claimed, err = w.ledger.Claimed(ctx, w.resource(candidate.Type, candidate.ID)); err != nil {
				return nil, err
			}
		}
		if !claimed {
			free = append(free, candidate)
		}
	}
	return free, nil
}

// adopt answers with what the vendor shows.
func (w *onceWrite) adopt(ctx context.Context, attempt *ledger.Attempt, found reconcile.Candidate) (any, error) {
	stored, err := proto.Marshal(found.Response)
	if err != nil {
		return nil, fmt.Errorf("write down the answer: %w", err)
	}
	err = attempt.Succeeded(ctx, stored, w.resource(found.Type, found.ID))
	if errors.Is(err, ledger.ErrResourceClaimed) {
		return nil, status.RepeatAfter(upstream.Unresolved(w.rule.Vendor, w.rule.Route, err), progressWait)
	}
	setReplayed(ctx, "reconciled")
	return found.Response, nil
}

// sendAgain sends the write a second time, once: the first attempt has left nothing.
func (w *onceWrite) sendAgain(ctx context.Context, attempt *ledger.Attempt) (any, error) {
	switch err := attempt.Resend(ctx); {
	case errors.Is(err, ledger.ErrResent):
		return nil, upstream.Unresolved(w.rule.Vendor, w.rule.Route, err)
	case err != nil:
		return nil, unavailableLedger(err)
	default:
		return w.send(ctx, attempt)
	}
}

// resourceInfos name candidates.
func resourceInfos(found []reconcile.Candidate) []*errdetails.ResourceInfo {
	infos := make([]*errdetails.ResourceInfo, len(found))
	for i, candidate := range found {
		infos[i] = &errdetails.ResourceInfo{ResourceType: candidate.Type, ResourceName: candidate.ID, Description: "may be what the request made"}
	}
	return infos
}
