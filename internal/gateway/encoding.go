package gateway

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"

	"github.com/sipfacade/sipfacade/internal/limits"
	"github.com/sipfacade/sipfacade/internal/status"
)

// plain returns the content as it was before the caller compressed it; nothing if it cannot
// be read, which the interceptors then refuse. It must be released when it has been read.
func (b *requestBody) plain(content []byte) (plain []byte, release func()) {
	release = func() {}
	encoding := strings.ToLower(strings.Join(b.request.Header.Values("Content-Encoding"), ","))
	if len(content) == 0 || encoding == "" || encoding == "identity" {
		return content, release
	}
	b.in.Partial = true // until it has been read
	if encoding != "gzip" {
		b.in.Refuse("content-encoding", "CONTENT_ENCODING", "want gzip or identity")
		return nil, release
	}
	if b.decompressing.Acquire(b.request.Context(), 1) != nil {
		b.in.Unread = unreadBody(b.request.Context(), errNoTurn)
		return nil, release
	}
	release = func() { b.decompressing.Release(1) }
	plain, err := gunzip(content)
	switch {
	case errors.Is(err, errLong):
		b.in.Unread = status.TooLarge(limits.TooManyBytes)
	case err != nil:
		b.in.Refuse("body", "CONTENT_ENCODING", "is not gzip, or breaks off")
	default:
		b.in.Partial = false
	}
	return bytes.TrimSpace(plain), release
}

var (
	errLong   = errors.New("the content is longer than the limit")
	errNoTurn = errors.New("the caller left before the content was decompressed")
)

// gunzip decompresses no more than a request may have.
func gunzip(content []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(reader, limits.MaxBytes+1))
	switch {
	case err != nil:
		return nil, err
	case len(plain) > limits.MaxBytes:
		return nil, errLong
	}
	return plain, nil
}
