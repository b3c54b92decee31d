package auth

import (
	"context"
	"crypto/x509"
	"strings"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/sipfacade/sipfacade/internal/headername"
)

// maxTokenBytes is the longest token that is looked at.
const maxTokenBytes = 16 << 10

// bearer returns the token of a call. It is an error if the call has another credential,
// or several.
func bearer(ctx context.Context) (token string, given bool, err error) {
	values := metadata.ValueFromIncomingContext(ctx, headername.Authorization)
	switch len(values) {
	case 0:
		return "", false, nil
	case 1:
		token, ok := parseBearer(values[0])
		if !ok {
			return "", true, unauthenticated("authorization must be: Bearer TOKEN")
		}
		return token, true, nil
	default:
		return "", true, unauthenticated("the call has more than one authorization")
	}
}

// parseBearer returns the token of an Authorization header. The characters are those of
// RFC 6750.
func parseBearer(header string) (string, bool) {
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimLeft(token, " ")
	if !strings.EqualFold(scheme, "bearer") || token == "" || len(token) > maxTokenBytes {
		return "", false
	}
	for i := range len(token) {
		if !ofToken(token[i]) {
			return "", false
		}
	}
	return token, true
}

// ofToken reports whether a token can have the character.
func ofToken(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~+/=", c) >= 0
}

// chainsOf returns the chains of the client certificate of a call's connection, or nil. Only a
// certificate that TLS has verified has any.
func chainsOf(ctx context.Context) [][]*x509.Certificate {
	from, ok := peer.FromContext(ctx)
	if !ok {
		return nil
	}
	info, ok := from.AuthInfo.(credentials.TLSInfo)
	if !ok || len(info.State.VerifiedChains) == 0 || len(info.State.VerifiedChains[0]) == 0 {
		return nil
	}
	return info.State.VerifiedChains
}

// Bearers returns the tokens that a call brings, so that no log shows them.
func Bearers(ctx context.Context) (tokens []string) {
	for _, value := range metadata.ValueFromIncomingContext(ctx, headername.Authorization) {
		_, credential, found := strings.Cut(value, " ")
		if !found {
			credential = value
		}
		tokens = append(tokens, credential)
	}
	return tokens
}
