package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/testing/protocmp"
)

// The ids of the calls below; a scripted vendor does not look at them.
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
		{"assign", "SipConnectionService.AssignSipConnectionTnLeases", map[string]any{"sipConnectionUuid": someConnection, "add": []any{someLease}}},
	}
}

// repeatable tells whether the service may send the call again by itself.
func (a action) repeatable() bool { return a.name != "create" && a.name != "assign" }

// verdict is what callers are told of a failed call.
type verdict struct {
	code   codes.Code
	reason string
	// status is the vendor's HTTP status, "" where it gave no answer.
	status string
	// delivery is said of writes alone.
	delivery string
	// vendor is OpenTACT unless given.
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

// check holds the outcome of one protocol against the verdict.
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

// judge makes the call through both protocols and wants the verdict from each, and the
// same from both.
func (f *facade) judge(t *testing.T, a action, want verdict) {
	t.Helper()
	var told []outcome
	for _, way := range f.protocols() {
		made, err := way.call(t.Context(), mustCall(t, a.rpc, a.request))
		if err != nil {
			t.Fatalf("%s: %v", way.name(), err)
		}
		for _, problem := range want.check(made) {
			t.Errorf("%s: %s", way.name(), problem)
		}
		told = append(told, made)
	}
	compareErrors(t, told)
}

// accept makes the call through both protocols and wants it to succeed.
func (f *facade) accept(t *testing.T, a action) {
	t.Helper()
	for _, way := range f.protocols() {
		made, err := way.call(t.Context(), mustCall(t, a.rpc, a.request))
		if err != nil || made.status != nil {
			t.Errorf("%s: want a response, got %v %v", way.name(), made.status, err)
		}
	}
}

// compareErrors wants the same error from every outcome.
func compareErrors(t *testing.T, told []outcome) {
	t.Helper()
	for _, other := range told[1:] {
		if diff := cmp.Diff(told[0].status, other.status, protocmp.Transform()); diff != "" {
			t.Errorf("the protocols tell different errors (-grpc +json):\n%s", diff)
		}
	}
}
