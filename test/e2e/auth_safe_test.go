package e2e

import (
	"maps"
	"testing"

	"google.golang.org/grpc/codes"
)

// TestExplainNeedsItsScope: callers that authenticate are shown what the vendors are sent
// only with the scope debug.
func TestExplainNeedsItsScope(t *testing.T) {
	t.Parallel()
	r := newRig(t, withToken(), tokensFlag(t, tokenEntry("reader", "read"), tokenEntry("debugger", "read", "debug")))
	(&caseRun{rig: r, variables: variables{}}).install(t, &testCase{})
	for _, way := range r.protocols() {
		for token, allowed := range map[string]bool{"reader": false, "debugger": true} {
			headers := maps.Clone(bearer(token))
			headers["x-explain"] = "true"
			refused, made := r.reasonOf(t, way, callWith(t, headers))
			shown := len(made.metadata.Get(vendorCallHeader)) > 0 || made.header["X-Vendor-Call"] != ""
			if (made.status == nil) != allowed || shown != allowed {
				t.Errorf("%s over %s: %v, shown %t", token, way.name(), made.status, shown)
			}
			if !allowed && (refused.code != codes.PermissionDenied || refused.reason != "CALLER_FORBIDDEN" || refused.metadata["scope"] != "debug") {
				t.Errorf("%s over %s: %v", token, way.name(), refused)
			}
		}
	}
	r.wantMetrics(t, `sipfacade_auth_refusals_total{reason="CALLER_FORBIDDEN"} 2`)
}

// TestRequestIDsBelongToCallers: two callers may choose the same request id, and neither is
// answered what the other one made.
func TestRequestIDsBelongToCallers(t *testing.T) {
	t.Parallel()
	r := newRig(t, withToken(), "--ledger=memory", tokensFlag(t, tokenEntry("first", "write"), tokenEntry("second", "write")))
	(&caseRun{rig: r, variables: variables{}}).install(t, &testCase{})
	made := map[any]bool{}
	for _, way := range r.protocols() {
		for _, token := range []string{"first", "second"} {
			c := mustCall(t, "SipAppService.CreateSipApp", map[string]any{"requestId": someRequestID, "sipApp": map[string]any{"name": "Mine"}})
			c.headers = bearer(token)
			answered := ask(t, way, c)
			app, _ := at(answered.response, "sipApp.uuid")
			if answered.status != nil || app == nil {
				t.Fatalf("%s over %s: %v", token, way.name(), answered.status)
			}
			made[app] = true
		}
	}
	if len(made) != 2 {
		t.Errorf("two callers made %d apps in two calls each", len(made))
	}
}
