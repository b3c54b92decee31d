package auth

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/sync/singleflight"
)

// leeway is how far the clocks of the issuer and of this machine may be apart.
const leeway = 30 * time.Second

// maxSubject is the longest subject that OpenID Connect allows.
const maxSubject = 255

// algorithms are those that a JWT may be signed with: asymmetric ones only, since the
// issuer publishes its keys.
var algorithms = []string{
	oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512,
	oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA,
}

// JWTOptions says whose JWTs are accepted.
type JWTOptions struct {
	// Issuer is the URL of the OIDC issuer.
	Issuer string
	// Audience must be in the token.
	Audience string
	// ScopeClaim is the claim that holds the scopes.
	ScopeClaim string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Failing is told why the issuer's keys, or where they are, cannot be fetched, once until they
	// can again; nil tells nobody.
	Failing func(err error)
}

// JWT verifies the tokens of one issuer. It asks the issuer for its keys when the first
// token comes, so that a server starts while its issuer is down.
type JWT struct {
	options  JWTOptions
	client   *http.Client
	known    *lru[[sha256.Size]byte, verified]
	keys     atomic.Pointer[keySet] // nil until the issuer has answered
	discover singleflight.Group
}

// verified is a token that was verified, and is not verified again until it expires.
type verified struct {
	caller  Caller
	expires time.Time
}

// NewJWT returns a verifier. It does not call the issuer.
func NewJWT(options JWTOptions) *JWT {
	if options.Now == nil {
		options.Now = time.Now
	}
	return &JWT{options: options, client: newIssuerClient(options, readDocument), known: newLRU[[sha256.Size]byte, verified](maxRemembered)}
}

// verify returns the caller of a JWT.
func (j *JWT) verify(ctx context.Context, token string) (Caller, error) {
	digest := sha256.Sum256([]byte(token))
	if before, ok := j.known.get(digest); ok {
		if j.options.Now().Before(before.expires) {
			return before.caller, nil
		}
		j.known.remove(digest)
	}
	if strings.Count(token, ".") != 2 {
		return Caller{}, unauthenticated("the token is unknown")
	}
	made, err := j.check(ctx, token)
	switch {
	case err == nil:
		j.known.put(digest, made)
		return made.caller, nil
	case ctx.Err() != nil:
		return Caller{}, ctx.Err()
	default:
		return Caller{}, fmt.Errorf("%w: %w", err, unauthenticated(publicCause(err)))
	}
}

// publicCause returns what a caller learns. The whole cause may quote the issuer's answers.
func publicCause(err error) string {
	var expired *oidc.TokenExpiredError
	var unreachable *fetchError
	switch {
	case errors.As(err, &expired):
		return "the token has expired, or has no expiry"
	case errors.Is(err, errUnknownKey):
		return "the token is signed with an unknown key: its issuer publishes no such key"
	case errors.As(err, &unreachable):
		return "the token cannot be verified: the keys of its issuer are not available"
	default:
		return "the token is not valid for this server"
	}
}

// check verifies the signature and what the token says.
func (j *JWT) check(ctx context.Context, token string) (verified, error) {
	keys, err := j.issuerKeys(ctx)
	if err != nil {
		return verified{}, err
	}
	var cause error
	late := func() time.Time { return j.options.Now().Add(-leeway) }
	read, err := oidc.NewVerifier(j.options.Issuer, keys, &oidc.Config{
		ClientID: j.options.Audience, SupportedSigningAlgs: algorithms, Now: late,
	}).Verify(context.WithValue(ctx, causeKey{}, &cause), token)
	if err != nil {
		return verified{}, fmt.Errorf("verify the JWT: %w", cmp.Or(cause, err))
	}
	caller, err := j.callerOf(read)
	return verified{caller, read.Expiry.Add(leeway)}, err
}

// issuerKeys returns the issuer's keys. Where they are is in its discovery document, which
// is fetched if nobody has.
func (j *JWT) issuerKeys(ctx context.Context) (*keySet, error) {
	if keys := j.keys.Load(); keys != nil {
		return keys, nil
	}
	fetched := j.discover.DoChan("", func() (any, error) { return j.discovered(context.WithoutCancel(ctx)) })
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case result := <-fetched:
		keys, _ := result.Val.(*keySet)
		return keys, result.Err
	}
}

// discovered fetches the discovery document.
func (j *JWT) discovered(ctx context.Context) (*keySet, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, j.client), j.options.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discover the issuer: %w", err)
	}
	var document struct {
		Keys string `json:"jwks_uri"`
	}
	if err := provider.Claims(&document); err != nil {
		return nil, fmt.Errorf("read the issuer's discovery document: %w", err)
	}
	keys := newKeySet(document.Keys, newIssuerClient(j.options, readKeys), j.options.Now)
	j.keys.Store(keys)
	return keys, nil
}

var (
	errNoSubject = fmt.Errorf("the JWT has no subject of at most %d bytes", maxSubject)
	errNotYet    = errors.New("the JWT is not valid yet")
)

// callerOf returns the caller that the claims name.
func (j *JWT) callerOf(token *oidc.IDToken) (Caller, error) {
	claims := map[string]json.RawMessage{}
	if err := token.Claims(&claims); err != nil {
		return Caller{}, fmt.Errorf("read the claims of the JWT: %w", err)
	}
	if token.Subject == "" || len(token.Subject) > maxSubject {
		return Caller{}, errNoSubject
	}
	var notBefore json.Number // go-oidc takes a string of digits, too
	if json.Unmarshal(claims["nbf"], &notBefore) == nil {
		if seconds, err := notBefore.Float64(); err == nil && seconds > float64(j.options.Now().Add(leeway).Unix()) {
			return Caller{}, errNotYet
		}
	}
	return Caller{Name: token.Subject, ID: "jwt:" + token.Subject, Scopes: scopesOf(claims[j.options.ScopeClaim])}, nil
}

// scopesOf returns the scopes of a claim, a text with spaces or a list. It ignores words that are
// not scopes of this server, such as openid.
func scopesOf(claim json.RawMessage) (scopes []string) {
	var text string
	var words []string
	if json.Unmarshal(claim, &text) == nil {
		words = strings.Fields(text)
	} else if json.Unmarshal(claim, &words) != nil {
		return nil
	}
	for _, word := range words {
		if validScope(word) {
			scopes = append(scopes, word)
		}
	}
	return scopes
}
