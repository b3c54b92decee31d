package gateway

import (
	"math"
	"mime"
	"strconv"
	"strings"
	"time"

	"github.com/sipfacade/sipfacade/internal/headername"
)

// The headers that pass from one protocol to the other.
var (
	// incomingKeys are the metadata keys of request headers that services see. grpc-gateway passes
	// Authorization by itself.
	incomingKeys = keysOf(headername.RequestID, headername.Traceparent, headername.Tracestate,
		headername.Explain, headername.OpentactToken, headername.InfinityAuthorization)
	// outgoingHeaders are the headers of metadata keys that callers see. The request id is not one: the
	// server sets it on every HTTP answer, also if there was no call.
	outgoingHeaders = headersOf(headername.RetryAfter, headername.IdempotentReplayed, headername.VendorCall)
)

// keysOf returns metadata keys by the names of their HTTP headers.
func keysOf(keys ...string) map[string]string {
	byHeader := map[string]string{}
	for _, key := range keys {
		byHeader[headername.HTTP(key)] = key
	}
	return byHeader
}

// headersOf returns the names of HTTP headers by their metadata keys.
func headersOf(keys ...string) map[string]string {
	byKey := map[string]string{}
	for _, key := range keys {
		byKey[key] = headername.HTTP(key)
	}
	return byKey
}

// incomingHeader returns the metadata key of a request header that services see.
func incomingHeader(name string) (string, bool) {
	key, known := incomingKeys[name]
	return key, known
}

// outgoingHeader returns the header of a metadata key that callers see.
func outgoingHeader(key string) (string, bool) {
	name, known := outgoingHeaders[key]
	return name, known
}

// noHeader leaves trailers out of HTTP answers.
func noHeader(string) (string, bool) { return "", false }

// timeoutHeader is the header with the deadline of a call.
var timeoutHeader = headername.HTTP(headername.Timeout)

// wantTimeout says what the header of a timeout takes.
const wantTimeout = "want up to 8 digits and a unit of H, M, S, m, u or n, for example 30S"

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
