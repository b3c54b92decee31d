package rig

import (
	"context"
	"net/http"
)

type headersKey struct{}

// WithHeader returns a context whose calls over HTTP have a header.
func WithHeader(ctx context.Context, name, value string) context.Context {
	headers := headersOf(ctx).Clone()
	if headers == nil {
		headers = http.Header{}
	}
	headers.Set(name, value)
	return context.WithValue(ctx, headersKey{}, headers)
}

func headersOf(ctx context.Context) http.Header {
	headers, _ := ctx.Value(headersKey{}).(http.Header)
	return headers
}
