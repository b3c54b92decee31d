package opentact

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// TestRefusedForGood: if the new token is refused too, the call fails after one
// login and two attempts.
func TestRefusedForGood(t *testing.T) {
	t.Parallel()
	a := newAccount()
	a.refuse = func(string) bool { return true }
	_, err := a.client(t).listConnections(t.Context())
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
		_, err := c.listConnections(t.Context())
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
		if _, err := c.listConnections(t.Context()); err != nil || a.logins.Load() != 3 {
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
		"401":                    {envelope(401), upstream.KindCredentialRejected, 401, 3 * time.Second},
		"403":                    {envelope(403), upstream.KindCredentialRejected, 403, 3 * time.Second},
		"404":                    {envelope(404), upstream.KindCredentialRejected, 404, 3 * time.Second},
		"a proxy's 407":          {answer{status: 407, body: "<html>"}, upstream.KindCredentialRejected, 407, 0},
		"success false":          {ok(`{"success":false,"message":"no"}`), upstream.KindCredentialRejected, 200, 0},
		"success false, 401":     {ok(`{"success":false,"status":401}`), upstream.KindCredentialRejected, 401, 0},
		"success false, 500":     {ok(`{"success":false,"status":500}`), upstream.KindStatus, 500, 0},
		"429":                    {envelope(429), upstream.KindStatus, 429, 3 * time.Second},
		"500":                    {envelope(500), upstream.KindStatus, 500, 3 * time.Second},
		"503":                    {answer{status: 503}, upstream.KindStatus, 503, 0},
		"unreachable":            {answer{err: errors.New("connection refused")}, upstream.KindUnreachable, 0, 0},
		"redirect":               {answer{status: 301}, upstream.KindRedirect, 301, 0},
		"HTML":                   {ok(`<html>`), upstream.KindBadResponse, 200, 0},
		"truncated":              {ok(`{"success":true,"payload":{`), upstream.KindTruncated, 200, 0},
		"no token":               {ok(`{"success":true,"payload":{"email":"m@example.com"}}`), upstream.KindBadResponse, 200, 0},
		"an empty token":         {ok(`{"success":true,"payload":{"token":""}}`), upstream.KindBadResponse, 200, 0},
		"a token of white space": {ok(`{"success":true,"payload":{"token":" \n"}}`), upstream.KindBadResponse, 200, 0},
		"a token of two lines":   {ok(`{"success":true,"payload":{"token":"a\nb"}}`), upstream.KindBadResponse, 200, 0},
		"a token with a NUL":     {ok(`{"success":true,"payload":{"token":"a\u0000"}}`), upstream.KindBadResponse, 200, 0},
		"no payload":             {ok(`{"success":true}`), upstream.KindBadResponse, 200, 0},
		"empty":                  {ok(``), upstream.KindBadResponse, 200, 0},
		"payload of a kind":      {ok(`{"payload":["a","b"],"success":true}`), upstream.KindBadResponse, 200, 0},
		"a token of a kind":      {ok(`{"success":true,"payload":{"token":{"jwt":"x"}}}`), upstream.KindBadResponse, 200, 0},
		"success without an ok":  {ok(`{"payload":{"token":"x"}}`), upstream.KindBadResponse, 200, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newAccount()
			a.login = func(int64) answer { return c.login }
			_, err := a.client(t).createConnection(t.Context(), Object{{"name", "x"}})
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

// TestTokenInWhiteSpace: white space around a token is not a part of it, and a token that no
// header can carry is not kept.
func TestTokenInWhiteSpace(t *testing.T) {
	t.Parallel()
	a := newAccount()
	a.login = func(n int64) answer {
		token := a.token(n) + `\n`
		if n == 1 {
			token = `\u0000` + a.token(n)
		}
		return ok(`{"success":true,"payload":{"token":"` + token + `"}}`)
	}
	c := a.client(t)
	_, err := c.listConnections(t.Context())
	if failure := failureOf(t, err); failure.Kind != upstream.KindBadResponse {
		t.Errorf("a token that no header can carry: %v", failure)
	}
	a.clock.advance(time.Second)
	for range 2 {
		if _, err := c.listConnections(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	calls := a.requests("/sip/connection")
	if a.logins.Load() != 2 || len(calls) != 2 || calls[0].header.Get("X-Auth-Token") != a.token(2) {
		t.Errorf("%d logins, calls %+v", a.logins.Load(), calls)
	}
}

// TestWaiterGivesUp: the call that began a login gives up; the login goes on for the
// others.
func TestWaiterGivesUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, open := newAccount(), make(chan struct{})
		a.hangingLogin(open)
		c := a.client(t)
		ctx, cancel := context.WithCancel(t.Context())
		call := func(ctx context.Context) chan error {
			done := make(chan error, 1)
			go func() {
				_, err := c.listConnections(ctx)
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
		_, err := a.client(t).createConnection(t.Context(), Object{{"name", "x"}})
		failure := failureOf(t, err)
		if failure.Kind != upstream.KindTimeout || failure.Delivery() != upstream.NotSent || time.Since(started) != time.Minute {
			t.Errorf("%v, %s after %s", failure, failure.Delivery(), time.Since(started))
		}
		close(hang)
		synctest.Wait()
	})
}

// hangingLogin makes each login last until its request ends, or until open is closed.
func (a *account) hangingLogin(open <-chan struct{}) {
	answerAtOnce := a.reply
	a.reply = func(r *http.Request, body string) answer {
		if strings.HasSuffix(r.URL.Path, "/auth") {
			select {
			case <-open:
			case <-r.Context().Done():
				return answer{err: context.Cause(r.Context())}
			}
		}
		return answerAtOnce(r, body)
	}
}

// TestLoginOutlastsItsFirstCaller: a login that takes longer than the cap of the call
// that began it goes on for the others.
func TestLoginOutlastsItsFirstCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, open := newAccount(), make(chan struct{})
		a.hangingLogin(open)
		c := a.client(t)
		started := time.Now()
		first := make(chan error, 1)
		go func() {
			ctx, cancel := upstream.WithCap(t.Context(), 5*time.Second)
			defer cancel()
			_, err := c.createConnection(ctx, Object{{"name", "x"}})
			first <- err
		}()
		second := make(chan error, 1)
		go func() {
			_, err := c.listConnections(t.Context())
			second <- err
		}()
		failure := failureOf(t, <-first)
		if failure.Kind != upstream.KindTimeout || failure.Delivery() != upstream.NotSent || time.Since(started) != 5*time.Second {
			t.Errorf("the first, after %s: %v, %s", time.Since(started), failure, failure.Delivery())
		}
		close(open)
		if err := <-second; err != nil || a.logins.Load() != 1 {
			t.Errorf("the second, after %d logins: %v", a.logins.Load(), err)
		}
	})
}

// TestLoginIsCappedItself: a login that hangs ends, though the calls that wait for it
// would wait longer.
func TestLoginIsCappedItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount()
		a.hangingLogin(nil)
		ctx, cancel := upstream.WithCap(t.Context(), time.Hour)
		defer cancel()
		started := time.Now()
		_, err := a.client(t).createConnection(ctx, Object{{"name", "x"}})
		failure := failureOf(t, err)
		if failure.Kind != upstream.KindTimeout || failure.Delivery() != upstream.NotSent || time.Since(started) != time.Minute {
			t.Errorf("after %s: %v, %s", time.Since(started), failure, failure.Delivery())
		}
	})
}

// TestShutdownDuringLogin: a call that waits for a login ends at once.
func TestShutdownDuringLogin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, open := newAccount(), make(chan struct{})
		a.hangingLogin(open)
		ctx, stop := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { stop(upstream.ErrShuttingDown) })
		started := time.Now()
		_, err := a.client(t).createConnection(ctx, Object{{"name", "x"}})
		failure := failureOf(t, err)
		if failure.Kind != upstream.KindShuttingDown || failure.Delivery() != upstream.NotSent || time.Since(started) != time.Second {
			t.Errorf("after %s: %v, %s", time.Since(started), failure, failure.Delivery())
		}
		close(open)
	})
}

// TestLoginPanics: a defect in a login fails the calls that wait for it and not the
// process. The next login may succeed.
func TestLoginPanics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newAccount()
		a.login = func(n int64) answer {
			time.Sleep(time.Second)
			if n == 1 {
				panic("a defect")
			}
			return ok(`{"success":true,"payload":{"token":"` + a.token(n) + `"}}`)
		}
		c := a.client(t)
		var calls sync.WaitGroup
		for range 10 {
			calls.Go(func() {
				_, err := c.createConnection(t.Context(), Object{{"name", "x"}})
				failure := failureOf(t, err)
				if failure.Kind != upstream.KindInternal || failure.Delivery() != upstream.NotSent || failure.Operation() != "CreateSIPConnection" ||
					!strings.Contains(failure.Error(), "a defect") {
					t.Errorf("%v, %s", failure, failure.Delivery())
				}
			})
		}
		calls.Wait()
		a.clock.advance(time.Second)
		if _, err := c.listConnections(t.Context()); err != nil || a.logins.Load() != 2 {
			t.Errorf("after %d logins: %v", a.logins.Load(), err)
		}
	})
}
