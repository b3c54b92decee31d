package server

import (
	"net/http"
	"slices"
	"strings"
)

// What browsers may send from pages of the configured origins, and may read of answers.
const (
	corsMethods = "GET, POST, PATCH, DELETE"
	corsHeaders = "Authorization, Content-Type, Grpc-Timeout, Idempotency-Key, If-Match, Traceparent, Tracestate, " +
		"X-Explain, X-Infinity-Authorization, X-Opentact-Token, X-Request-Id"
	corsExposed = "Allow, ETag, Idempotent-Replayed, Retry-After, Server-Timing, WWW-Authenticate, X-Request-Id, X-Should-Retry, X-Vendor-Call"
	corsMaxAge  = "600" // seconds
)

// cors lets browsers call from pages of the origins. Without origins, they may not call
// from any page but one of this server.
func cors(origins []string, next http.Handler) http.Handler {
	if len(origins) == 0 {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Origin")
		origin := r.Header.Get("Origin")
		if origin == "" || !slices.Contains(origins, origin) {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Access-Control-Allow-Origin", origin)
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			w.Header().Set("Access-Control-Expose-Headers", corsExposed)
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Access-Control-Allow-Methods", corsMethods)
		w.Header().Set("Access-Control-Allow-Headers", strings.ToLower(corsHeaders))
		w.Header().Set("Access-Control-Max-Age", corsMaxAge)
		w.WriteHeader(http.StatusNoContent)
	})
}
