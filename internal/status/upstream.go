package status

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// verdict is what callers get for one way to fail.
type verdict struct {
	code   codes.Code
	reason sipfacadev1.ErrorReason
	// text is what happened, as the end of a sentence that begins with the vendor
	// and the operation.
	text string
}

// The verdict on a write that may have taken effect.
var outcomeUnknown = verdict{
	codes.Unknown, sipfacadev1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN,
	"was sent and its outcome is not known: it may have taken effect",
}

// byKind is the verdict on calls that got no usable answer: one on reads and unsent
// writes, and one on writes that were sent.
var byKind = map[upstream.Kind]struct{ unsent, sent verdict }{
	upstream.KindRejected: both(codes.Unknown, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_REJECTED,
		"was refused in the body of an answer with a success status"),
	upstream.KindRedirect: both(codes.Internal, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_BAD_RESPONSE,
		"was answered with a redirect, which is not followed"),
	upstream.KindBadResponse: orUnknown(codes.Internal, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_BAD_RESPONSE,
		"was answered, but not in the vendor's form"),
	upstream.KindTruncated: orUnknown(codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_BAD_RESPONSE,
		"was answered, and the answer broke off"),
	upstream.KindUnreachable: both(codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_UNREACHABLE,
		"could not be sent: the vendor cannot be reached"),
	upstream.KindReset: orUnknown(codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_UNREACHABLE,
		"got no answer: the connection broke"),
	upstream.KindTimeout: orUnknown(codes.DeadlineExceeded, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_TIMEOUT,
		"got no answer in time"),
	upstream.KindCallerDeadline: withReason(codes.DeadlineExceeded, sipfacadev1.ErrorReason_ERROR_REASON_CALLER_DEADLINE,
		"was given up: the caller's deadline passed"),
	upstream.KindCallerCancelled: withReason(codes.Canceled, sipfacadev1.ErrorReason_ERROR_REASON_CALLER_CANCELLED,
		"was given up: the caller cancelled the call"),
	upstream.KindShuttingDown: orUnknown(codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_SHUTTING_DOWN,
		"was given up: the service is shutting down"),
	upstream.KindCredentialMissing: both(codes.Unauthenticated, sipfacadev1.ErrorReason_ERROR_REASON_CREDENTIAL_MISSING,
		"was not sent: the call must bring the vendor credential"),
	upstream.KindCredentialRejected: both(codes.Internal, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_CREDENTIAL_REJECTED,
		"was not sent: the vendor refused the service's login"),
	upstream.KindCredentialUnset: both(codes.Internal, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_CREDENTIAL_REJECTED,
		"was not sent: the service has no credential for this vendor"),
	upstream.KindNotListed: both(codes.NotFound, sipfacadev1.ErrorReason_ERROR_REASON_RESOURCE_NOT_FOUND,
		"found no such resource in the vendor's list"),
	upstream.KindThrottled: both(codes.ResourceExhausted, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_RATE_LIMITED,
		"was not sent: the vendor has asked for a pause"),
	upstream.KindBreakerOpen: both(codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_BREAKER_OPEN,
		"was not sent: the vendor has been failing and gets no calls for a while"),
	upstream.KindSaturated: orUnknown(codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_SATURATED,
		"was given up: too many calls to the vendor are under way, or their answers use up the memory for vendor answers"),
	upstream.KindChanged: both(codes.Aborted, sipfacadev1.ErrorReason_ERROR_REASON_ETAG_MISMATCH,
		"was not sent: the resource has changed since its etag was read"),
	upstream.KindTaken: both(codes.AlreadyExists, sipfacadev1.ErrorReason_ERROR_REASON_RESOURCE_EXISTS,
		"would be refused: a resource like it exists already"),
	upstream.KindSeveralParents: both(codes.FailedPrecondition, sipfacadev1.ErrorReason_ERROR_REASON_SIP_DOMAIN_AMBIGUOUS,
		"was not sent: the connection has several SIP domains, and the request names none in sip_domain"),
	upstream.KindNoParent: both(codes.FailedPrecondition, sipfacadev1.ErrorReason_ERROR_REASON_SIP_DOMAIN_MISSING,
		"was not sent: the vendor shows no SIP domain of the connection, and invites are below a SIP domain"),
	upstream.KindUnclearParent: both(codes.FailedPrecondition, sipfacadev1.ErrorReason_ERROR_REASON_SIP_DOMAIN_AMBIGUOUS,
		"was not sent: the vendor shows too many SIP domains without their connection, and the request names none in sip_domain"),
	upstream.KindUnresolved: orUnknown(codes.Internal, sipfacadev1.ErrorReason_ERROR_REASON_INTERNAL,
		"failed inside the service"),
	upstream.KindInternal: both(codes.Internal, sipfacadev1.ErrorReason_ERROR_REASON_INTERNAL,
		"failed inside the service"),
}

// both returns one verdict whether or not the write was sent.
func both(code codes.Code, reason sipfacadev1.ErrorReason, text string) struct{ unsent, sent verdict } {
	v := verdict{code, reason, text}
	return struct{ unsent, sent verdict }{v, v}
}

// orUnknown is OUTCOME_UNKNOWN for a write that was sent.
func orUnknown(code codes.Code, reason sipfacadev1.ErrorReason, text string) struct{ unsent, sent verdict } {
	return struct{ unsent, sent verdict }{verdict{code, reason, text}, outcomeUnknown}
}

// withReason keeps the code and says OUTCOME_UNKNOWN for a write that was sent.
func withReason(code codes.Code, reason sipfacadev1.ErrorReason, text string) struct{ unsent, sent verdict } {
	sent := outcomeUnknown
	sent.code = code
	return struct{ unsent, sent verdict }{verdict{code, reason, text}, sent}
}

// byStatus is the verdict on the error statuses that mean the same on every call.
var byStatus = map[int]verdict{
	http.StatusBadRequest: {codes.InvalidArgument, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_VALIDATION,
		"was refused: the vendor does not accept the values"},
	http.StatusUnprocessableEntity: {codes.InvalidArgument, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_VALIDATION,
		"was refused: the vendor does not accept the values"},
	http.StatusUnauthorized: {codes.Internal, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_CREDENTIAL_REJECTED,
		"was refused: the vendor does not accept the service's credential"},
	http.StatusPaymentRequired: {codes.FailedPrecondition, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_PAYMENT_REQUIRED,
		"was refused: the balance of the vendor account is too low"},
	http.StatusForbidden: {codes.PermissionDenied, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_FORBIDDEN,
		"was refused: the credential may not do this"},
	http.StatusNotFound: {codes.NotFound, sipfacadev1.ErrorReason_ERROR_REASON_RESOURCE_NOT_FOUND,
		"found no such resource"},
	http.StatusTooManyRequests: {codes.ResourceExhausted, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_RATE_LIMITED,
		"was refused: the vendor takes no more calls for now"},
}

// byConflict is the verdict on 409, which depends on what was tried.
var byConflict = map[upstream.Action]verdict{
	upstream.Create: {codes.AlreadyExists, sipfacadev1.ErrorReason_ERROR_REASON_RESOURCE_EXISTS,
		"was refused: a resource like it exists already"},
	upstream.Delete: {codes.FailedPrecondition, sipfacadev1.ErrorReason_ERROR_REASON_RESOURCE_IN_USE,
		"was refused: other resources still use this one"},
}

// Verdicts that depend on more than the status.
var (
	conflict = verdict{codes.Aborted, sipfacadev1.ErrorReason_ERROR_REASON_CONFLICT,
		"was refused: it conflicts with another change"}
	callerCredential = verdict{codes.Unauthenticated, sipfacadev1.ErrorReason_ERROR_REASON_CREDENTIAL_REJECTED,
		"was refused: the vendor does not accept the credential that the call brought"}
	foreignNotFound = verdict{codes.Internal, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_BAD_RESPONSE,
		"was answered 404, but not in the vendor's form: something else answered in its place"}
	offContract = verdict{codes.Internal, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_CONTRACT,
		"was refused with a status that the contract does not expect"}
	vendorFailure = verdict{codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_ERROR,
		"failed at the vendor"}
)

// judge returns the verdict on a failed call.
func judge(e *upstream.Error) verdict {
	if e.Kind == upstream.KindStatus {
		return judgeStatus(e)
	}
	pair := byKind[e.Kind]
	switch {
	case !e.Write() || e.Delivery() != upstream.Unknown && e.Kind != upstream.KindTimeout:
		return pair.unsent
	case !e.Sent: // if the cap passed before the write was sent, it is like unreachable
		return byKind[upstream.KindUnreachable].unsent
	default:
		return pair.sent
	}
}

// judgeStatus returns the verdict on an error status.
func judgeStatus(e *upstream.Error) verdict {
	switch known, ok := byStatus[e.Status]; {
	case e.Status >= 500 && e.Delivery() == upstream.Unknown:
		return outcomeUnknown
	case e.Status >= 500:
		return vendorFailure
	case e.Status == http.StatusUnauthorized && e.CallerCredential:
		return callerCredential
	case e.Status == http.StatusNotFound && !e.VendorForm:
		return foreignNotFound
	case e.Status == http.StatusConflict:
		if found, ok := byConflict[e.Route.Action]; ok {
			return found
		}
		return conflict
	case ok:
		return known
	default:
		return offContract
	}
}

// Subject is the resource that a call was about, so that an error can name it and
// its fields as callers know them.
type Subject struct {
	// Type is the resource's message, for example `sipfacade.v1.SipUserInvite`.
	Type string
	// Name is the resource's id; empty if it has none yet.
	Name string
	// Created is the message of what a create makes. Type is its parent then.
	Created string
	// Field is the resource's field in the request, for example `sip_user_invite`.
	Field string
	// Names gives the resource's fields by the vendor's names.
	Names map[string]string
}

// Final turns any error of a call into the one that callers see, with its private
// cause kept for the log. What is not an upstream failure and not a status already
// is a defect, whose text callers do not see.
func Final(err error, subject Subject) error {
	var failure *upstream.Error
	if errors.As(err, &failure) {
		return fromUpstream(failure, err, subject)
	}
	if errors.Is(err, upstream.ErrShuttingDown) {
		return &Error{status: New(stopping.code, stopping.reason, stopping.text), cause: err}
	}
	if final := finished(err); final != nil {
		return final
	}
	if plain, ok := contextual[status.FromContextError(err).Code()]; ok {
		return &Error{status: New(plain.code, plain.reason, plain.text), cause: err}
	}
	hidden := New(codes.Internal, sipfacadev1.ErrorReason_ERROR_REASON_INTERNAL, "internal error")
	return &Error{status: hidden, cause: err}
}

// finished finds the status of this package that an error is or wraps, or nil. The
// text around it is only for the log.
func finished(err error) *Error {
	var carried interface{ GRPCStatus() *status.Status }
	if !errors.As(err, &carried) {
		return nil
	}
	final := carried.GRPCStatus().Err()
	if Reason(final) == "" {
		return nil
	}
	return &Error{status: final, cause: err}
}

// WithCause returns the error together with why its context was cancelled, if it is
// an error of the context. Final needs the cause to tell the service's shutdown from
// the caller's cancellation.
func WithCause(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	cause := context.Cause(ctx)
	if !errors.Is(cause, upstream.ErrShuttingDown) || !errors.Is(err, ctx.Err()) || errors.Is(err, cause) {
		return err
	}
	return fmt.Errorf("%w: %w", err, cause)
}

// stopping is the verdict on a call that the shutdown ended outside of any vendor call.
var stopping = verdict{codes.Unavailable, sipfacadev1.ErrorReason_ERROR_REASON_SHUTTING_DOWN, "the service is shutting down"}

// contextual are the verdicts on calls whose context ended outside of any vendor call.
var contextual = map[codes.Code]verdict{
	codes.DeadlineExceeded: {codes.DeadlineExceeded, sipfacadev1.ErrorReason_ERROR_REASON_CALLER_DEADLINE,
		"the caller's deadline passed"},
	codes.Canceled: {codes.Canceled, sipfacadev1.ErrorReason_ERROR_REASON_CALLER_CANCELLED,
		"the caller cancelled the call"},
}

// fromUpstream returns the status of a failed vendor call.
func fromUpstream(failure *upstream.Error, cause error, subject Subject) error {
	found := judge(failure)
	info := &errdetails.ErrorInfo{
		Domain: Domain, Reason: ReasonName(found.reason), Metadata: metadataOf(failure),
	}
	details := append([]protoadapt.MessageV1{info}, moreDetails(failure, found, subject)...)
	if found.reason == sipfacadev1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN {
		details = append(details, repeatDetails(cause)...)
	}
	return &Error{status: build(found.code, message(failure, found), details), cause: cause}
}

// metadataOf returns the metadata of the ErrorInfo.
func metadataOf(e *upstream.Error) map[string]string {
	metadata := map[string]string{"upstream": e.Vendor}
	if e.Status != 0 {
		metadata["upstreamStatus"] = strconv.Itoa(e.Status)
	}
	if delivery := e.Delivery(); delivery != "" {
		metadata["delivery"] = string(delivery)
	}
	return metadata
}

// moreDetails returns the details of the verdict.
func moreDetails(e *upstream.Error, found verdict, subject Subject) (details []protoadapt.MessageV1) {
	switch found.reason {
	case sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_VALIDATION:
		if violations := fieldViolations(e, subject); len(violations) > 0 {
			details = append(details, &errdetails.BadRequest{FieldViolations: violations})
		}
	case sipfacadev1.ErrorReason_ERROR_REASON_RESOURCE_EXISTS:
		details = append(details, &errdetails.ResourceInfo{
			ResourceType: subject.Created, Description: e.Message,
		})
	case sipfacadev1.ErrorReason_ERROR_REASON_SIP_DOMAIN_AMBIGUOUS, sipfacadev1.ErrorReason_ERROR_REASON_SIP_DOMAIN_MISSING:
		for _, resource := range e.Resources {
			details = append(details, &errdetails.ResourceInfo{ResourceType: resource.Type, ResourceName: resource.Name})
		}
	case sipfacadev1.ErrorReason_ERROR_REASON_RESOURCE_NOT_FOUND,
		sipfacadev1.ErrorReason_ERROR_REASON_RESOURCE_IN_USE:
		about := upstream.Resource{Type: subject.Type, Name: subject.Name}
		if len(e.Resources) > 0 {
			about = e.Resources[0]
		}
		details = append(details, &errdetails.ResourceInfo{ResourceType: about.Type, ResourceName: about.Name, Description: e.Message})
	default:
	}
	if e.RetryAfter > 0 && (found.code == codes.ResourceExhausted || found.code == codes.Unavailable) {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(e.RetryAfter)})
	}
	return details
}

// happened returns the end of the sentence that begins with the operation. If a request before it
// failed, that one is named: the call itself was not sent.
func happened(e *upstream.Error, found verdict) string {
	first := e.First()
	switch {
	case first == nil:
		return found.text
	case e.Kind == upstream.KindStatus:
		return fmt.Sprintf("was not sent: %s %s", first.Operation(), found.text)
	default:
		return fmt.Sprintf("was not sent: %s %s", first.Operation(), byKind[e.Kind].unsent.text)
	}
}

// message returns what happened, and the vendor's own text if there is any.
func message(e *upstream.Error, found verdict) string {
	text := fmt.Sprintf("%s %s %s", e.Vendor, e.Operation(), happened(e, found))
	if e.Message != "" && (e.VendorForm || e.Kind == upstream.KindRejected) {
		text += ": " + e.Message
	}
	return text
}
