package status

import (
	"maps"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// NotSent is the metadata of a write that was refused before it was sent.
func NotSent() map[string]string { return map[string]string{"delivery": "NOT_SENT"} }

// before are the reasons of errors that come before anything is sent, whatever the call is.
var before = map[string]bool{
	ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_INVALID):     true,
	ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_TOO_LARGE):   true,
	ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_GENERATION): true,
	ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_CALLER_DEADLINE):     true,
	ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_CALLER_CANCELLED):    true,
}

// OfWrite adds to the error of a write that the write was not sent, if its reason says so.
func OfWrite(err error) error {
	if !before[Reason(err)] || Metadata(err)["delivery"] != "" {
		return err
	}
	return WithMetadata(err, NotSent())
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
func Metadata(err error) map[string]string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok && info.GetDomain() == Domain {
			return info.GetMetadata()
		}
	}
	return nil
}
