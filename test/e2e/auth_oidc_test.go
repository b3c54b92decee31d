package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/sipfacade/sipfacade/internal/auth/authtest"
	"github.com/sipfacade/sipfacade/test/closedport"
)

// claimsOf are the claims of a good token of the issuer.
func claimsOf(issuer string, scope any) map[string]any {
	return map[string]any{"iss": issuer, "aud": "sipfacade", "sub": "billing", "exp": time.Now().Add(time.Hour).Unix(), "scope": scope}
}

// startTrusting starts a facade that trusts the issuer.
func startTrusting(t testing.TB, issuer string, flags ...string) *facade {
	t.Helper()
	vendor := startVendor(t, json200(good+"}"))
	return startFacade(t, vendor.url(), append(flags, withToken(), "--auth-jwt-issuer="+issuer, "--auth-jwt-audience=sipfacade")...)
}

// TestIssuer: JWTs are accepted over both protocols with scopes in both forms, and by
// another claim if one is set. A new key of the issuer is fetched when a token names it.
func TestIssuer(t *testing.T) {
	t.Parallel()
	issuer := authtest.NewIssuer(t)
	f, otherClaim := startTrusting(t, issuer.URL()), startTrusting(t, issuer.URL(), "--auth-jwt-scope-claim=scp")
	other := claimsOf(issuer.URL(), "write")
	other["scp"] = []string{"sipconnection:read"}
	foreign := claimsOf(issuer.URL(), "write")
	foreign["aud"] = "billing"
	for name, row := range map[string]struct {
		facade *facade
		token  string
		reason string
	}{
		"a text":             {f, issuer.Token(claimsOf(issuer.URL(), "openid sipconnection:read")), ""},
		"a list":             {f, issuer.Token(claimsOf(issuer.URL(), []string{"openid", "read"})), ""},
		"another scope":      {f, issuer.Token(claimsOf(issuer.URL(), "pbx:write")), "CALLER_FORBIDDEN"},
		"another claim":      {otherClaim, issuer.Token(other), ""},
		"another's claim":    {otherClaim, issuer.Token(claimsOf(issuer.URL(), "write")), "CALLER_FORBIDDEN"},
		"another's audience": {f, issuer.Token(foreign), "CALLER_UNAUTHENTICATED"},
		"another issuer":     {f, issuer.Token(claimsOf("https://id.example", "write")), "CALLER_UNAUTHENTICATED"},
		"a symmetric key": {
			f, authtest.Sign(t, jose.HS256, []byte(strings.Repeat("s", 32)), "1", claimsOf(issuer.URL(), "write")), "CALLER_UNAUTHENTICATED",
		},
	} {
		for _, way := range row.facade.protocols() {
			if got, _ := row.facade.reasonOf(t, way, callWith(t, bearer(row.token))); got.reason != row.reason {
				t.Errorf("%s, %s: %s %s", name, way.name(), got.reason, got.message)
			}
		}
	}
}

// TestIssuerOutage: a server starts while its issuer cannot be reached, refuses what it
// cannot verify, and accepts it when the issuer is back.
func TestIssuerOutage(t *testing.T) {
	t.Parallel()
	unreachable := startTrusting(t, "http://"+closedport.Address(t))
	issuer := authtest.NewIssuer(t)
	issuer.Down(true)
	down := startTrusting(t, issuer.URL())
	for name, f := range map[string]*facade{"no issuer": unreachable, "an issuer with errors": down} {
		for _, way := range f.protocols() {
			if got, _ := f.reasonOf(t, way, callWith(t, bearer(issuer.Token(claimsOf(issuer.URL(), "read"))))); got.reason != "CALLER_UNAUTHENTICATED" {
				t.Errorf("%s, %s: %s", name, way.name(), got.reason)
			}
		}
	}
	issuer.Down(false)
	token := issuer.Token(claimsOf(issuer.URL(), "read"))
	eventually(t, "the token is accepted", func() bool {
		got, _ := down.reasonOf(t, down.protocols()[0], callWith(t, bearer(token)))
		return got.reason == ""
	})
	issuer.Down(true)
	if got, _ := down.reasonOf(t, down.protocols()[1], callWith(t, bearer(issuer.Token(claimsOf(issuer.URL(), []string{"read"}))))); got.reason != "" {
		t.Errorf("with known keys, while the issuer is down: %s", got.reason)
	}
}

// TestUnknownKeys: many callers with keys that do not exist make the server ask its issuer
// once in 5 seconds.
func TestUnknownKeys(t *testing.T) {
	t.Parallel()
	issuer := authtest.NewIssuer(t)
	f := startTrusting(t, issuer.URL())
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	var all sync.WaitGroup
	for i := range 50 {
		token := authtest.Sign(t, jose.ES256, key, fmt.Sprint("key-", i), claimsOf(issuer.URL(), "write"))
		all.Go(func() {
			way := f.protocols()[i%2]
			c := callWith(t, bearer(token))
			if made, err := way.call(t.Context(), c); err != nil || made.status == nil {
				t.Errorf("%s: accepted, or %v", way.name(), err)
			}
		})
	}
	all.Wait()
	if asked, most := issuer.Requests(authtest.KeysPath), 1+int(time.Since(started)/(5*time.Second)); asked < 1 || asked > most {
		t.Errorf("the keys were fetched %d times", asked)
	}
	if got, _ := f.reasonOf(t, f.protocols()[0], callWith(t, bearer(issuer.Token(claimsOf(issuer.URL(), "read"))))); got.reason != "" {
		t.Errorf("a good token after them: %s", got.reason)
	}
}

// TestTokensFileChanges: new tokens are accepted and removed ones refused without a
// restart, and a broken file leaves the old tokens in use and is logged.
func TestTokensFileChanges(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(good+"}"))
	path := writeFile(t, "tokens.yaml", "tokens:\n"+tokenEntry("old", "read"))
	f := startFacade(t, vendor.url(), withToken(), "--auth-tokens-file="+path)
	accepts := func(token string) bool {
		got, _ := f.reasonOf(t, f.protocols()[0], callWith(t, bearer(token)))
		return got.reason == ""
	}
	if !accepts("old") || accepts("new") {
		t.Fatal("the first tokens are not those of the file")
	}
	replaceFile(t, path, []byte("tokens:\n"+tokenEntry("new", "read")))
	eventually(t, "the new token is accepted", func() bool { return accepts("new") })
	if accepts("old") {
		t.Error("the old token is accepted")
	}
	replaceFile(t, path, []byte("tokens: [{name: broken, sha256: hunter2}]"))
	eventually(t, "the log names the problem", func() bool {
		return strings.Contains(f.logs.String(), "the tokens file cannot be used") && strings.Contains(f.logs.String(), "tokens[0].sha256")
	})
	if !accepts("new") || strings.Contains(f.logs.String(), "hunter2") {
		t.Error("a broken file took the tokens away, or is quoted in the log")
	}
}

// TestCallerRate: a caller that is too fast is told when to come back, and others are not
// affected.
func TestCallerRate(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(good+"}"))
	f := startFacade(t, vendor.url(), withToken(), "--caller-rate=0.001", "--caller-burst=2",
		tokensFlag(t, tokenEntry("fast", "write"), tokenEntry("slow", "write")))
	for i, want := range []string{"", "", "CALLER_RATE_LIMITED", "CALLER_RATE_LIMITED"} {
		way := f.protocols()[i%2]
		got, made := f.reasonOf(t, way, callWith(t, bearer("fast")))
		if got.reason != want {
			t.Errorf("call %d, %s: %s", i, way.name(), got.reason)
		}
		if want == "" {
			continue
		}
		if got.retry == nil || made.header != nil && (made.http != 429 || made.header["Retry-After"] == "") {
			t.Errorf("%s: %v, %v", way.name(), got.retry, made.header)
		}
		for _, problem := range promises(made) {
			t.Errorf("%s: %s", way.name(), problem)
		}
	}
	for _, way := range f.protocols() {
		if got, _ := f.reasonOf(t, way, callWith(t, bearer("slow"))); got.reason != "" {
			t.Errorf("another caller: %s", got.reason)
		}
	}
}
