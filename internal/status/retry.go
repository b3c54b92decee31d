package status

import (
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// retriedReasons are the reasons after which a repeat may help and does no harm although
// their code alone does not say so.
var retriedReasons = reasonSet(
	sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_RATE_LIMITED,
	sipfacadev1.ErrorReason_ERROR_REASON_CALLER_RATE_LIMITED,
	sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_IN_PROGRESS,
)

// ShouldRetry reports whether repeating the same request may help and can do no harm. A
// write whose outcome is not known is repeated only if the error says when.
func ShouldRetry(err error) bool {
	known, reason := status.Convert(err), Reason(err)
	if reason == ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN) {
		return hasRetryInfo(known)
	}
	return known.Code() == codes.Unavailable || known.Code() == codes.DeadlineExceeded || retriedReasons[reason]
}

func hasRetryInfo(known *status.Status) bool {
	for _, detail := range known.Details() {
		if _, ok := detail.(*errdetails.RetryInfo); ok {
			return true
		}
	}
	return false
}
