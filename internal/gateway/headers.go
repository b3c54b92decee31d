package gateway

import (
	"context"
	"math"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// incomingHeaders returns the request headers that services see, by their canonical
// names. grpc-gateway passes Authorization by itself.
func incomingHeaders() []string {
	return []string{
		"Authorization", "X-Request-Id", "Traceparent", "Tracestate", "X-Opentact-Token", "X-Infinity-Authorization",
	}
}

// passedHeaders returns the headers for the generated handlers. All others are left
// out, since some change what the handlers do.
func passedHeaders(all http.Header) http.Header {
	passed := make(http.Header, 2)
	for _, name := range incomingHeaders() {
		if values := all[name]; len(values) > 0 {
			passed[name] = values
		}
	}
	return passed
}

// incomingHeader returns the metadata key of a passed header. It also refuses headers
// that passedHeaders leaves out, since grpc-gateway logs a warning at the start if it
// would pass Connection.
func incomingHeader(name string) (string, bool) {
	return strings.ToLower(name), name != "Authorization" && slices.Contains(incomingHeaders(), name)
}

// outgoingHeader returns the header of a metadata key that callers see. The request
// id is not one: the server sets it on every HTTP answer, also if there was no
// call.
func outgoingHeader(key string) (string, bool) {
	return "Retry-After", key == "retry-after"
}

// noHeader leaves trailers out of HTTP answers.
func noHeader(string) (string, bool) { return "", false }

const (
	timeoutHeader = "Grpc-Timeout"
	wantTimeout   = "want up to 8 digits and a unit of H, M, S, m, u or n, for example 30S"
)

// withTimeout returns the context with the deadline that the caller sent.
func (c *call) withTimeout(ctx context.Context, header http.Header) (context.Context, context.CancelFunc) {
	text := header.Get(timeoutHeader)
	if text == "" {
		return context.WithCancel(ctx)
	}
	timeout, ok := parseTimeout(text)
	if !ok {
		c.addViolation("grpc-timeout", wantTimeout)
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

// isJSONType reports whether a body of the content type is read as JSON. That is
// JSON itself, no content type, and the one that curl sends with every -d. A
// browser may send the last from another site's page; the server's check of the
// origin refuses that.
func isJSONType(contentType string) bool {
	if contentType == "" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json") ||
		media == "application/x-www-form-urlencoded")
}
