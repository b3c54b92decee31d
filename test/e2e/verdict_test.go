package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/testing/protocmp"
)

// The ids of the calls below; a scripted vendor ignores them.
const (
	someConnection = "5f1c2b3a-0000-4000-8000-000000000001"
	someInvite     = "14b17e00-0000-4000-8000-000000000001"
	someLease      = "1ea5e000-0000-4000-8000-000000000001"
)

// action is one kind of call, as errors distinguish them.
type action struct {
	name    string
	rpc     string
	request map[string]any
}

func actions() []action {
	invite := map[string]any{"uuid": someInvite, "name": "Front desk"}
	return []action{
		{"read", "SipConnectionService.GetSipConnection", map[string]any{"uuid": someConnection}},
		{"create", "SipConnectionService.CreateSipUserInvite", map[string]any{"sipConnectionUuid": someConnection, "sipUserInvite": map[string]any{"name": "Front desk"}}},
		{"update", "SipConnectionService.UpdateSipUserInvite", map[string]any{"sipConnectionUuid": someConnection, "sipUserInvite": invite}},
		{"delete", "SipConnectionService.DeleteSipUserInvite", map[string]any{"sipConnectionUuid": someConnection, "uuid": someInvite}},
		{"assign", "SipConnectionService.AssignSipConnectionTnLeases", map[string]any{"sipConnectionUuid": someConnection, "addTnLeaseUuids": []any{someLease}}},
	}
}

// repeatable reports whether the service may send the call again by itself.
func (a action) repeatable() bool { return a.name != "create" && a.name != "assign" }

// verdict is the error that callers get for a failed call.
type verdict struct {
	code   codes.Code
	reason string
	// status is the vendor's HTTP status; "" if there was no answer.
	status string
	// delivery is only set for writes.
	delivery string
	// vendor is OpenTACT if it is not given.
	vendor string
	retry  string
}

// wants is the verdict as case files have it.
func (v verdict) wants() *wantError {
	return &wantError{
		Code: codeName{v.code}, Reason: v.reason, RetryAfter: v.retry,
		Metadata: map[string]string{"upstream": v.upstream(), "upstreamStatus": v.status, "delivery": v.delivery},
	}
}

// upstream is the vendor that the error names.
func (v verdict) upstream() string {
	if v.vendor == "" {
		return "opentact"
	}
	return v.vendor
}

// check compares the outcome of one protocol with the verdict.
func (v verdict) check(o outcome) []string {
	found := append(v.wants().check(o), promises(o)...)
	if o.header != nil && o.http != httpStatusOf(v.code, v.reason) {
		found = append(found, fmt.Sprintf("HTTP status: want %d, got %d", httpStatusOf(v.code, v.reason), o.http))
	}
	for _, foreign := range []string{"PROXY-PAGE", secretMark} {
		if strings.Contains(o.raw, foreign) {
			found = append(found, "the caller is shown "+foreign)
		}
	}
	return found
}

// checkVerdict makes the call through both protocols, and checks that both get the
// verdict and the same error.
func (f *facade) checkVerdict(t *testing.T, a action, want verdict) {
	t.Helper()
	var outcomes []outcome
	for _, way := range f.protocols() {
		made, err := way.call(t.Context(), mustCall(t, a.rpc, a.request))
		if err != nil {
			t.Fatalf("%s: %v", way.name(), err)
		}
		for _, problem := range want.check(made) {
			t.Errorf("%s: %s", way.name(), problem)
		}
		outcomes = append(outcomes, made)
	}
	compareErrors(t, outcomes)
}

// accept makes the call through both protocols, which must succeed.
func (f *facade) accept(t *testing.T, a action) {
	t.Helper()
	for _, way := range f.protocols() {
		made, err := way.call(t.Context(), mustCall(t, a.rpc, a.request))
		if err != nil || made.status != nil {
			t.Errorf("%s: want a response, got %v %v", way.name(), made.status, err)
		}
	}
}

// compareErrors checks that every outcome has the same error.
func compareErrors(t *testing.T, outcomes []outcome) {
	t.Helper()
	for _, other := range outcomes[1:] {
		if diff := cmp.Diff(outcomes[0].status, other.status, protocmp.Transform()); diff != "" {
			t.Errorf("the protocols tell different errors (-grpc +json):\n%s", diff)
		}
	}
}
