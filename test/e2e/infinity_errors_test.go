package e2e

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/sipfacade/sipfacade/test/closedport"
)

// pbxActions returns one read and every kind of write at Infinity.
func pbxActions() []action {
	return []action{
		{"read", "PbxConfigService.GetPbxUser", map[string]any{"domainId": 1, "userId": 1}},
		{"list", "PbxConfigService.ListPbxUsers", map[string]any{"domainId": 1}},
		{"pushed list", "PbxConfigService.ListPbxDevices", map[string]any{"domainId": 1}},
		{"create", "PbxConfigService.CreatePbxQueue", map[string]any{"domainId": 1, "pbxQueue": map[string]any{
			"queueName": "q", "displayName": "Q", "extensionNumber": "0998",
		}}},
		{"update", "PbxConfigService.UpdatePbxUser", map[string]any{"domainId": 1, "pbxUser": map[string]any{"userId": 1, "displayName": "X"}}},
		{"delete", "PbxConfigService.DeletePbxUser", map[string]any{"domainId": 1, "userId": 1}},
		{"add", "PbxConfigService.AddPbxGroupUsers", map[string]any{"domainId": 1, "groupId": 1, "userIds": []any{1}}},
		{"order", "PbxConfigService.SetPbxQueueMemberOrder", map[string]any{"domainId": 1, "queueId": 1, "queueMemberIds": []any{1}}},
	}
}

func (a action) reads() bool { return a.name == "read" || strings.HasSuffix(a.name, "list") }

// bareString answers a status with a bare JSON string, as Infinity does.
func bareString(status int, message string, headers ...string) http.HandlerFunc {
	body, _ := json.Marshal(message) // a string always can be marshaled
	return reply(status, "application/json", string(body)+"\n", headers...)
}

// ofInfinity is the verdict on one action of the row.
func (r errorRow) ofInfinity(a action) verdict {
	want := r.write
	if other, ok := r.others[a.name]; ok {
		want = other
	} else if a.reads() {
		want = r.read
	}
	want.vendor = "infinity"
	return want
}

func infinityRows() map[string]errorRow {
	conflict := refused(bareString(409, "in conflict"), codes.Aborted, "CONFLICT", "409")
	conflict.others = map[string]verdict{
		"create": {code: codes.AlreadyExists, reason: "RESOURCE_EXISTS", status: "409", delivery: "REJECTED"},
		"delete": {code: codes.FailedPrecondition, reason: "RESOURCE_IN_USE", status: "409", delivery: "REJECTED"},
	}
	unsent := func(code codes.Code, reason string) errorRow {
		return errorRow{
			answer: bareString(401, "auth required"), read: verdict{code: code, reason: reason},
			write: verdict{code: code, reason: reason, delivery: "NOT_SENT"},
		}
	}
	bad := func(answer http.HandlerFunc) errorRow {
		return unclear(answer, codes.Internal, "UPSTREAM_BAD_RESPONSE", "200")
	}
	rejected := func() errorRow {
		return refused(bareString(401, "auth failed"), codes.Internal, "UPSTREAM_CREDENTIAL_REJECTED", "401")
	}
	const rateLimited = "UPSTREAM_RATE_LIMITED"
	return map[string]errorRow{
		"400":                      refused(bareString(400, "no such thing"), codes.InvalidArgument, "UPSTREAM_VALIDATION", "400"),
		"401 for a login":          rejected(),
		"401 for a key":            rejected().with("--infinity-api-key=SECRET-key"),
		"401 as a page":            refused(page(401), codes.Internal, "UPSTREAM_CREDENTIAL_REJECTED", "401"),
		"no credential of the own": unsent(codes.Internal, "UPSTREAM_CREDENTIAL_REJECTED").with("--infinity-credentials=service", withToken()),
		"no credential of a call":  unsent(codes.Unauthenticated, "CREDENTIAL_MISSING").with("--infinity-credentials=caller"),
		"402":                      refused(bareString(402, "pay"), codes.FailedPrecondition, "UPSTREAM_PAYMENT_REQUIRED", "402"),
		"403":                      refused(bareString(403, "access denied"), codes.PermissionDenied, "UPSTREAM_FORBIDDEN", "403"),
		"403 as a page":            refused(page(403), codes.PermissionDenied, "UPSTREAM_FORBIDDEN", "403"),
		"404 as a string":          refused(bareString(404, "not found"), codes.NotFound, "RESOURCE_NOT_FOUND", "404"),
		"404 as an object":         refused(reply(404, "application/json", `{"error":"not found"}`), codes.NotFound, "RESOURCE_NOT_FOUND", "404"),
		"404 as a page":            refused(page(404), codes.Internal, "UPSTREAM_BAD_RESPONSE", "404"),
		"404 without a body":       refused(reply(404, "application/json", ""), codes.Internal, "UPSTREAM_BAD_RESPONSE", "404"),
		"405":                      refused(bareString(405, "method not allowed"), codes.Internal, "UPSTREAM_CONTRACT", "405"),
		"409":                      conflict,
		"422":                      refused(bareString(422, "no"), codes.InvalidArgument, "UPSTREAM_VALIDATION", "422"),
		"429":                      refused(bareString(429, "slow down", "Retry-After", "7"), codes.ResourceExhausted, rateLimited, "429").waiting("7s"),
		"500":                      unclear(bareString(500, "oh no"), codes.Unavailable, "UPSTREAM_ERROR", "500"),
		"502 as a page":            unclear(page(502), codes.Unavailable, "UPSTREAM_ERROR", "502"),
		"302":                      refused(page(302, "Location", "/elsewhere"), codes.Internal, "UPSTREAM_BAD_RESPONSE", "302"),
		"a page":                   bad(page(200)),
		"an error in a success":    refused(json200(`{"error":"no"}`), codes.Unknown, "UPSTREAM_REJECTED", "200"),
		"errors in a success":      refused(json200(`[{"errors":{"user":"no"},"message":"no"}]`), codes.Unknown, "UPSTREAM_REJECTED", "200"),
		"a reset":                  unclear(resets, codes.Unavailable, "UPSTREAM_UNREACHABLE", ""),
	}
}

// TestInfinityErrors checks the contract's table of errors for Infinity. Each call has
// a server of its own, since a server may stop calling a vendor that keeps failing.
func TestInfinityErrors(t *testing.T) {
	t.Parallel()
	for name, row := range infinityRows() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, a := range pbxActions() {
				t.Run(a.name, func(t *testing.T) { row.runInfinity(t, a) })
			}
		})
	}
}

func (r errorRow) runInfinity(t *testing.T, a action) {
	want := r.ofInfinity(a)
	var outcomes []outcome
	for i := range 2 {
		f := startInfinity(t, r.answer, r.flags...)
		way := f.protocols()[i]
		made, err := way.call(t.Context(), mustCall(t, a.rpc, a.request))
		if err != nil {
			t.Fatalf("%s: %v", way.name(), err)
		}
		for _, problem := range want.check(made) {
			t.Errorf("%s: %s", way.name(), problem)
		}
		outcomes = append(outcomes, made)
		sent := operations(f.vendor.take())
		once := a.name == "create" || a.name == "add"
		switch {
		case (want.delivery == "NOT_SENT" || want.status == "" && want.reason != "UPSTREAM_UNREACHABLE" && want.reason != "OUTCOME_UNKNOWN") && len(sent) > 0:
			t.Errorf("%s: said to be not sent, and yet the vendor received %q", way.name(), sent)
		case once && want.delivery != "NOT_SENT" && len(sent) != 1:
			t.Errorf("%s: want one vendor call, got %q", way.name(), sent)
		}
	}
	compareErrors(t, outcomes)
}

// TestInfinityMessages: a bare string of the vendor is shown, a page never is, and the
// error of a missing credential names its vendor.
func TestInfinityMessages(t *testing.T) {
	t.Parallel()
	a := pbxActions()[0]
	for name, c := range map[string]struct {
		answer  http.HandlerFunc
		message string
	}{
		"a string":              {bareString(403, "access denied"), "access denied"},
		"an object with error":  {reply(403, "application/json", `{"error":"no rights"}`), "no rights"},
		"an object with errors": {reply(400, "application/json", `{"errors":"bad rights"}`), "bad rights"},
		"an error in a success": {json200(`{"error":"no\u0001 rights ` + strings.Repeat("x", 300) + `"}`), "no  rights xxx"},
		"marks":                 {bareString(403, "line\x01one\ntwo"), "line"},
	} {
		f := startInfinity(t, c.answer)
		for _, way := range f.protocols() {
			made, err := way.call(t.Context(), mustCall(t, a.rpc, a.request))
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(made.status.GetMessage(), c.message) || strings.ContainsAny(made.status.GetMessage(), "\x01\n") {
				t.Errorf("%s %s: want %q in the message, got %q", name, way.name(), c.message, made.status.GetMessage())
			}
		}
	}
}

// TestInfinityUnreachable: there is no listener at the address.
func TestInfinityUnreachable(t *testing.T) {
	t.Parallel()
	address := closedport.Address(t)
	for _, a := range pbxActions() {
		want := verdict{code: codes.Unavailable, reason: "UPSTREAM_UNREACHABLE", vendor: "infinity"}
		if !a.reads() {
			want.delivery = "NOT_SENT"
		}
		startFacade(t, "http://"+address+vendorBase, infinityFlags()...).checkVerdict(t, a, want)
	}
}

// TestCallerCredentialOfInfinity: the credential of the call is sent to the vendor as
// it is, and no other.
func TestCallerCredentialOfInfinity(t *testing.T) {
	t.Parallel()
	f := startInfinity(t, newInfinity(), "--infinity-credentials=caller")
	for _, way := range f.protocols() {
		c := mustCall(t, "PbxConfigService.GetPbxDomain", map[string]any{"domainId": 1})
		c.headers = map[string]string{"x-infinity-authorization": "ApiKey sandbox-api-key", "authorization": "Bearer SECRET-mine"}
		made, err := way.call(t.Context(), c)
		if err != nil || made.status != nil {
			t.Fatalf("%s: want a response, got %v %v", way.name(), made.status, err)
		}
		requests := f.vendor.take()
		if len(requests) != 1 || requests[0].header.Get("Authorization") != "ApiKey sandbox-api-key" {
			t.Errorf("%s: want the caller's header at the vendor, got %v", way.name(), requests)
		}
	}
	if strings.Contains(f.logs.String(), "sandbox-api-key") {
		t.Error("the log has the caller's credential")
	}
}
