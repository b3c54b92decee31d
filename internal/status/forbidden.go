package status

import (
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/protoadapt"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// Forbidden returns CALLER_FORBIDDEN: the caller lacks the scope, or may not do it with any
// scope if that is "".
func Forbidden(scope, message string) error {
	info := &errdetails.ErrorInfo{Domain: Domain, Reason: ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_CALLER_FORBIDDEN)}
	if scope != "" {
		info.Metadata = map[string]string{"scope": scope}
	}
	return build(codes.PermissionDenied, message, []protoadapt.MessageV1{info})
}
