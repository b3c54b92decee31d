package opentact

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// TestCallerToken: the call brings its token or is not made, and what is refused is
// blamed on the caller.
func TestCallerToken(t *testing.T) {
	t.Parallel()
	v := always(answer{status: http.StatusUnauthorized, body: `{"success":false,"message":"expired"}`})
	c := clientOf(t, v, func(o *Options) { o.Token, o.FromCaller = nil, true })
	_, err := c.listConnections(t.Context())
	if failure := failureOf(t, err); failure.Kind != upstream.KindCredentialMissing || len(v.seen) != 0 {
		t.Errorf("%v after %d requests", failure, len(v.seen))
	}
	_, err = c.listConnections(upstream.WithCallerCredential(t.Context(), "infinity", "theirs"))
	if failure := failureOf(t, err); failure.Kind != upstream.KindCredentialMissing || len(v.seen) != 0 {
		t.Errorf("another vendor's: %v after %d requests", failure, len(v.seen))
	}
	_, err = c.listConnections(upstream.WithCallerCredential(t.Context(), Vendor, "theirs"))
	failure := failureOf(t, err)
	if failure.Status != 401 || !failure.CallerCredential || len(v.seen) != 1 || v.seen[0].header.Get("X-Auth-Token") != "theirs" {
		t.Errorf("%v after %+v", failure, v.seen)
	}
}

// TestStaticToken: a token that was replaced while a call was under way is tried;
// the same one is not tried twice.
func TestStaticToken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tokens   []string // at each use, the last for good
		requests []string
		good     bool
	}{
		"replaced":          {[]string{"old", "new"}, []string{"old", "new"}, true},
		"the same":          {[]string{"old"}, []string{"old"}, false},
		"replaced, no good": {[]string{"old", "older"}, []string{"old", "older"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &vendor{reply: func(r *http.Request, _ string) answer {
				if r.Header.Get("X-Auth-Token") != "new" {
					return answer{status: http.StatusUnauthorized}
				}
				return ok(`{"success":true,"payload":[]}`)
			}}
			uses := 0
			// Caller's own credentials do not matter to a client with a token.
			ctx := upstream.WithCallerCredential(t.Context(), Vendor, "theirs")
			_, err := clientOf(t, v, func(o *Options) {
				o.Token = func() string {
					uses++
					return c.tokens[min(uses, len(c.tokens))-1]
				}
			}).listConnections(ctx)
			var sentTokens []string
			for _, request := range v.seen {
				sentTokens = append(sentTokens, request.header.Get("X-Auth-Token"))
			}
			if diff := cmp.Diff(c.requests, sentTokens); diff != "" || (err == nil) != c.good {
				t.Errorf("%v: %s", err, diff)
			}
			if err != nil && failureOf(t, err).CallerCredential {
				t.Error("the caller is blamed for the service's token")
			}
		})
	}
}

// TestNoSecretIsPrinted: neither what holds a secret nor any error shows one.
func TestNoSecretIsPrinted(t *testing.T) {
	t.Parallel()
	const password = "s3cret-password"
	a := newAccount()
	options := func(o *Options) {
		o.Token, o.Email, o.Password, o.Now = nil, "m@example.com", func() string { return password }, a.clock.now
	}
	c := clientOf(t, a, options)
	if _, err := c.listConnections(t.Context()); err != nil {
		t.Fatal(err)
	}
	token := a.token(1)
	signedIn := newLogin(Options{Email: "m@example.com", Password: func() string { return password }, Now: a.clock.now})
	signedIn.token = token
	static := staticToken{token: func() string { return token }}
	things := []any{c, *c, signedIn, static, &static, basic{email: "m@example.com", password: func() string { return password }}, newDialect(Options{Token: func() string { return token }})}
	ctx := upstream.WithCallerCredential(t.Context(), Vendor, token)
	for _, said := range []answer{
		{status: 401, body: `{"success":false,"message":"bad token"}`}, {status: 500}, {err: errors.New("reset")}, ok("<html>"), {status: 302},
	} {
		for _, change := range []func(*Options){
			func(o *Options) { o.Token = func() string { return token } },
			func(o *Options) { o.Token, o.FromCaller = nil, true },
			func(o *Options) { options(o) },
		} {
			_, err := clientOf(t, always(said), change).listConnections(ctx)
			for err := err; err != nil; err = errors.Unwrap(err) {
				things = append(things, err, err.Error())
			}
		}
	}
	for _, thing := range things {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			text := fmt.Sprintf(verb, thing)
			for _, secret := range []string{password, token, fmt.Sprintf("%x", password), fmt.Sprintf("%x", token)} {
				if strings.Contains(text, secret) {
					t.Errorf("%s of a %T prints a secret: %s", verb, thing, text)
				}
			}
		}
		if encoded, err := json.Marshal(thing); err == nil && (strings.Contains(string(encoded), password) || strings.Contains(string(encoded), token)) {
			t.Errorf("JSON of a %T holds a secret", thing)
		}
	}
}

// TestEchoedCredentialIsNotShown: a vendor that writes the token, or the password of the
// login, into an error does not make them known to anybody.
func TestEchoedCredentialIsNotShown(t *testing.T) {
	t.Parallel()
	const password = `pa"ss/wörd`
	basic := base64.StdEncoding.EncodeToString([]byte("m@example.com:" + password))
	for name, atLogin := range map[string]bool{"login": true, "call": false} {
		for _, status := range []int{http.StatusBadRequest, http.StatusOK} {
			a := newAccount()
			answerAtOnce := a.reply
			a.reply = func(r *http.Request, body string) answer {
				if strings.HasSuffix(r.URL.Path, "/auth") != atLogin {
					return answerAtOnce(r, body)
				}
				echo, _ := json.Marshal(fmt.Sprintf("%v is %s", r.Header, password)) // strings can be encoded
				return answer{status: status, body: `{"success":false,"message":` + string(echo) + `,"fields":{` + string(echo) + `:{"message":` + string(echo) + `}}}`}
			}
			c := clientOf(t, a, func(o *Options) {
				o.Token, o.Email, o.Password, o.Now = nil, "m@example.com", func() string { return password }, a.clock.now
			})
			_, err := c.listConnections(t.Context())
			failure := failureOf(t, err)
			shown := fmt.Sprintf("%s %s %v", err, failure.Message, failure.Fields)
			if !strings.Contains(shown, "[redacted]") {
				t.Errorf("%s, %d: nothing echoed in %s", name, status, shown)
			}
			for _, value := range []string{password, strings.Trim(fmt.Sprintf("%q", password), `"`), basic, a.token(1)} {
				if strings.Contains(shown, value) {
					t.Errorf("%s, %d: %s shows %s", name, status, shown, value)
				}
			}
		}
	}
}
