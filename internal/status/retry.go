package status

import (
	"math"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// retriedReasons are the reasons after which a repeat may help and does no harm, although the code
// does not say so.
var retriedReasons = reasonSet(
	sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_RATE_LIMITED,
	sipfacadev1.ErrorReason_ERROR_REASON_CALLER_RATE_LIMITED,
	sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_IN_PROGRESS,
)

// ShouldRetry reports whether repeating the same request may help and can do no harm. A
// write whose outcome is not known is repeated only if the error says when.
func ShouldRetry(err error) bool {
	code, reason := status.Code(err), Reason(err)
	if reason == ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN) {
		_, ok := RetryDelay(err)
		return ok
	}
	return code == codes.Unavailable || code == codes.DeadlineExceeded || retriedReasons[reason]
}

// RetryDelay returns how long to wait before the call is repeated, if the error says so.
func RetryDelay(err error) (delay time.Duration, ok bool) {
	retry := detailOf[*errdetails.RetryInfo](err)
	return retry.GetRetryDelay().AsDuration(), retry != nil
}

// RetryAfter returns a delay as whole seconds, not fewer.
func RetryAfter(delay time.Duration) int64 { return int64(math.Ceil(delay.Seconds())) }
