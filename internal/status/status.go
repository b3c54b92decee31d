// Package status turns what went wrong into the google.rpc.Status that callers
// see. The table in upstream.go is the only place that decides which code and
// reason an upstream failure gets; everything else builds its errors with New
// and Invalid.
package status

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/protoadapt"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// Domain is the domain of every ErrorInfo.
const Domain = "sipfacade"

// New returns an error with an ErrorInfo of the reason as its first detail.
func New(code codes.Code, reason sipfacadev1.ErrorReason, message string, details ...protoadapt.MessageV1) error {
	info := &errdetails.ErrorInfo{Domain: Domain, Reason: ReasonName(reason)}
	return build(code, message, append([]protoadapt.MessageV1{info}, details...))
}

// Generation returns UPSTREAM_GENERATION: the generation of OpenTACT's API that is spoken
// does not have what the request asks for.
func Generation(code codes.Code, generation int, message string, details ...*errdetails.BadRequest) error {
	all := []protoadapt.MessageV1{&errdetails.ErrorInfo{
		Domain: Domain, Reason: ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_GENERATION),
		Metadata: map[string]string{"upstream": "opentact", "generation": strconv.Itoa(generation)},
	}}
	for _, detail := range details {
		all = append(all, detail)
	}
	return build(code, message, all)
}

// Violation says what is wrong with one field if no rule of the contract has a name for
// it; see BrokenRule.
func Violation(field, format string, args ...any) *errdetails.BadRequest_FieldViolation {
	return BrokenRule(field, RuleInvalidValue, format, args...)
}

// BrokenRule says which rule a field breaks, in UPPER_SNAKE_CASE, and how. The field is
// named by its proto path from the request message, for example `sip_user_invite.name`;
// see Rename.
func BrokenRule(field, rule, format string, args ...any) *errdetails.BadRequest_FieldViolation {
	return &errdetails.BadRequest_FieldViolation{Field: field, Reason: rule, Description: fmt.Sprintf(format, args...)}
}

// maxViolations is how many violations an error names: enough for any request of
// which each field is wrong, and few enough for the header that carries the error.
const maxViolations = 24

// Invalid returns REQUEST_INVALID with every violation in its BadRequest; of very
// many, the first ones.
func Invalid(violations ...*errdetails.BadRequest_FieldViolation) error {
	if more := len(violations) - maxViolations; more > 0 {
		last := BrokenRule(violations[maxViolations].GetField(), violations[maxViolations].GetReason(), "and %d more problems", more)
		violations = append(violations[:maxViolations:maxViolations], last)
	}
	return New(codes.InvalidArgument, sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_INVALID,
		Summary(violations), &errdetails.BadRequest{FieldViolations: violations})
}

// ReasonName returns the reason as ErrorInfo carries it, for example `REQUEST_INVALID`.
func ReasonName(reason sipfacadev1.ErrorReason) string {
	return strings.TrimPrefix(reason.String(), "ERROR_REASON_")
}

// reasonSet returns the reasons by their names.
func reasonSet(reasons ...sipfacadev1.ErrorReason) map[string]bool {
	set := make(map[string]bool, len(reasons))
	for _, reason := range reasons {
		set[ReasonName(reason)] = true
	}
	return set
}

// Reason returns the reason of an error that this package built, or "".
func Reason(err error) string { return errorInfo(err).GetReason() }

// errorInfo returns the ErrorInfo of an error that this package built, or nil.
func errorInfo(err error) *errdetails.ErrorInfo {
	if info := detailOf[*errdetails.ErrorInfo](err); info.GetDomain() == Domain {
		return info
	}
	return nil
}

// detailOf returns the first detail of a type, or nil if the error has none.
func detailOf[D proto.Message](err error) (none D) {
	for _, detail := range status.Convert(err).Details() {
		if found, ok := detail.(D); ok {
			return found
		}
	}
	return none
}

// Violations returns the violations of an error that Invalid built.
func Violations(err error) []*errdetails.BadRequest_FieldViolation {
	return detailOf[*errdetails.BadRequest](err).GetFieldViolations()
}

// Summary puts the violations into one line, so that a client that prints only
// the message still names the fields.
func Summary(violations []*errdetails.BadRequest_FieldViolation) string {
	parts := make([]string, len(violations))
	for i, violation := range violations {
		parts[i] = violation.GetField() + ": " + violation.GetDescription()
	}
	return "invalid request: " + strings.Join(parts, "; ")
}

// build attaches the details. It cannot fail for messages that are linked in.
func build(code codes.Code, message string, details []protoadapt.MessageV1) error {
	plain := status.New(code, message)
	if full, err := plain.WithDetails(details...); err == nil {
		return full.Err()
	}
	return plain.Err()
}
