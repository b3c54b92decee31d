package gateway

import (
	"math"
	"mime"
	"strconv"
	"strings"
	"time"
)

// incomingHeader returns the metadata key of a request header that services see.
// grpc-gateway passes Authorization by itself.
func incomingHeader(name string) (string, bool) {
	switch name {
	case "X-Request-Id":
		return "x-request-id", true
	case "Traceparent":
		return "traceparent", true
	case "Tracestate":
		return "tracestate", true
	case "X-Explain":
		return "x-explain", true
	case "X-Opentact-Token":
		return "x-opentact-token", true
	case "X-Infinity-Authorization":
		return "x-infinity-authorization", true
	default:
		return "", false
	}
}

// vendorCallKey is the metadata key of what the vendors were sent. A success has it in the
// header, an error in the trailer; over HTTP both are headers.
const vendorCallKey = "x-vendor-call"

// outgoing are the headers of metadata keys that callers see.
var outgoing = map[string]string{
	"retry-after": "Retry-After", "idempotent-replayed": "Idempotent-Replayed", vendorCallKey: "X-Vendor-Call",
}

// outgoingHeader returns the header of a metadata key that callers see. The request
// id is not one: the server sets it on every HTTP answer, also if there was no
// call.
func outgoingHeader(key string) (string, bool) {
	name, known := outgoing[key]
	return name, known
}

// noHeader leaves trailers out of HTTP answers.
func noHeader(string) (string, bool) { return "", false }

const (
	timeoutHeader = "Grpc-Timeout"
	wantTimeout   = "want up to 8 digits and a unit of H, M, S, m, u or n, for example 30S"
)

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
