package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/sipfacade/sipfacade/internal/etag"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/reload"
	"github.com/sipfacade/sipfacade/internal/vendors"
)

// keyed is what is made with the page token key.
type keyed struct {
	digest [sha256.Size]byte // of the secret, which nothing here can print
	tokens *list.Tokens
	etags  *etag.Maker
}

func newKeyed(secret []byte) (*keyed, error) {
	tokens, inTokens := list.NewTokens(secret)
	etags, inEtags := etag.NewMaker(secret)
	return &keyed{digest: sha256.Sum256(secret), tokens: tokens, etags: etags}, errors.Join(inTokens, inEtags)
}

// rotate uses another secret from now on, and reports whether it is another. What was made with
// the one before still holds.
func (k *keyed) rotate(secret string) (changed bool, err error) {
	digest := sha256.Sum256([]byte(secret))
	if digest == k.digest {
		return false, nil
	}
	k.digest = digest
	return true, errors.Join(k.tokens.Rotate([]byte(secret)), k.etags.Rotate([]byte(secret)))
}

// tokensOf returns the page tokens of a vendor by the account that a call works in.
func (s *Server) tokensOf(vendor string) func(context.Context) *list.Tokens {
	return func(ctx context.Context) *list.Tokens {
		return s.keyed.tokens.For(func() string { return s.accountOf(ctx, vendor) })
	}
}

// sharedSecret is the configured secret of all replicas, or one of this process only.
func (s *Server) sharedSecret() []byte {
	if s.config.PageTokenKey.IsSet() {
		return []byte(s.config.PageTokenKey.Reveal())
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return secret
}

// followKey follows the file of the page token key until the context ends.
func (s *Server) followKey(ctx context.Context) {
	reveal := vendors.Revealed(s.logger, "page_token_key", s.config.PageTokenKey)
	report := s.reportReload("the file of page_token_key")
	ticker := time.NewTicker(reload.Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if changed, err := s.keyed.rotate(reveal()); changed || err != nil {
				report(err)
			}
		}
	}
}
