package server

import (
	"net/http"
	"slices"
	"strings"

	"github.com/sipfacade/sipfacade/internal/headername"
)

// What browsers may send from pages of the configured origins, and may read of answers.
const (
	corsMethods = "GET, POST, PATCH, DELETE"
	corsMaxAge  = "600" // seconds
)

// The headers that they may send and read.
var (
	corsHeaders = strings.Join([]string{
		headername.Authorization, "content-type", headername.Timeout, headername.IdempotencyKey, headername.IfMatch,
		headername.Traceparent, headername.Tracestate, headername.Explain, headername.InfinityAuthorization,
		headername.OpentactToken, headername.RequestID,
	}, ", ")
	corsExposed = strings.Join([]string{
		"Allow", "ETag", headername.HTTP(headername.IdempotentReplayed), headername.HTTP(headername.RetryAfter),
		headername.HTTP(headername.ServerTiming), "WWW-Authenticate", headername.HTTP(headername.RequestID),
		headername.HTTP(headername.ShouldRetry), headername.HTTP(headername.VendorCall),
	}, ", ")
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
		w.Header().Set("Access-Control-Allow-Headers", corsHeaders)
		w.Header().Set("Access-Control-Max-Age", corsMaxAge)
		w.WriteHeader(http.StatusNoContent)
	})
}
