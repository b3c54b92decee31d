package opentact

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// clock is a clock that stands still until it is moved.
type clock struct{ unix atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.unix.Store(1_800_000_000)
	return c
}

func (c *clock) now() time.Time { return time.Unix(c.unix.Load(), 0) }

func (c *clock) advance(d time.Duration) { c.unix.Add(int64(d / time.Second)) }

// jwt is a token with the claims, as the vendor issues them.
func jwt(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature"))
}

// account is a vendor with a login. Its tokens are numbered from 1.
type account struct {
	vendor
	clock  *clock
	life   time.Duration
	logins atomic.Int64
	// refuse is asked about each call's token; nil refuses none.
	refuse func(token string) bool
	// login answers a login; nil answers a token.
	login func(n int64) answer
}

func newAccount() *account {
	a := &account{clock: newClock(), life: 24 * time.Hour}
	a.reply = func(r *http.Request, _ string) answer {
		if strings.HasSuffix(r.URL.Path, "/auth") {
			n := a.logins.Add(1)
			if a.login != nil {
				return a.login(n)
			}
			return ok(`{"success":true,"payload":{"uuid":"` + otherID + `","email":"m@example.com","token":"` + a.token(n) + `"}}`)
		}
		if a.refuse != nil && a.refuse(r.Header.Get("X-Auth-Token")) {
			return answer{status: http.StatusUnauthorized, body: `{"success":false,"message":"expired","status":401}`}
		}
		return ok(`{"success":true,"payload":[]}`)
	}
	return a
}

// token is the one of the n-th login.
func (a *account) token(n int64) string {
	return jwt(fmt.Sprintf(`{"uuid":"u","n":%d,"exp":%d}`, n, a.clock.now().Add(a.life).Unix()))
}

func (a *account) client(t testing.TB) *Client {
	t.Helper()
	return clientOf(t, a, func(o *Options) {
		o.Token, o.Email, o.Password, o.Now = nil, "m@example.com", func() string { return "s3cret" }, a.clock.now
	})
}

func TestLoginRequest(t *testing.T) {
	t.Parallel()
	a := newAccount()
	if _, err := a.client(t).ListConnections(t.Context()); err != nil {
		t.Fatal(err)
	}
	login := a.requests("/auth")[0]
	email, password, _ := (&http.Request{Header: login.header}).BasicAuth()
	if login.Method != http.MethodGet || login.Path != "/rest/auth" || email != "m@example.com" || password != "s3cret" || login.header.Get("X-Auth-Token") != "" {
		t.Errorf("login sent %+v", login)
	}
	call := a.requests("/sip/connection")[0]
	if call.header.Get("X-Auth-Token") != a.token(1) || call.header.Get("Authorization") != "" {
		t.Errorf("call sent %+v", call.header)
	}
}

// TestOneLoginForManyCalls: a hundred calls without a token wait for one login.
func TestOneLoginForManyCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, open := newAccount(), make(chan struct{})
		a.login = func(n int64) answer {
			<-open
			return ok(`{"success":true,"payload":{"token":"` + a.token(n) + `"}}`)
		}
		c := a.client(t)
		var calls sync.WaitGroup
		for range 100 {
			calls.Go(func() {
				if _, err := c.ListConnections(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		if a.logins.Load() != 1 {
			t.Errorf("%d logins while all wait", a.logins.Load())
		}
		close(open)
		calls.Wait()
		if a.logins.Load() != 1 || len(a.requests("/sip/connection")) != 100 {
			t.Errorf("%d logins, %d calls", a.logins.Load(), len(a.requests("/sip/connection")))
		}
	})
}

// TestRenewalBeforeExpiry: a token is renewed a minute before its end, or half-way
// where its life is short.
func TestRenewalBeforeExpiry(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ life, good time.Duration }{
		"a day":       {24 * time.Hour, 24*time.Hour - time.Minute},
		"two minutes": {2 * time.Minute, time.Minute},
		"a minute":    {time.Minute, 30 * time.Second},
		"ten seconds": {10 * time.Second, 5 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount()
			a.life = c.life
			client := a.client(t)
			list := func(logins int64) {
				t.Helper()
				if _, err := client.ListConnections(t.Context()); err != nil || a.logins.Load() != logins {
					t.Errorf("%d logins, want %d: %v", a.logins.Load(), logins, err)
				}
			}
			list(1)
			a.clock.advance(c.good - time.Second)
			list(1)
			a.clock.advance(time.Second)
			list(2)
			list(2)
		})
	}
}

func TestLifeOf(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	padded := base64.URLEncoding.EncodeToString([]byte(`{"exp":1800000010}`))
	for token, want := range map[string]time.Duration{
		"":                                  assumedLife,
		"opaque":                            assumedLife,
		"a.b":                               assumedLife,
		"a.!!!.c":                           assumedLife,
		"a." + padded + ".c":                10 * time.Second,
		jwt(`{"exp":1800000010}`):           10 * time.Second,
		jwt(`{"exp":1800000010.5}`):         10*time.Second + 500*time.Millisecond,
		jwt(`{"exp":1.8000001e9}`):          100 * time.Second,
		jwt(`{}`):                           assumedLife,
		jwt(`not json`):                     assumedLife,
		jwt(`{"exp":"1800000010"}`):         assumedLife,
		jwt(`{"exp":null}`):                 assumedLife,
		jwt(`{"exp":0}`):                    assumedLife,
		jwt(`{"exp":-5}`):                   assumedLife,
		jwt(`{"exp":1799999999}`):           assumedLife,
		jwt(`{"exp":1800000000}`):           assumedLife,
		jwt(`{"exp":1800000010000}`):        longestLife,
		jwt(`{"exp":1e300}`):                longestLife,
		jwt(`{"exp":1800000010}`) + ".more": assumedLife,
	} {
		if got := lifeOf(token, now); got != want {
			t.Errorf("%q: %s, want %s", token, got, want)
		}
	}
}

// TestUnauthorizedStormMakesOneLogin: a hundred calls are refused with the same old
// token; one login serves them all.
func TestUnauthorizedStormMakesOneLogin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, gather := newAccount(), make(chan struct{})
		c := a.client(t)
		if _, err := c.ListConnections(t.Context()); err != nil {
			t.Fatal(err)
		}
		old := a.token(1)
		a.refuse = func(token string) bool {
			if token != old {
				return false
			}
			<-gather
			return true
		}
		var calls sync.WaitGroup
		for range 100 {
			calls.Go(func() {
				if _, err := c.ListConnections(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		close(gather)
		calls.Wait()
		if a.logins.Load() != 2 || len(a.requests("/sip/connection")) != 201 {
			t.Errorf("%d logins, %d calls", a.logins.Load(), len(a.requests("/sip/connection")))
		}
	})
}

// TestLateUnauthorizedMakesNoLogin: a call that was refused with a token that has
// been replaced since takes the new one.
func TestLateUnauthorizedMakesNoLogin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, late := newAccount(), make(chan struct{})
		c := a.client(t)
		if _, err := c.ListConnections(t.Context()); err != nil {
			t.Fatal(err)
		}
		old, first := a.token(1), atomic.Bool{}
		a.refuse = func(token string) bool {
			if token == old && first.CompareAndSwap(false, true) {
				<-late
			}
			return token == old
		}
		done := make(chan error)
		go func() {
			_, err := c.ListConnections(t.Context())
			done <- err
		}()
		synctest.Wait()
		if _, err := c.ListConnections(t.Context()); err != nil || a.logins.Load() != 2 {
			t.Errorf("%d logins: %v", a.logins.Load(), err)
		}
		close(late)
		if err := <-done; err != nil || a.logins.Load() != 2 {
			t.Errorf("%d logins after the late one: %v", a.logins.Load(), err)
		}
	})
}

// TestRefusedForGood: where a fresh token is refused too, the call fails after one
// login and two attempts.
func TestRefusedForGood(t *testing.T) {
	t.Parallel()
	a := newAccount()
	a.refuse = func(string) bool { return true }
	_, err := a.client(t).ListConnections(t.Context())
	failure := failureOf(t, err)
	if failure.Kind != upstream.KindStatus || failure.Status != 401 || failure.CallerCredential || a.logins.Load() != 2 || len(a.requests("/sip/connection")) != 2 {
		t.Errorf("%v after %d logins and %d calls", failure, a.logins.Load(), len(a.requests("/sip/connection")))
	}
}

// TestFailedLoginIsRemembered: for a second, calls fail without another login.
func TestFailedLoginIsRemembered(t *testing.T) {
	t.Parallel()
	a, down := newAccount(), atomic.Bool{}
	down.Store(true)
	a.login = func(n int64) answer {
		if down.Load() {
			return answer{status: http.StatusUnauthorized}
		}
		return ok(`{"success":true,"payload":{"token":"` + a.token(n) + `"}}`)
	}
	c := a.client(t)
	fails := func(logins int64) {
		t.Helper()
		_, err := c.ListConnections(t.Context())
		if failure := failureOf(t, err); failure.Status != 401 || a.logins.Load() != logins {
			t.Errorf("%v after %d logins, want %d", failure, a.logins.Load(), logins)
		}
	}
	for range 10 {
		fails(1)
	}
	a.clock.advance(time.Second)
	fails(2)
	down.Store(false)
	fails(2)
	a.clock.advance(time.Second)
	for range 3 {
		if _, err := c.ListConnections(t.Context()); err != nil || a.logins.Load() != 3 {
			t.Errorf("%v after %d logins", err, a.logins.Load())
		}
	}
}

// TestLoginFailures: how a login fails decides how the call fails, of which nothing
// was sent.
func TestLoginFailures(t *testing.T) {
	t.Parallel()
	envelope := func(status int) answer {
		return answer{status: status, body: fmt.Sprintf(`{"success":false,"message":"no","status":%d}`, status), header: http.Header{"Retry-After": {"3"}}}
	}
	for name, c := range map[string]struct {
		login  answer
		kind   upstream.Kind
		status int
		wait   time.Duration
	}{
		"401":                   {envelope(401), upstream.KindCredentialRejected, 401, 3 * time.Second},
		"403":                   {envelope(403), upstream.KindCredentialRejected, 403, 3 * time.Second},
		"404":                   {envelope(404), upstream.KindCredentialRejected, 404, 3 * time.Second},
		"a proxy's 407":         {answer{status: 407, body: "<html>"}, upstream.KindCredentialRejected, 407, 0},
		"success false":         {ok(`{"success":false,"message":"no"}`), upstream.KindCredentialRejected, 200, 0},
		"success false, 401":    {ok(`{"success":false,"status":401}`), upstream.KindCredentialRejected, 401, 0},
		"success false, 500":    {ok(`{"success":false,"status":500}`), upstream.KindStatus, 500, 0},
		"429":                   {envelope(429), upstream.KindStatus, 429, 3 * time.Second},
		"500":                   {envelope(500), upstream.KindStatus, 500, 3 * time.Second},
		"503":                   {answer{status: 503}, upstream.KindStatus, 503, 0},
		"unreachable":           {answer{err: errors.New("connection refused")}, upstream.KindUnreachable, 0, 0},
		"redirect":              {answer{status: 301}, upstream.KindRedirect, 301, 0},
		"HTML":                  {ok(`<html>`), upstream.KindBadResponse, 200, 0},
		"truncated":             {ok(`{"success":true,"payload":{`), upstream.KindTruncated, 200, 0},
		"no token":              {ok(`{"success":true,"payload":{"email":"m@example.com"}}`), upstream.KindBadResponse, 200, 0},
		"an empty token":        {ok(`{"success":true,"payload":{"token":""}}`), upstream.KindBadResponse, 200, 0},
		"no payload":            {ok(`{"success":true}`), upstream.KindBadResponse, 200, 0},
		"empty":                 {ok(``), upstream.KindBadResponse, 200, 0},
		"payload of a kind":     {ok(`{"payload":["a","b"],"success":true}`), upstream.KindBadResponse, 200, 0},
		"a token of a kind":     {ok(`{"success":true,"payload":{"token":{"jwt":"x"}}}`), upstream.KindBadResponse, 200, 0},
		"success without an ok": {ok(`{"payload":{"token":"x"}}`), upstream.KindBadResponse, 200, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount()
			a.login = func(int64) answer { return c.login }
			_, err := a.client(t).CreateConnection(t.Context(), Object{{"name", "x"}})
			failure := failureOf(t, err)
			if failure.Kind != c.kind || failure.Status != c.status || failure.RetryAfter != c.wait {
				t.Errorf("%v, wait %s, want %s %d, %s", failure, failure.RetryAfter, c.kind, c.status, c.wait)
			}
			if failure.Operation() != "CreateSIPConnection" || failure.Sent || failure.Delivery() != upstream.NotSent || len(a.requests("/sip/connection")) != 0 {
				t.Errorf("%s of %s, sent %t", failure.Delivery(), failure.Operation(), failure.Sent)
			}
		})
	}
}

// TestWaiterGivesUp: the call that began a login gives up; the login goes on for the
// others.
func TestWaiterGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, open := newAccount(), make(chan struct{})
		answerAtOnce := a.reply
		a.reply = func(r *http.Request, body string) answer {
			if strings.HasSuffix(r.URL.Path, "/auth") {
				select {
				case <-open:
				case <-r.Context().Done():
					return answer{err: r.Context().Err()}
				}
			}
			return answerAtOnce(r, body)
		}
		c := a.client(t)
		ctx, cancel := context.WithCancel(t.Context())
		call := func(ctx context.Context) chan error {
			done := make(chan error, 1)
			go func() {
				_, err := c.ListConnections(ctx)
				done <- err
			}()
			synctest.Wait()
			return done
		}
		first, second := call(ctx), call(t.Context())
		cancel()
		failure := failureOf(t, <-first)
		if failure.Kind != upstream.KindCallerCancelled || failure.Sent {
			t.Errorf("the first: %v, sent %t", failure, failure.Sent)
		}
		close(open)
		if err := <-second; err != nil || a.logins.Load() != 1 {
			t.Errorf("the second, after %d logins: %v", a.logins.Load(), err)
		}
		if len(a.requests("/sip/connection")) != 1 {
			t.Error("the second call was not sent")
		}
	})
}

// TestLoginHasATimeCap: a login that hangs ends with the service's cap, and so do
// the calls that wait for it.
func TestLoginHasATimeCap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount()
		hang := make(chan struct{})
		a.login = func(int64) answer {
			<-hang
			return answer{err: context.DeadlineExceeded}
		}
		started := time.Now()
		_, err := a.client(t).CreateConnection(t.Context(), Object{{"name", "x"}})
		failure := failureOf(t, err)
		if failure.Kind != upstream.KindTimeout || failure.Delivery() != upstream.NotSent || time.Since(started) != time.Minute {
			t.Errorf("%v, %s after %s", failure, failure.Delivery(), time.Since(started))
		}
		close(hang)
		synctest.Wait()
	})
}

// TestCallerToken: the call brings its token or is not made, and what is refused is
// the caller's affair.
func TestCallerToken(t *testing.T) {
	t.Parallel()
	v := always(answer{status: http.StatusUnauthorized, body: `{"success":false,"message":"expired"}`})
	c := clientOf(t, v, func(o *Options) { o.Token, o.FromCaller = nil, true })
	_, err := c.ListConnections(t.Context())
	if failure := failureOf(t, err); failure.Kind != upstream.KindCredentialMissing || len(v.seen) != 0 {
		t.Errorf("%v after %d requests", failure, len(v.seen))
	}
	_, err = c.ListConnections(upstream.WithCallerCredential(t.Context(), "infinity", "theirs"))
	if failure := failureOf(t, err); failure.Kind != upstream.KindCredentialMissing || len(v.seen) != 0 {
		t.Errorf("another vendor's: %v after %d requests", failure, len(v.seen))
	}
	_, err = c.ListConnections(upstream.WithCallerCredential(t.Context(), Vendor, "theirs"))
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
			}).ListConnections(ctx)
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
	if _, err := c.ListConnections(t.Context()); err != nil {
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
			_, err := clientOf(t, always(said), change).ListConnections(ctx)
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
