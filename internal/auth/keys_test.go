package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/sipfacade/sipfacade/internal/auth/authtest"
)

// TestRotation: a new key is fetched when a token names it, at most once in 5 seconds
// however many tokens name keys that do not exist, and known keys hold meanwhile. A caller
// whose key is unknown is told so.
func TestRotation(t *testing.T) {
	t.Parallel()
	a := newTrusting(t, "scope")
	old := a.claims(map[string]any{"sub": "old"})
	oldToken := a.issuer.Token(old)
	if _, err := a.identify(oldToken); err != nil {
		t.Fatal(err)
	}
	a.issuer.Rotate()
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		flood := authtest.Sign(t, jose.ES256, stranger, fmt.Sprint("unknown-", i), old)
		if _, err := a.identify(flood); !isRefused(err) || !saysUnknownKey(err) {
			t.Errorf("an unknown key: %v", err)
		}
	}
	if asked := a.issuer.Requests(authtest.KeysPath); asked != 1 {
		t.Errorf("within 5 seconds the keys were fetched %d times", asked)
	}
	a.clock.pass(5 * time.Second)
	if _, err := a.identify(a.issuer.Token(a.claims(nil))); err != nil {
		t.Errorf("the new key: %v", err)
	}
	if asked := a.issuer.Requests(authtest.KeysPath); asked != 2 {
		t.Errorf("the keys were fetched %d times", asked)
	}
	if _, err := a.identify(oldToken); err != nil {
		t.Errorf("the old key: %v", err)
	}
}

// longLived returns what makes tokens for subjects, which are valid for a day from now.
func (a *trusting) longLived() func(subject string) string {
	expires := a.clock.Now().Add(24 * time.Hour).Unix()
	return func(subject string) string {
		return a.issuer.Token(a.claims(map[string]any{"exp": expires, "sub": subject}))
	}
}

// saysUnknownKey reports whether the caller is told that the key is unknown.
func saysUnknownKey(err error) bool {
	return strings.Contains(grpcstatus.Convert(err).Message(), "is signed with an unknown key")
}

// TestUnknownKey: a key that is not among those just fetched is said to be unknown; that the
// keys are not available is said only if the issuer cannot be asked.
func TestUnknownKey(t *testing.T) {
	t.Parallel()
	a := newTrusting(t, "scope")
	stranger, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	token := authtest.Sign(t, jose.ES256, stranger, "unknown", a.claims(nil))
	for _, pause := range []time.Duration{0, 0, 4 * time.Second, time.Second, 2 * time.Hour} {
		a.clock.pass(pause)
		if _, err := a.identify(token); !isRefused(err) || !saysUnknownKey(err) {
			t.Errorf("%s later: %v", pause, err)
		}
	}
	if asked := a.issuer.Requests(authtest.KeysPath); asked != 3 {
		t.Errorf("the keys were fetched %d times", asked)
	}
	a.issuer.Down(true)
	for _, pause := range []time.Duration{5 * time.Second, 0} {
		a.clock.pass(pause)
		if _, err := a.identify(token); !isRefused(err) || saysUnknownKey(err) || !strings.Contains(grpcstatus.Convert(err).Message(), "not available") {
			t.Errorf("while the issuer is down: %v", err)
		}
	}
}

// TestIssuerFailing: that the issuer cannot be asked is told once, until it has answered again.
func TestIssuerFailing(t *testing.T) {
	t.Parallel()
	a := newTrusting(t, "scope")
	ask := func(accepted bool) {
		t.Helper()
		a.clock.pass(time.Minute)
		a.issuer.Rotate()
		if _, err := a.identify(a.issuer.Token(a.claims(nil))); isRefused(err) == accepted {
			t.Errorf("%v", err)
		}
	}
	for i, isDown := range []bool{true, true, false, false, true, false, true} {
		a.issuer.Down(isDown)
		ask(!isDown)
		if want := []int{1, 1, 1, 1, 2, 2, 3}[i]; len(a.told) != want {
			t.Errorf("step %d: told %q", i, a.told)
		}
	}
	if want := "the issuer answered 503 Service Unavailable"; a.told[0] != want {
		t.Errorf("told %q, want %q", a.told[0], want)
	}
}

// TestWithdrawnKey: a key that the issuer withdraws is not accepted an hour later, and an
// issuer that is down then does not take the known keys away.
func TestWithdrawnKey(t *testing.T) {
	t.Parallel()
	a := newTrusting(t, "scope")
	sign := a.longLived()
	first, second, third := sign("first"), sign("second"), sign("third")
	if _, err := a.identify(first); err != nil {
		t.Fatal(err)
	}
	a.clock.pass(2 * time.Hour)
	a.issuer.Down(true)
	if _, err := a.identify(second); err != nil {
		t.Errorf("while the issuer is down: %v", err)
	}
	a.issuer.Down(false)
	a.issuer.Rotate()
	a.issuer.Withdraw()
	a.clock.pass(2 * time.Minute)
	if _, err := a.identify(third); !isRefused(err) {
		t.Errorf("with a withdrawn key: %v", err)
	}
	if _, err := a.identify(sign("fourth")); err != nil {
		t.Errorf("with the new key: %v", err)
	}
}

// TestUnreadableKeys: an answer that has no keys in it does not take the known keys away, and is
// no reason to call a key unknown. The issuer is asked again a minute later.
func TestUnreadableKeys(t *testing.T) {
	t.Parallel()
	say := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, text) }
	}
	for name, answer := range map[string]http.HandlerFunc{
		"a page":          say("<html>Down for maintenance</html>"),
		"nothing":         say(""),
		"an error":        say(`{"error":"busy"}`),
		"no keys":         say(`{"keys":[]}`),
		"keys of no kind": say(`{"keys":[{"kty":"moon"},7,null]}`),
		"another form":    say(`["keys"]`),
		"a part": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"keys":[`)
		},
		"too much": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"keys":[`+strings.Repeat(" ", 1<<20)+`]}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newTrusting(t, "scope")
			sign := a.longLived()
			if _, err := a.identify(sign("first")); err != nil {
				t.Fatal(err)
			}
			a.clock.pass(time.Hour + time.Second)
			a.issuer.Instead(answer)
			for _, subject := range []string{"second", "third"} {
				if _, err := a.identify(sign(subject)); err != nil {
					t.Errorf("the %s token with the known key: %v", subject, err)
				}
				a.clock.pass(10 * time.Second)
			}
			if asked := a.issuer.Requests(authtest.KeysPath); asked != 2 {
				t.Errorf("the keys were fetched %d times", asked)
			}
			old := sign("old")
			a.issuer.Rotate()
			if _, err := a.identify(sign("fourth")); !isRefused(err) || saysUnknownKey(err) {
				t.Errorf("with a key that is not known yet: %v", err)
			}
			a.issuer.Instead(nil)
			a.issuer.Withdraw()
			a.clock.pass(time.Minute)
			if _, err := a.identify(sign("fifth")); err != nil {
				t.Errorf("when the issuer answers again: %v", err)
			}
			if _, err := a.identify(old); !isRefused(err) || !saysUnknownKey(err) {
				t.Errorf("with the key that was withdrawn: %v", err)
			}
		})
	}
}

// TestUnreadableKey: a key of a kind that nobody knows does not take the others away.
func TestUnreadableKey(t *testing.T) {
	t.Parallel()
	a := newTrusting(t, "scope")
	if _, err := a.identify(a.issuer.Token(a.claims(nil))); err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(a.issuer.URL() + authtest.KeysPath)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	published, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	a.issuer.Instead(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Replace(string(published), "[", `[{"kty":"EC","crv":"P-256","x":"!"},`, 1))
	})
	a.clock.pass(2 * time.Hour)
	if _, err := a.identify(a.issuer.Token(a.claims(nil))); err != nil {
		t.Error(err)
	}
}
