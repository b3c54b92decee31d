package status

import (
	"google.golang.org/grpc/codes"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// TooLarge returns REQUEST_TOO_LARGE.
func TooLarge(message string) error {
	return New(codes.ResourceExhausted, sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_TOO_LARGE, message)
}
