// Package headername names the headers that callers and the service send each other: as keys
// of gRPC metadata, which are in lower case. Over HTTP a header has the canonical form of the
// same name.
package headername

import "net/http"

// What callers send.
const (
	// Authorization carries the caller's own credential.
	Authorization = "authorization"
	// OpentactToken and InfinityAuthorization carry the caller's credential for a vendor.
	OpentactToken         = "x-opentact-token"
	InfinityAuthorization = "x-infinity-authorization"
	// RequestID is the id by which a call is found in the log. Answers have it too.
	RequestID = "x-request-id"
	// Explain asks what the vendors are sent.
	Explain = "x-explain"
	// Traceparent and Tracestate are those of W3C Trace Context.
	Traceparent = "traceparent"
	Tracestate  = "tracestate"
	// IdempotencyKey and IfMatch set fields of requests over HTTP: the request id of a write,
	// and the etag that a resource must have.
	IdempotencyKey = "idempotency-key"
	IfMatch        = "if-match"
	// Timeout is how long a call may take over HTTP. gRPC reads its own.
	Timeout = "grpc-timeout"
)

// What the service answers.
const (
	// VendorCall has what the vendors were sent. A success has it in the header, an error in the
	// trailer; over HTTP both are headers.
	VendorCall = "x-vendor-call"
	// IdempotentReplayed says that an answer comes from the ledger, or from what the vendor shows.
	IdempotentReplayed = "idempotent-replayed"
	// RetryAfter is how many seconds to wait before the call is repeated.
	RetryAfter = "retry-after"
	// RetryPushback is the trailer by which a gRPC server decides about a client's retry, in
	// milliseconds; a negative number forbids it.
	RetryPushback = "grpc-retry-pushback-ms"
	// ShouldRetry says of an error over HTTP whether to repeat the request.
	ShouldRetry = "x-should-retry"
	// ServerTiming says over HTTP where the time of a call went.
	ServerTiming = "server-timing"
)

// HTTP returns the name of the header over HTTP, in its canonical form.
func HTTP(key string) string { return http.CanonicalHeaderKey(key) }
