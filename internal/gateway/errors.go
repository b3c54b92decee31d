package gateway

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/anypb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/headername"
	"github.com/sipfacade/sipfacade/internal/status"
)

// reasonStatuses are the statuses of the reasons for which HTTP has one of its own.
var reasonStatuses = map[string]int{
	status.ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_METHOD_NOT_ALLOWED): http.StatusMethodNotAllowed,
	status.ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_TOO_LARGE):  http.StatusRequestEntityTooLarge,
	status.ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_ETAG_MISMATCH):      http.StatusPreconditionFailed,
}

// impliedReasons are the reasons of errors without ErrorInfo, by their code. An error with
// any other code and without ErrorInfo is a defect.
var impliedReasons = map[codes.Code]sipfacadev1.ErrorReason{
	codes.DeadlineExceeded: sipfacadev1.ErrorReason_ERROR_REASON_CALLER_DEADLINE,
	codes.Canceled:         sipfacadev1.ErrorReason_ERROR_REASON_CALLER_CANCELLED,
}

const (
	internalMessage = "internal error"
	internalBody    = `{"code":13,"message":"` + internalMessage + `","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo",` +
		`"reason":"INTERNAL","domain":"` + status.Domain + `","metadata":{}}]}`
)

func internalError() error {
	return status.New(codes.Internal, sipfacadev1.ErrorReason_ERROR_REASON_INTERNAL, internalMessage)
}

// handleError answers an error of a generated handler: one of the call, or one of
// grpc-gateway itself.
func (g *Gateway) handleError(ctx context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, _ *http.Request, err error) {
	if _, ok := grpcstatus.FromError(err); !ok { // the answer could not be written
		err = internalError()
	}
	if sent, ok := runtime.ServerMetadataFromContext(ctx); ok {
		for key, values := range sent.HeaderMD {
			if name, pass := outgoingHeader(key); pass {
				w.Header()[name] = values
			}
		}
		if values := sent.TrailerMD[headername.VendorCall]; len(values) > 0 {
			w.Header()[outgoingHeaders[headername.VendorCall]] = values
		}
	}
	g.WriteError(w, err)
}

// WriteError answers with an error.
func (g *Gateway) WriteError(w http.ResponseWriter, err error) {
	code, header, body := g.ErrorAnswer(err)
	for name, values := range header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(code)
	_, _ = w.Write(body) // the caller is gone; there is no one to report to
}

// ErrorAnswer returns the HTTP answer of an error.
func (g *Gateway) ErrorAnswer(err error) (code int, header http.Header, body []byte) {
	err = withReason(err)
	known := grpcstatus.Convert(err)
	header = http.Header{}
	setCommon(header)
	header.Set(headername.ShouldRetry, strconv.FormatBool(status.ShouldRetry(err)))
	reason := status.Reason(err)
	if reason == status.ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_CALLER_UNAUTHENTICATED) {
		header.Set("WWW-Authenticate", "Bearer")
	}
	if wait, _ := status.RetryDelay(err); wait > 0 {
		header.Set(headername.RetryAfter, strconv.FormatInt(status.RetryAfter(wait), 10))
	}
	return httpStatus(known.Code(), reason), header, g.errorBody(known.Proto())
}

// errorBody encodes an error without those details whose type is not linked into
// this program.
func (g *Gateway) errorBody(known *spb.Status) []byte {
	body, err := g.codec.Marshal(known)
	if err == nil {
		return body
	}
	known.Details = slices.DeleteFunc(known.GetDetails(), func(detail *anypb.Any) bool {
		_, err := g.codec.Marshal(&spb.Status{Details: []*anypb.Any{detail}})
		return err != nil
	})
	if body, err = g.codec.Marshal(known); err == nil {
		return body
	}
	return []byte(internalBody)
}

// withReason adds the ErrorInfo if the error has none.
func withReason(err error) error {
	if status.Reason(err) != "" {
		return err
	}
	known := grpcstatus.Convert(err)
	if known.Code() == codes.InvalidArgument { // of grpc-gateway
		return status.Invalid(status.Violation("request", "%s", known.Message()))
	}
	reason, ok := impliedReasons[known.Code()]
	if !ok {
		reason = sipfacadev1.ErrorReason_ERROR_REASON_INTERNAL
	}
	named := grpcstatus.Convert(status.New(known.Code(), reason, known.Message())).Proto()
	named.Details = append(named.GetDetails(), known.Proto().GetDetails()...)
	return grpcstatus.FromProto(named).Err()
}

// httpStatus returns the status of an error: that of its reason, or else of its code.
func httpStatus(code codes.Code, reason string) int {
	if own, ok := reasonStatuses[reason]; ok {
		return own
	}
	return runtime.HTTPStatusFromCode(code)
}
