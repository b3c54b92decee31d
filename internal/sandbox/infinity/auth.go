package infinity

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
)

// apiKeyScheme is that of the vendor's version 2.1.
const apiKeyScheme = "apikey"

// apiKeyUser is who a caller with a key is in rows.
const apiKeyUser = "api-key"

// authenticate takes HTTP Basic or an API key, and returns who calls.
func (s *Server) authenticate(r *http.Request) (caller string, err error) {
	header := r.Header.Get("Authorization")
	if header == "" {
		return "", unauthorized("auth required")
	}
	if scheme, key, _ := strings.Cut(header, " "); strings.EqualFold(scheme, apiKeyScheme) {
		return s.ownerOf(key)
	}
	username, password, given := r.BasicAuth()
	if !given || !equal(password, s.options.Password) {
		return "", unauthorized("auth failed")
	}
	switch {
	case equal(username, s.options.Username):
		return username, nil
	case equal(username, s.options.DeniedUsername):
		return "", &failure{status: http.StatusForbidden, message: "access denied"}
	}
	return "", unauthorized("auth failed")
}

func (s *Server) ownerOf(key string) (caller string, err error) {
	known := slices.ContainsFunc(s.options.APIKeys, func(other string) bool { return equal(key, other) })
	if !known {
		return "", unauthorized("auth failed")
	}
	return apiKeyUser, nil
}

func unauthorized(message string) *failure {
	return &failure{status: http.StatusUnauthorized, message: message, challenge: `Basic realm="Infinity"`}
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
