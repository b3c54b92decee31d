package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// The kinds of what identifies a vendor account. They are not hashed, so that what a caller
// brings as a credential can never stand for an account of another kind.
const (
	byLogin    = "" // and by what the call brought
	byToken    = " token"
	byAPIKey   = " key"
	ofEmulator = " sandbox"
)

// accountOf identifies the vendor account that a call works in: request ids and page tokens of
// one account do not count in another. It is a hash, because a secret may be all that is known
// of an account.
func (s *Server) accountOf(ctx context.Context, vendor string) string {
	kind, identity := s.ownAccount(vendor)
	if brought := upstream.CallerCredential(ctx, vendor); brought != "" {
		kind, identity = byLogin, brought
	}
	if s.config.Sandbox {
		kind = ofEmulator
	}
	sum := sha256.Sum256([]byte(identity))
	return vendor + kind + " " + hex.EncodeToString(sum[:])
}

// ownAccount is what is known of the service's own account at a vendor. A login has a name,
// which stays when the password is replaced, and a JWT says whose it is, also the next one.
// Of an API key, and of a token that says nothing, only the secret itself is known.
func (s *Server) ownAccount(vendor string) (kind, identity string) {
	c := s.config
	if vendor != opentact.Vendor {
		if c.InfinityAPIKey.IsSet() {
			return byAPIKey, c.InfinityBaseURL + " " + c.InfinityAPIKey.Reveal()
		}
		return byLogin, c.InfinityBaseURL + " " + c.InfinityUsername
	}
	if !c.OpentactToken.IsSet() {
		return byLogin, c.OpentactBaseURL + " " + c.OpentactEmail
	}
	token := c.OpentactToken.Reveal()
	if owner := opentact.OwnerOf(token); owner != "" {
		return byToken, c.OpentactBaseURL + " " + owner
	}
	return byToken, c.OpentactBaseURL + " " + token
}
