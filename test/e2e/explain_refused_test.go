package e2e

import (
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
)

// TestExplainForbidden: if it is not allowed, the call is refused and the vendor is not
// called; without x-explain, or with false, nothing is told and nothing refused.
func TestExplainForbidden(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(good+"}"))
	f := startFacade(t, vendor.url(), withToken(), "--no-explain")
	read := actions()[0]
	for _, way := range f.protocols() {
		c := mustCall(t, read.rpc, read.request)
		c.headers = map[string]string{"X-Explain": "true"}
		made, err := way.call(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		want := wantError{Code: codeName{codes.PermissionDenied}, Reason: "CALLER_FORBIDDEN"}
		if got, err := failureOf(made); err != nil || got.metadata["scope"] != "" {
			t.Errorf("%s: no scope allows it, but the answer names %v, %v", way.name(), got.metadata, err)
		}
		for _, problem := range append(want.check(made), promises(made)...) {
			t.Errorf("%s: %s", way.name(), problem)
		}
		if way.name() == "json" && made.http != http.StatusForbidden {
			t.Errorf("HTTP status %d", made.http)
		}
		c.headers = map[string]string{"X-Explain": "false"}
		if made, err = way.call(t.Context(), c); err != nil || made.status != nil || strings.Contains(strings.ToLower(made.raw), vendorCallHeader) {
			t.Errorf("%s: x-explain: false: %v %v", way.name(), made, err)
		}
	}
	if got := operations(vendor.take()); len(got) != 2 {
		t.Errorf("the vendor received %q", got)
	}
	f.wantMetrics(t, `sipfacade_auth_refusals_total{reason="CALLER_FORBIDDEN"} 2`)
}

// TestExplainOtherValues: a value that is neither true nor false is refused, through both
// protocols with the same error.
func TestExplainOtherValues(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, json200(good+"}")).url(), withToken())
	read := actions()[0]
	var outcomes []outcome
	for _, way := range f.protocols() {
		c := mustCall(t, read.rpc, read.request)
		c.headers = map[string]string{"X-Explain": "yes"}
		made, err := way.call(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		want := wantError{Code: codeName{codes.InvalidArgument}, Reason: "REQUEST_INVALID", Violations: map[string]string{"x-explain": "true or false"}}
		for _, problem := range append(want.check(made), promises(made)...) {
			t.Errorf("%s: %s", way.name(), problem)
		}
		outcomes = append(outcomes, made)
	}
	compareErrors(t, outcomes)
}
