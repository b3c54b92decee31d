package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/status"
)

// firstRead is how many bytes are allocated at most for a Content-Length before any
// byte has come.
const firstRead = 64 << 10

// readBody reads a body of at most limit bytes; it returns nil if there is none.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		discardBody(r, limit)
		return nil, errTooLarge(limit)
	}
	if r.Body == nil || r.ContentLength == 0 {
		return nil, nil
	}
	var data bytes.Buffer
	data.Grow(int(min(max(r.ContentLength, 0), firstRead)) + bytes.MinRead)
	_, err := data.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		discardBody(r, limit)
		return nil, errTooLarge(limit)
	}
	if err != nil {
		return nil, bodyBrokeOff(r.Context())
	}
	if len(bytes.TrimSpace(data.Bytes())) == 0 {
		return nil, nil
	}
	return data.Bytes(), nil
}

// discarded is how many times the limit is read of a body that is too large.
const discarded = 4

// discardBody reads on, so that a caller that sends its whole body before it reads sees
// the answer, and not a connection that was reset. A caller that asked before sending
// has sent nothing.
func discardBody(r *http.Request, limit int64) {
	if r.Header.Get("Expect") == "" {
		_, _ = io.CopyN(io.Discard, r.Body, discarded*limit) // the refusal is known already
	}
}

func errTooLarge(limit int64) error {
	return status.New(codes.ResourceExhausted, sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_TOO_LARGE,
		fmt.Sprintf("the body is larger than %d bytes", limit))
}

// bodyBrokeOff returns the error of a body that ended early: the caller cancelled,
// or did not keep to HTTP.
func bodyBrokeOff(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return grpcstatus.FromContextError(err).Err()
	}
	return status.Invalid(status.Violation("body", "broke off before its end"))
}

// setBody keeps the body if the call takes one and its content type is JSON.
func (c *call) setBody(body []byte, header http.Header) {
	switch {
	case len(body) == 0:
	case c.route.Body == "":
		c.addViolation("body", "this call takes no body")
	case !isJSONType(header.Get("Content-Type")):
		c.addViolation("content-type", "want application/json")
	default:
		c.body = body
	}
}

// request returns the request for the generated handler, with only what the gateway
// has checked. Its query is empty, since setQuery puts the values into the message.
// Its host and address are empty, since grpc-gateway would make metadata of them.
func (c *call) request(ctx context.Context, r *http.Request) *http.Request {
	shown := r.WithContext(ctx)
	shown.Header = passedHeaders(r.Header)
	shown.Body = &bodyDecoder{call: c}
	shown.URL = &url.URL{Path: r.URL.Path}
	shown.Form, shown.PostForm = url.Values{}, url.Values{}
	shown.Host, shown.RemoteAddr = "", ""
	return shown
}

var _ io.ReadCloser = (*bodyDecoder)(nil)
