package status

import (
	"strconv"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/headername"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// Error is a status for the caller together with its private cause for the log.
type Error struct {
	status error
	cause  error
}

// Error returns the private cause: what the log shows.
func (e *Error) Error() string { return e.cause.Error() }

// Unwrap returns the private cause.
func (e *Error) Unwrap() error { return e.cause }

// GRPCStatus returns the status that callers see.
func (e *Error) GRPCStatus() *status.Status { return status.Convert(e.status) }

// Trailer returns the trailers that tell a client whether and when to retry. A write whose
// outcome is not known is not repeated, unless the error says when it may be; neither is
// what has a code that retry policies list, and would fail again.
func Trailer(err error) metadata.MD {
	if wait, ok := RetryDelay(err); ok {
		return metadata.Pairs(
			headername.RetryAfter, strconv.FormatInt(RetryAfter(wait), 10),
			headername.RetryPushback, strconv.FormatInt(wait.Round(time.Millisecond).Milliseconds(), 10),
		)
	}
	unknown := Reason(err) == ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN)
	if unknown || policyCodes[status.Code(err)] && !ShouldRetry(err) {
		return metadata.Pairs(headername.RetryPushback, "-1")
	}
	return nil
}

// policyCodes are codes that clients may retry after some reasons and not after others.
var policyCodes = map[codes.Code]bool{codes.ResourceExhausted: true, codes.Aborted: true}

// fieldViolations names the arguments that the vendor refused as callers know
// them: `params.expired_on` becomes `sip_user_invite.expire_time`.
func fieldViolations(e *upstream.Error, subject Subject) []*errdetails.BadRequest_FieldViolation {
	violations := make([]*errdetails.BadRequest_FieldViolation, len(e.Fields))
	for i, field := range e.Fields {
		violations[i] = BrokenRule(fieldName(field.Name, subject), ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_VALIDATION), "%s", field.Message)
	}
	return violations
}

// fieldName translates the vendor's path of an argument: its first name that the table has,
// and what is below that as the vendor wrote it, with elements of lists in brackets. A path
// without such a name is shown as it is.
func fieldName(vendorPath string, subject Subject) string {
	names := strings.Split(vendorPath, ".")
	for i, name := range names {
		bare, index, _ := strings.Cut(name, "[")
		ours, ok := subject.Names[bare]
		if !ok {
			continue
		}
		if index != "" {
			ours += "[" + index
		}
		if subject.Field != "" {
			ours = subject.Field + "." + ours
		}
		return ours + below(names[i+1:])
	}
	return vendorPath
}

// below writes the rest of a path; a number is the place of an element in a list.
func below(names []string) string {
	var rest strings.Builder
	for _, name := range names {
		if _, err := strconv.Atoi(name); err == nil {
			rest.WriteString("[" + name + "]")
			continue
		}
		rest.WriteString("." + name)
	}
	return rest.String()
}
