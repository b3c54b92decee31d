package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFreshLogin: a token that the vendor no longer accepts is renewed once, and the
// call is sent again, also a create, since the vendor has refused it.
func TestFreshLogin(t *testing.T) {
	t.Parallel()
	for _, a := range actions() {
		for _, way := range []string{"grpc", "json"} {
			t.Run(a.name+" "+way, func(t *testing.T) {
				t.Parallel()
				vendor := startVendor(t, expiring())
				f := startFacade(t, vendor.url(), loginFlags()...)
				made, err := f.protocols()[slices.Index([]string{"grpc", "json"}, way)].call(t.Context(), mustCall(t, a.rpc, a.request))
				if err != nil || made.status != nil {
					t.Fatalf("want a response, got %v %v", made.status, err)
				}
				got := operations(vendor.take())
				if len(got) != 4 || got[0] != "Auth" || got[1] != got[3] || got[2] != "Auth" {
					t.Errorf("want a login, the call, a login and the call again, got %q", got)
				}
			})
		}
	}
}

// expiring is a vendor that refuses its first token.
func expiring() http.Handler {
	var logins atomic.Int64
	login := func(w http.ResponseWriter, r *http.Request) {
		json200(fmt.Sprintf(`{"success":true,"payload":{"token":"SECRET-%d"}}`, logins.Add(1)))(w, r)
	}
	return atLogin(login, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Auth-Token") == "SECRET-1" {
			refusal(401)(w, r)
			return
		}
		json200(good+"}")(w, r)
	})
}

// TestLoginRequest: what the login sends, which no case file shows.
func TestLoginRequest(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, afterLogin(json200(good+"}")))
	f := startFacade(t, vendor.url(), loginFlags()...)
	f.accept(t, actions()[0])
	requests := vendor.take()
	if diff := cmp.Diff([]string{"Auth", "GetSIPConnectionByUUID", "GetSIPConnectionByUUID"}, operations(requests)); diff != "" {
		t.Fatalf("the vendor received (-want +got):\n%s", diff)
	}
	email, password, _ := (&http.Request{Header: requests[0].header}).BasicAuth()
	if email != "x@example.com" || password != "SECRET-password" {
		t.Errorf("logged in as %q with %q", email, password)
	}
	requests[0].header.Set("Authorization", "Basic <email and password>")
	golden(t, goldenFile("Auth"), transcript(requests[:1]))
}
