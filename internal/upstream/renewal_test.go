package upstream

import (
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"
)

// TestRenewal: a refused credential is renewed once, in whichever form it is refused.
func TestRenewal(t *testing.T) {
	t.Parallel()
	refusals := map[string]func(w http.ResponseWriter){
		"status line": func(w http.ResponseWriter) { w.WriteHeader(http.StatusUnauthorized) },
		"body of 200": func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"success":false,"status":401}`) },
	}
	loginDown := &Error{Route: routes[Read], Kind: KindStatus, Status: 503, Sent: true}
	cases := map[string]struct {
		dialect  *plain
		kind     Kind
		status   int
		requests int64
		renewals int
		ok       bool
	}{
		"fresh and good":     {dialect: &plain{token: "old", renewed: []string{"good"}}, requests: 2, renewals: 1, ok: true},
		"fresh, refused too": {dialect: &plain{token: "old", renewed: []string{"older", "good"}}, requests: 2, renewals: 1, kind: KindStatus, status: 401},
		"nothing fresh":      {dialect: &plain{token: "old"}, requests: 1, renewals: 1, kind: KindStatus, status: 401},
		"login down":         {dialect: &plain{token: "old", renewError: loginDown}, requests: 1, renewals: 1, kind: KindStatus, status: 503},
	}
	for form, refuse := range refusals {
		for name, c := range cases {
			t.Run(form+"/"+name, func(t *testing.T) {
				t.Parallel()
				everyAction(t, func(t *testing.T, action Action) {
					var requests atomic.Int64
					server := serve(t, func(w http.ResponseWriter, r *http.Request) {
						requests.Add(1)
						if body, _ := io.ReadAll(r.Body); r.ContentLength != int64(len(body)) {
							t.Errorf("%d bytes of %d", len(body), r.ContentLength)
						}
						if r.Header.Get("X-Token") != "good" {
							refuse(w)
							return
						}
						_, _ = io.WriteString(w, "{}")
					})
					dialect := &plain{token: c.dialect.token, renewed: c.dialect.renewed, renewError: c.dialect.renewError}
					err := pipelineTo(t, server.URL, dialect).Do(t.Context(), callOf(action))
					if requests.Load() != c.requests || dialect.renewals != c.renewals {
						t.Errorf("%d requests, %d renewals, want %d, %d", requests.Load(), dialect.renewals, c.requests, c.renewals)
					}
					if c.ok {
						if err != nil {
							t.Error(err)
						}
						return
					}
					if failure := failureOf(t, err); failure.Kind != c.kind || failure.Status != c.status {
						t.Errorf("got %v", failure)
					}
				})
			})
		}
	}
}

// TestCallerCredentialIsTheDialects: a credential in the context counts only if the
// dialect uses it.
func TestCallerCredentialIsTheDialects(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	ctx := WithCallerCredential(t.Context(), "vendor", "theirs")
	for _, fromCaller := range []bool{false, true} {
		failure := failureOf(t, pipelineTo(t, server.URL, &plain{fromCaller: fromCaller}).Do(ctx, callOf(Read)))
		if failure.CallerCredential != fromCaller {
			t.Errorf("from caller %t: blamed %t", fromCaller, failure.CallerCredential)
		}
	}
}

// TestRetryAfterOfAnyRefusal: the header counts on error statuses and on refusals in
// the body of a success.
func TestRetryAfterOfAnyRefusal(t *testing.T) {
	t.Parallel()
	for name, refuse := range map[string]func(http.ResponseWriter){
		"status": func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) },
		"body":   func(w http.ResponseWriter) { _, _ = io.WriteString(w, `{"success":false,"status":429}`) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "7")
				refuse(w)
			})
			failure := failureOf(t, pipelineTo(t, server.URL, &plain{}).Do(t.Context(), callOf(Create)))
			if failure.Status != 429 || failure.RetryAfter != 7*time.Second {
				t.Errorf("got %v after %s", failure, failure.RetryAfter)
			}
		})
	}
}
