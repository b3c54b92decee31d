package upstream

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// newRequest builds the HTTP request of a call below a base URL. It is not built from a
// text, which would be parsed again for each call.
func (c *Call) newRequest(ctx context.Context, base *url.URL) (*http.Request, error) {
	target, err := c.target(base)
	if err != nil {
		return nil, err
	}
	request := (&http.Request{
		Method: c.Route.Method, URL: target, Host: target.Host, Header: c.header(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	c.addBody(request)
	return request, nil
}

// target returns the URL of a call.
func (c *Call) target(base *url.URL) (*url.URL, error) {
	escaped, err := c.Route.Expand(c.Parameters...)
	if err != nil {
		return nil, err
	}
	path, err := url.PathUnescape(escaped)
	if err != nil {
		return nil, err
	}
	target := *base
	if path != escaped || base.RawPath != "" {
		target.RawPath = strings.TrimSuffix(base.EscapedPath(), "/") + escaped
	}
	target.Path = strings.TrimSuffix(base.Path, "/") + path
	target.RawQuery = c.Query
	return &target, nil
}

// header returns the headers of a call, with space for a credential.
func (c *Call) header() http.Header {
	values := []string{"application/json", "sipfacade", c.ContentType}
	header := make(http.Header, len(values)+1)
	header["Accept"], header["User-Agent"] = values[:1:1], values[1:2:2]
	if c.Body != nil {
		header["Content-Type"] = values[2:]
	}
	return header
}

// addBody adds the body. If the call must not happen twice, GetBody stays unset, so that
// the transport cannot send it again by itself.
func (c *Call) addBody(request *http.Request) {
	switch {
	case c.Body == nil:
		return
	case len(c.Body) == 0:
		request.Body = http.NoBody
		return
	}
	request.Body, request.ContentLength = c.bodyReader(), int64(len(c.Body))
	if c.Route.Action.Class() != Once {
		request.GetBody = func() (io.ReadCloser, error) { return c.bodyReader(), nil }
	}
}

// bodyReader reads the body from its beginning.
func (c *Call) bodyReader() io.ReadCloser { return io.NopCloser(bytes.NewReader(c.Body)) }
