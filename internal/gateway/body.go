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

// firstRead is how much is allocated, in bytes, because a caller said so.
const firstRead = 64 << 10

// readBody reads a body of at most limit bytes, nil where it has none.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, errTooLarge(limit)
	}
	if r.Body == nil || r.ContentLength == 0 {
		return nil, nil
	}
	var data bytes.Buffer
	data.Grow(int(min(max(r.ContentLength, 0), firstRead)) + bytes.MinRead)
	_, err := data.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, errTooLarge(limit)
	}
	if err != nil {
		return nil, unreadable(r.Context())
	}
	if len(bytes.TrimSpace(data.Bytes())) == 0 {
		return nil, nil
	}
	return data.Bytes(), nil
}

func errTooLarge(limit int64) error {
	return status.New(codes.ResourceExhausted, sipfacadev1.ErrorReason_ERROR_REASON_REQUEST_TOO_LARGE,
		fmt.Sprintf("the body is larger than %d bytes", limit))
}

// unreadable is a body that broke off: the caller went away, or does not speak
// HTTP.
func unreadable(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return grpcstatus.FromContextError(err).Err()
	}
	return status.Invalid(status.Violation("body", "broke off before its end"))
}

// readBody takes the body over where the call has one and it claims to be JSON.
func (c *call) readBody(body []byte, header http.Header) {
	switch {
	case len(body) == 0:
	case c.route.Body == "":
		c.refuse("body", "this call takes no body")
	case !readable(header.Get("Content-Type")):
		c.refuse("content-type", "want application/json")
	default:
		c.body = body
	}
}

// request is what the generated handler sees: what the gateway checked and
// nothing else. The query is empty, since setQuery puts it into the message;
// host and address are, since grpc-gateway would make metadata of them.
func (c *call) request(ctx context.Context, r *http.Request) *http.Request {
	shown := r.WithContext(ctx)
	shown.Header = passedHeaders(r.Header)
	shown.Body = &requestBody{call: c}
	shown.URL = &url.URL{Path: r.URL.Path}
	shown.Form, shown.PostForm = url.Values{}, url.Values{}
	shown.Host, shown.RemoteAddr = "", ""
	return shown
}

var _ io.ReadCloser = (*requestBody)(nil)
