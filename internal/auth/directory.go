package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/binary"
	"strings"
	"time"
)

// Directory is the content of the tokens file.
type Directory struct {
	// Tokens have their digests' first bytes as keys. What a caller can learn from the
	// time of a look-up are bytes of a digest, which do not lead back to the token; the
	// whole digest is compared in constant time.
	tokens       map[uint64][]*tokenEntry
	certificates []certificateEntry
	count        int
}

// tokenEntry is one token of the file.
type tokenEntry struct {
	caller  Caller
	digest  [sha256.Size]byte
	expires time.Time // zero if it does not expire
}

// certificateEntry is one certificate of the file.
type certificateEntry struct {
	caller Caller
	san    string
}

// Tokens returns how many tokens there are.
func (d *Directory) Tokens() int { return d.count }

// token returns the entry of a token, or nil.
func (d *Directory) token(token string) *tokenEntry {
	digest := sha256.Sum256([]byte(token))
	for _, entry := range d.tokens[indexOf(digest)] {
		if subtle.ConstantTimeCompare(entry.digest[:], digest[:]) == 1 {
			return entry
		}
	}
	return nil
}

// indexOf returns the key of a digest.
func indexOf(digest [sha256.Size]byte) uint64 { return binary.BigEndian.Uint64(digest[:]) }

// callerAt returns the caller, unless the token has expired.
func (e *tokenEntry) callerAt(now time.Time) (Caller, error) {
	if !e.expires.IsZero() && !now.Before(e.expires) {
		return Caller{}, unauthenticated("the token has expired")
	}
	return e.caller, nil
}

// byCertificate returns the caller of a verified certificate. Without a tokens file each
// certificate of the client CA may read and write: the CA decides then who is a caller.
func (a *Authenticator) byCertificate(certificate *x509.Certificate) (Caller, error) {
	names := namesOf(certificate)
	if a.options.Directory != nil {
		for _, entry := range a.options.Directory().certificates {
			if entry.names(names) {
				return entry.caller, nil
			}
		}
		return Caller{}, unauthenticated("the tokens file lists no name of the client certificate")
	}
	if len(names) == 0 {
		return Caller{}, unauthenticated("the client certificate has neither a URI nor a DNS name")
	}
	return Caller{Name: names[0], ID: "certificate:" + names[0], Scopes: []string{ScopeRead, ScopeWrite}}, nil
}

// names reports whether the entry is for one of the names. Hosts do not differ by case.
func (e certificateEntry) names(names []string) bool {
	for _, name := range names {
		if name == e.san || !strings.Contains(name, ":") && strings.EqualFold(name, e.san) {
			return true
		}
	}
	return false
}

// namesOf returns the URIs and the DNS names of a certificate.
func namesOf(certificate *x509.Certificate) (names []string) {
	for _, uri := range certificate.URIs {
		names = append(names, uri.String())
	}
	return append(names, certificate.DNSNames...)
}
