package auth_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
	"google.golang.org/grpc/metadata"

	"github.com/sipfacade/sipfacade/internal/auth"
	"github.com/sipfacade/sipfacade/internal/auth/authtest"
	"github.com/sipfacade/sipfacade/internal/status"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is a clock that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Now()} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// audience is who the JWTs are for.
const audience = "sipfacade"

// trusting is an authenticator that trusts one issuer.
type trusting struct {
	*auth.Authenticator
	issuer *authtest.Issuer
	clock  *clock
	told   []string // why the issuer could not be asked
}

func newTrusting(t *testing.T, scopeClaim string) *trusting {
	t.Helper()
	made := &trusting{issuer: authtest.NewIssuer(t), clock: newClock()}
	authenticator, err := auth.New(auth.Options{
		JWT: auth.NewJWT(auth.JWTOptions{
			Issuer: made.issuer.URL(), Audience: audience, ScopeClaim: scopeClaim, Now: made.clock.Now,
			Failing: func(err error) { made.told = append(made.told, err.Error()) },
		}),
		Now: made.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	made.Authenticator = authenticator
	return made
}

// claims are those of a good token, with changes; a nil takes a claim away.
func (a *trusting) claims(changes map[string]any) map[string]any {
	claims := map[string]any{
		"iss": a.issuer.URL(), "aud": audience, "sub": "billing", "exp": a.clock.Now().Add(time.Hour).Unix(), "scope": "openid pbx:read sipapp:write",
	}
	for name, value := range changes {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	return claims
}

// identify returns the caller of a token.
func (a *trusting) identify(token string) (auth.Caller, error) {
	return a.Identify(metadata.NewIncomingContext(context.Background(), metadata.Pairs("authorization", "Bearer "+token)))
}

// isRefused reports whether the error is CALLER_UNAUTHENTICATED.
func isRefused(err error) bool { return status.Reason(err) == "CALLER_UNAUTHENTICATED" }

// TestClaims: what a token must say, and who its caller is then.
func TestClaims(t *testing.T) {
	t.Parallel()
	a := newTrusting(t, "scope")
	now := a.clock.Now()
	for name, row := range map[string]struct {
		changes map[string]any
		scopes  []string // nil if the token is refused
	}{
		"a good one":              {nil, []string{"pbx:read", "sipapp:write"}},
		"a list of scopes":        {map[string]any{"scope": []string{"read", "email"}}, []string{"read"}},
		"no scopes":               {map[string]any{"scope": nil}, []string{}},
		"scopes of another kind":  {map[string]any{"scope": 7}, []string{}},
		"one of its audiences":    {map[string]any{"aud": []string{"other", audience}}, []string{"pbx:read", "sipapp:write"}},
		"another audience":        {map[string]any{"aud": "other"}, nil},
		"no audience":             {map[string]any{"aud": nil}, nil},
		"another issuer":          {map[string]any{"iss": "https://id.example"}, nil},
		"no expiry":               {map[string]any{"exp": nil}, nil},
		"expired a moment ago":    {map[string]any{"exp": now.Add(-20 * time.Second).Unix()}, []string{"pbx:read", "sipapp:write"}},
		"expired a minute ago":    {map[string]any{"exp": now.Add(-time.Minute).Unix()}, nil},
		"valid in a moment":       {map[string]any{"nbf": now.Add(20 * time.Second).Unix()}, []string{"pbx:read", "sipapp:write"}},
		"valid in a minute":       {map[string]any{"nbf": now.Add(time.Minute).Unix()}, nil},
		"in a minute, as a text":  {map[string]any{"nbf": strconv.FormatInt(now.Add(time.Minute).Unix(), 10)}, nil},
		"in a moment, as a text":  {map[string]any{"nbf": strconv.FormatInt(now.Add(20*time.Second).Unix(), 10)}, []string{"pbx:read", "sipapp:write"}},
		"valid in 10^300 seconds": {map[string]any{"nbf": 1e300}, nil},
		"valid from null on":      {map[string]any{"nbf": json.RawMessage("null")}, []string{"pbx:read", "sipapp:write"}},
		"no subject":              {map[string]any{"sub": nil}, nil},
		"a long subject":          {map[string]any{"sub": strings.Repeat("s", 256)}, nil},
		"an expiry that is wrong": {map[string]any{"exp": "tomorrow"}, nil},
	} {
		got, err := a.identify(a.issuer.Token(a.claims(row.changes)))
		if row.scopes == nil {
			if !isRefused(err) {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
			continue
		}
		want := auth.Caller{Name: "billing", ID: "jwt:billing", Scopes: row.scopes}
		if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(got)); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}

// TestSignatures: only the issuer's keys and asymmetric algorithms count.
func TestSignatures(t *testing.T) {
	t.Parallel()
	a := newTrusting(t, "scope")
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	another, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	good := a.issuer.Token(a.claims(nil))
	parts := strings.Split(good, ".")
	for name, token := range map[string]string{
		"somebody else's key":   authtest.Sign(t, jose.ES256, other, "1", a.claims(nil)),
		"another kind of key":   authtest.Sign(t, jose.RS256, another, "1", a.claims(nil)),
		"a shared secret":       authtest.Sign(t, jose.HS256, []byte(strings.Repeat("s", 32)), "1", a.claims(nil)),
		"no algorithm":          "eyJhbGciOiJub25lIn0." + parts[1] + ".",
		"another payload":       parts[0] + "." + parts[1] + "x." + parts[2],
		"no signature":          parts[0] + "." + parts[1] + ".",
		"three words":           "a.b.c",
		"one word":              "opaque",
		"the issuer's, in part": good[:len(good)-4],
	} {
		if got, err := a.identify(token); !isRefused(err) {
			t.Errorf("%s: %+v, %v", name, got, err)
		} else if strings.Contains(err.Error(), token) {
			t.Errorf("%s: the error shows the token: %v", name, err)
		}
	}
	if _, err := a.identify(good); err != nil {
		t.Errorf("the good one after all that: %v", err)
	}
}

// TestVerifiedOnce: a token is verified once, also while the issuer is down, and is
// refused when it has expired.
func TestVerifiedOnce(t *testing.T) {
	t.Parallel()
	a := newTrusting(t, "scope")
	token := a.issuer.Token(a.claims(nil))
	for range 3 {
		if _, err := a.identify(token); err != nil {
			t.Fatal(err)
		}
		a.issuer.Down(true)
	}
	a.clock.pass(time.Hour + 31*time.Second)
	if _, err := a.identify(token); !isRefused(err) {
		t.Errorf("after it expired: %v", err)
	}
}

// TestOutage: an issuer that is down when the first token comes is asked again a second
// later.
func TestOutage(t *testing.T) {
	t.Parallel()
	a := newTrusting(t, "scope")
	a.issuer.Down(true)
	token := a.issuer.Token(a.claims(nil))
	for range 5 {
		if _, err := a.identify(token); !isRefused(err) || !strings.Contains(err.Error(), "are not available") {
			t.Errorf("while it is down: %v", err)
		}
	}
	if asked := a.issuer.Requests(authtest.DiscoveryPath); asked != 1 {
		t.Errorf("was asked %d times", asked)
	}
	a.issuer.Down(false)
	a.clock.pass(time.Second)
	if _, err := a.identify(token); err != nil {
		t.Errorf("when it is up again: %v", err)
	}
}

// TestInsecureIssuer: an issuer beyond loopback is not asked without TLS. Nobody listens at the
// addresses that may be asked.
func TestInsecureIssuer(t *testing.T) {
	t.Parallel()
	for issuer, insecure := range map[string]bool{
		"http://id.example.invalid": true, "http://localhost.example.invalid": true, "http://127.0.0.1.example.invalid": true,
		"http://0.0.0.0:1": true, "http://[::]:1": true,
		"http://127.0.0.1:1": false, "http://127.9.9.9:1": false, "http://[::1]:1": false, "http://LocalHost:1": false,
		"https://127.0.0.1:1": false,
	} {
		t.Run(issuer, func(t *testing.T) {
			t.Parallel()
			authenticator, err := auth.New(auth.Options{JWT: auth.NewJWT(auth.JWTOptions{Issuer: issuer, Audience: audience})})
			if err != nil {
				t.Fatal(err)
			}
			a := &trusting{Authenticator: authenticator}
			_, err = a.identify("a.b.c")
			if !isRefused(err) || strings.Contains(err.Error(), "plain http is accepted for loopback only") != insecure {
				t.Errorf("%v", err)
			}
		})
	}
}

// BenchmarkJWT is the cost of a JWT that was verified before.
func BenchmarkJWT(b *testing.B) {
	issuer := authtest.NewIssuer(b)
	a, err := auth.New(auth.Options{JWT: auth.NewJWT(auth.JWTOptions{Issuer: issuer.URL(), Audience: audience, ScopeClaim: "scope"})})
	if err != nil {
		b.Fatal(err)
	}
	ctx := with("Bearer " + issuer.Token(map[string]any{
		"iss": issuer.URL(), "aud": audience, "sub": "billing", "exp": time.Now().Add(time.Hour).Unix(), "scope": "read",
	}))
	for b.Loop() {
		if _, err := a.Identify(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
