// Package authtest has what tests need to authenticate callers: an OIDC issuer in the
// process, and a certificate authority. No other code uses it.
package authtest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// Issuer is an OIDC issuer on loopback.
type Issuer struct {
	t      testing.TB
	server *httptest.Server

	mu        sync.Mutex
	key       *ecdsa.PrivateKey
	keyID     int
	published []jose.JSONWebKey
	down      bool
	instead   http.HandlerFunc
	requests  map[string]int
}

// NewIssuer starts an issuer with one key. It stops when the test ends.
func NewIssuer(t testing.TB) *Issuer {
	i := &Issuer{t: t, requests: map[string]int{}}
	i.Rotate()
	i.server = httptest.NewServer(i)
	t.Cleanup(i.server.Close)
	return i
}

// URL returns the address of the issuer.
func (i *Issuer) URL() string { return i.server.URL }

// Rotate makes a new key, which signs from then on, beside the published ones.
func (i *Issuer) Rotate() {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		i.t.Fatal(err)
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keyID++
	i.key = key
	i.published = append(i.published, jose.JSONWebKey{
		Key: key.Public(), KeyID: strconv.Itoa(i.keyID), Algorithm: string(jose.ES256), Use: "sig",
	})
}

// Withdraw stops publishing all keys but the one that signs.
func (i *Issuer) Withdraw() {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.published = i.published[len(i.published)-1:]
}

// Down sets whether the issuer answers every request with an error.
func (i *Issuer) Down(down bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.down = down
}

// Instead sets what answers every request in the issuer's place; nil ends that.
func (i *Issuer) Instead(answer http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.instead = answer
}

// Requests returns how often a path was asked for.
func (i *Issuer) Requests(path string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.requests[path]
}

// The paths that an issuer is asked for.
const (
	DiscoveryPath = "/.well-known/openid-configuration"
	KeysPath      = "/keys"
)

// ServeHTTP answers discovery and keys.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.requests[r.URL.Path]++
	if i.instead != nil {
		i.instead(w, r)
		return
	}
	answers := map[string]any{
		DiscoveryPath: map[string]any{"issuer": i.server.URL, "jwks_uri": i.server.URL + KeysPath},
		KeysPath:      map[string]any{"keys": i.published},
	}
	answer, known := answers[r.URL.Path]
	if i.down || !known {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		i.t.Error(err)
	}
}

// Token returns a JWT with the claims, signed with the issuer's key.
func (i *Issuer) Token(claims map[string]any) string {
	i.mu.Lock()
	key, id := i.key, strconv.Itoa(i.keyID)
	i.mu.Unlock()
	return Sign(i.t, jose.ES256, key, id, claims)
}

// Sign returns a JWT with the claims.
func Sign(t testing.TB, algorithm jose.SignatureAlgorithm, key crypto.PrivateKey, keyID string, claims map[string]any) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", keyID)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, options)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}
