package opentact

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
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
	if _, err := a.client(t).listConnections(t.Context()); err != nil {
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
				if _, err := c.listConnections(t.Context()); err != nil {
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
// if its life is short.
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
				if _, err := client.listConnections(t.Context()); err != nil || a.logins.Load() != logins {
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

// TestOwnerOf: a JWT names its user, whatever else it says.
func TestOwnerOf(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]string{
		"": "", "opaque": "", "a.!!!.c": "", jwt(`not json`): "", jwt(`[]`): "",
		jwt(`{"exp":1800000010}`):              "",
		jwt(`{"uuid":7,"exp":1800000010}`):     "",
		jwt(`{"uuid":"u-1","exp":1}`):          "u-1",
		jwt(`{"uuid":"u-1","exp":"tomorrow"}`): "u-1",
	} {
		if got := OwnerOf(token); got != want {
			t.Errorf("%q: %q, want %q", token, got, want)
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
		if _, err := c.listConnections(t.Context()); err != nil {
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
				if _, err := c.listConnections(t.Context()); err != nil {
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
		if _, err := c.listConnections(t.Context()); err != nil {
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
			_, err := c.listConnections(t.Context())
			done <- err
		}()
		synctest.Wait()
		if _, err := c.listConnections(t.Context()); err != nil || a.logins.Load() != 2 {
			t.Errorf("%d logins: %v", a.logins.Load(), err)
		}
		close(late)
		if err := <-done; err != nil || a.logins.Load() != 2 {
			t.Errorf("%d logins after the late one: %v", a.logins.Load(), err)
		}
	})
}
