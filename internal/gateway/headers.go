package gateway

import (
	"context"
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// incomingHeaders are the request headers that services see, by their canonical
// names. grpc-gateway passes Authorization by itself.
func incomingHeaders() []string {
	return []string{
		"Authorization", "X-Request-Id", "Traceparent", "Tracestate", "X-Opentact-Token", "X-Infinity-Authorization",
	}
}

// passedHeaders are the headers that the generated handlers may see. Everything
// else is kept from them, since some change what they do.
func passedHeaders(all http.Header) http.Header {
	passed := make(http.Header, 2)
	for _, name := range incomingHeaders() {
		if values := all[name]; len(values) > 0 {
			passed[name] = values
		}
	}
	return passed
}

// incomingHeader names a passed header as metadata.
func incomingHeader(name string) (string, bool) {
	return strings.ToLower(name), name != "Authorization"
}

// outgoingHeader names the metadata that callers see as a header. The request id is
// not among them: every HTTP answer has it, also those that are no call's.
func outgoingHeader(key string) (string, bool) {
	return "Retry-After", key == "retry-after"
}

// noHeader keeps trailers to gRPC.
func noHeader(string) (string, bool) { return "", false }

const (
	timeoutHeader = "Grpc-Timeout"
	wantTimeout   = "want up to 8 digits and a unit of H, M, S, m, u or n, for example 30S"
)

// withTimeout gives the context the deadline that the caller sent.
func (c *call) withTimeout(ctx context.Context, header http.Header) (context.Context, context.CancelFunc) {
	text := header.Get(timeoutHeader)
	if text == "" {
		return context.WithCancel(ctx)
	}
	timeout, ok := parseTimeout(text)
	if !ok {
		c.refuse("grpc-timeout", wantTimeout)
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, timeout)
}

// parseTimeout reads a timeout as gRPC sends it.
func parseTimeout(text string) (time.Duration, bool) {
	units := map[byte]time.Duration{
		'H': time.Hour, 'M': time.Minute, 'S': time.Second,
		'm': time.Millisecond, 'u': time.Microsecond, 'n': time.Nanosecond,
	}
	digits, unit := text[:len(text)-1], units[text[len(text)-1]]
	count, err := strconv.ParseUint(digits, 10, 32)
	if err != nil || len(digits) > 8 || unit == 0 {
		return 0, false
	}
	if count > math.MaxInt64/uint64(unit) {
		return math.MaxInt64, true
	}
	return time.Duration(count) * unit, true
}

// readable tells whether a body of the content type is read as JSON: JSON itself,
// nothing at all, and what curl claims of every -d. That no browser abuses the
// last is seen to by the check of the origin.
func readable(contentType string) bool {
	if contentType == "" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json") ||
		media == "application/x-www-form-urlencoded")
}
