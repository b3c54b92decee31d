package status

import (
	"maps"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// before are the reasons of errors that come before a write is sent, whatever the write is.
var before = reasonSet(
	sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_INVALID,
	sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_TOO_LARGE,
	sipfacadev1.ErrorReason_ERROR_REASON_HOST_NOT_ALLOWED,
	sipfacadev1.ErrorReason_ERROR_REASON_CALLER_UNAUTHENTICATED,
	sipfacadev1.ErrorReason_ERROR_REASON_CALLER_FORBIDDEN,
	sipfacadev1.ErrorReason_ERROR_REASON_CALLER_RATE_LIMITED,
	sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_GENERATION,
	sipfacadev1.ErrorReason_ERROR_REASON_AUDIT_UNAVAILABLE,
	sipfacadev1.ErrorReason_ERROR_REASON_LEDGER_UNAVAILABLE,
	sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_ID_REUSED,
	sipfacadev1.ErrorReason_ERROR_REASON_CALLER_DEADLINE,
	sipfacadev1.ErrorReason_ERROR_REASON_CALLER_CANCELLED,
)

// OfWrite adds to the error of a write that the write was not sent, if its reason says so.
func OfWrite(err error) error {
	if !before[Reason(err)] || Metadata(err)["delivery"] != "" {
		return err
	}
	return WithMetadata(err, map[string]string{"delivery": string(upstream.NotSent)})
}

// WithMetadata adds metadata to the ErrorInfo of an error that this package built.
func WithMetadata(err error, metadata map[string]string) error {
	return withDetails(err, func(_ *spb.Status, detail proto.Message) bool {
		info, ok := detail.(*errdetails.ErrorInfo)
		if !ok {
			return false
		}
		if info.Metadata == nil {
			info.Metadata = map[string]string{}
		}
		maps.Copy(info.Metadata, metadata)
		return true
	})
}

// Metadata returns the metadata of the ErrorInfo of an error that this package built, or
// nil.
func Metadata(err error) map[string]string { return errorInfo(err).GetMetadata() }
