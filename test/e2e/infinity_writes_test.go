package e2e

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
)

// tnLease is a row that no write of a PBX should answer, tnLeases are two of them.
const (
	tnLease  = `{"uuid":"1ea5e000-0000-4000-8000-000000000001","leaseId":7,"autorenew":true}`
	tnLeases = "[" + tnLease + "," + tnLease + "]"
)

// TestInfinityWriteAnswers: a write that the vendor confirms is a success, whatever it
// answers, and the caller sees the row as it is stored. A message with 200 confirms nothing.
func TestInfinityWriteAnswers(t *testing.T) {
	t.Parallel()
	const login, name = "a.b", "A B"
	user := map[string]any{"login": login, "password": secretMark, "displayName": name, "extensionNumber": "007"}
	calls := map[string]map[string]any{
		"PbxConfigService.CreatePbxUser": {"domainId": 1, "pbxUser": user},
		"PbxConfigService.UpdatePbxUser": {"domainId": 1, "pbxUser": map[string]any{"userId": 1, "displayName": name}},
	}
	want := map[string]any{"pbxUser": map[string]any{"userId": 1.0, "domainId": 1.0, "login": login, "displayName": name}}
	for what, c := range map[string]struct {
		status    int
		body      string
		confirmed bool
	}{
		"an id":                     {201, `{"userId":"1"}`, true},
		"nothing":                   {204, "", true},
		"nothing, with 200":         {200, "", true},
		"no rows":                   {200, "[]", true},
		"leases":                    {200, tnLeases, true},
		"a lease":                   {200, tnLease, true},
		"a message":                 {201, `"created"`, true},
		"true":                      {201, "true", true},
		"a list of numbers":         {201, "[7,8]", true},
		"a message, with 200":       {200, `"access denied"`, false},
		"a message in an object":    {200, `{"message":"access denied"}`, false},
		"an error, with 201":        {201, `{"error":"no"}`, true},
		"true, with 200":            {200, "true", false},
		"a list of texts, with 200": {200, `["access denied"]`, false},
		"a page":                    {201, "<html></html>", false},
		"a row that does not end":   {201, `{"userId":"1"`, false},
		"a message, with 202":       {202, `"later"`, false},
		"a message that has no end": {201, `"crea`, false},
		"a lease and then no JSON":  {201, tnLease + " oops", false},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			vendor := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodGet {
					json200(`{"userId":"1","user":"`+login+`","displayName":"`+name+`"}`)(w, r)
					return
				}
				reply(c.status, "application/json", c.body)(w, r)
			})
			for rpc, request := range calls {
				if c.confirmed {
					wantResponse(t, startInfinity(t, vendor), rpc, request, want, "pbxUser.additionalFields.uuid")
				} else {
					wantUnknownOutcome(t, vendor, rpc, request)
				}
			}
		})
	}
}

// TestRefusedCreateIsNoSuccess: a create that the vendor refuses in the body of a success
// does not answer the row that was there before.
func TestRefusedCreateIsNoSuccess(t *testing.T) {
	t.Parallel()
	vendor := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			json200(`{"userId":"1","user":"a.b","displayName":"Older"}`)(w, r)
			return
		}
		json200(`{"error":"user exists"}`)(w, r)
	})
	want := wantError{
		Code: codeName{codes.Unknown}, Reason: "UPSTREAM_REJECTED", Message: "user exists",
		Metadata: map[string]string{"upstream": "infinity", "delivery": "REJECTED", "upstreamStatus": "200"},
	}
	request := map[string]any{"domainId": 1, "pbxUser": map[string]any{"login": "a.b", "password": secretMark, "displayName": "A B", "extensionNumber": "007"}}
	for _, way := range startInfinity(t, vendor).protocols() {
		made, err := way.call(t.Context(), mustCall(t, "PbxConfigService.CreatePbxUser", request))
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range append(want.check(made), promises(made)...) {
			t.Errorf("%s: %s", way.name(), problem)
		}
	}
}

// TestInfinityCreatesAnswerWhatIsStored: what the vendor did not store is not in the answer,
// neither because it was sent nor because the create showed it.
func TestInfinityCreatesAnswerWhatIsStored(t *testing.T) {
	t.Parallel()
	request := map[string]any{"domainId": 1, "pbxUser": map[string]any{
		"login": "a.b", "password": secretMark, "displayName": "A B", "extensionNumber": "007", "email": "a@b.example", "ukPhoneId": 0,
	}}
	for _, shown := range []string{`{"userId":"1"}`, `{"userId":"1","email":"a@b.example","ukPhoneId":"5"}`} {
		f := startInfinity(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet {
				json200(`{"userId":"1","user":"a.b","displayName":"A B","email":null,"ukPhoneId":"0"}`)(w, r)
				return
			}
			reply(http.StatusCreated, "application/json", shown)(w, r)
		}))
		for _, way := range f.protocols() {
			created, createErr := way.call(t.Context(), mustCall(t, "PbxConfigService.CreatePbxUser", request))
			read, readErr := way.call(t.Context(), mustCall(t, readUser, usersRequest(readUser)))
			if createErr != nil || readErr != nil || read.status != nil {
				t.Fatalf("%s: %v, %v, %v", way.name(), createErr, readErr, read.status)
			}
			if diff := cmp.Diff(read.response, created.response); diff != "" {
				t.Errorf("%s: after %s the create answers something else than the read: %s", way.name(), shown, diff)
			}
		}
	}
}

// wantUnknownOutcome makes a write through both protocols that nobody confirms.
func wantUnknownOutcome(t *testing.T, vendor http.HandlerFunc, rpc string, request map[string]any) {
	t.Helper()
	for i := range 2 {
		way := startInfinity(t, vendor).protocols()[i]
		made, err := way.call(t.Context(), mustCall(t, rpc, request))
		if err != nil {
			t.Fatalf("%s: %v", way.name(), err)
		}
		want := wantError{Code: codeName{codes.Unknown}, Reason: "OUTCOME_UNKNOWN", Metadata: map[string]string{"upstream": "infinity", "delivery": "UNKNOWN"}}
		for _, problem := range append(want.check(made), promises(made)...) {
			t.Errorf("%s, %s: %s", way.name(), rpc, problem)
		}
	}
}
