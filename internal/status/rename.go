package status

import (
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/anypb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// summarised are the reasons whose messages list the violations.
var summarised = reasonSet(
	sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_INVALID,
	sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_GENERATION,
)

// Rename returns the error with other names for the fields of its violations, in the
// details and in the message of a REQUEST_INVALID or an UPSTREAM_GENERATION.
func Rename(err error, name func(field string) string) error {
	return withDetails(err, func(known *spb.Status, detail proto.Message) bool {
		bad, ok := detail.(*errdetails.BadRequest)
		if !ok {
			return false
		}
		for _, violation := range bad.GetFieldViolations() {
			violation.Field = name(violation.GetField())
		}
		if summarised[Reason(err)] {
			known.Message = Summary(bad.GetFieldViolations())
		}
		return true
	})
}

// withDetails returns the error with its details edited. Edit reports whether it has
// changed one. The private cause stays.
func withDetails(err error, edit func(known *spb.Status, detail proto.Message) bool) error {
	known := status.Convert(err).Proto() // a copy
	changed := false
	for i, packed := range known.GetDetails() {
		detail, errDetail := packed.UnmarshalNew()
		if errDetail != nil || !edit(known, detail) {
			continue
		}
		if repacked, errPack := anypb.New(detail); errPack == nil {
			known.Details[i], changed = repacked, true
		}
	}
	if !changed {
		return err
	}
	return &Error{status: status.ErrorProto(known), cause: err}
}
