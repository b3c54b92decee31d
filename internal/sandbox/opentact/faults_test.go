package opentact

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
)

func add(t *testing.T, s *Server, f fault.Fault) {
	t.Helper()
	if _, err := s.Faults().Add(f); err != nil {
		t.Fatal(err)
	}
}

func TestShapes(t *testing.T) {
	t.Parallel()
	app, list := "/sip/app/"+AppUUID(5), "/sip/connection/"+ConnectionUUID(4)+"/invites"
	for _, test := range []struct {
		shape, path string
		want        []string
		not         []string
	}{
		{"array", app, []string{`"payload":[{"account":{"addresses"`}, nil},
		{"object", list, []string{`"payload":{"account":{}`}, nil},
		{"search_page", list, []string{`"payload":{"data":[{"account":{}`, `"mode":"AND","order":{"created_on":"ASC"},"skip":0,"take":1,"total":1}`}, nil},
		{"uuid_strings", list, []string{`"payload":["` + InviteUUID(8) + `"]`}, nil},
		{"relations_as_uuid", app, []string{`"account":"acc00000-0000-4000-8000-000000000001"`, `"created_by":"` + OwnerUUID + `"`, `"tnleases":[]`, `"outbound_voice_profile":null`}, []string{`"email"`}},
		{"relations_null", app, []string{`"account":null`, `"tnleases":null`, `"created_by":null`}, []string{`"email"`}},
		{"relations_empty", app, []string{`"account":{}`, `"tnleases":[]`, `"created_by":{}`}, []string{`"email"`}},
		{"relations_empty", list, []string{`"account":{}`}, nil},
		{"quoted_scalars", app, []string{`"success":true`, `"is_active":"true"`, `"balance":"99.87895"`, `"subdomain":null`}, []string{`"is_active":true`}},
		{"delete_other_shape", app, []string{`"payload":[{"account":{}`, `"login":"frontdesk"`}, nil},
		{"no_envelope", app, []string{`"uuid":"` + AppUUID(5) + `"`}, []string{`"success"`, `"payload"`}},
		{"null_payload", app, []string{`{"payload":null,"success":true}`}, nil},
		{"unknown_fields", app, []string{`"x_null":null`, `"x_object":{"deep":[null,true,1.5,{}]}`}, nil},
		{"secrets", app, []string{`"ha1":"` + SecretLeaked + `"`, `"password":"` + SecretLeaked + `"`, `"password":"` + SecretTrunkPassword + `"`}, nil},
		{"secrets", list, []string{`"account":{"ha1":"` + SecretLeaked, `"token":"` + inviteToken(InviteUUID(8)) + `"`}, nil},
	} {
		s := seeded()
		add(t, s, fault.Fault{Kind: fault.Reshape, Shape: test.shape, Times: 1})
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", BasePath+test.path, nil)
		r.Header.Set("X-Auth-Token", DefaultToken)
		s.ServeHTTP(w, r)
		got := w.Body.String()
		if w.Code != 200 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%s: %d %s", test.shape, w.Code, got)
		}
		for _, want := range test.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s of %s lacks %s:\n%s", test.shape, test.path, want, got)
			}
		}
		for _, not := range test.not {
			if strings.Contains(got, not) {
				t.Errorf("%s of %s still has %s:\n%s", test.shape, test.path, not, got)
			}
		}
	}
}

func TestEveryShapeHasATest(t *testing.T) {
	t.Parallel()
	for _, shape := range NewFaultMenu().Dialect().Shapes {
		if shape.Explain == "" {
			t.Errorf("%s is not explained", shape.Name)
		}
		for _, body := range []string{`{"success":true,"payload":[]}`, `{"success":true,"payload":null}`, `{"success":true,"payload":"text"}`, `[]`} {
			if got, err := shape.Rewrite("ListSIPControlApps", []byte(body)); err != nil || !json.Valid(got) {
				t.Errorf("%s of %s: %s, %v", shape.Name, body, got, err)
			}
		}
	}
}

func TestAShapeLeavesErrorsAlone(t *testing.T) {
	t.Parallel()
	s := seeded()
	add(t, s, fault.Fault{Kind: fault.Reshape, Shape: "no_envelope"})
	if got := do(t, s, "GET", "/sip/app/99999999-0000-4000-8000-000000000001", ""); got.Code != 404 || got.Status != 404 {
		t.Errorf("%d %s", got.Code, got.Text)
	}
}

// createInvite makes an invite over a real connection.
func createInvite(t *testing.T, url string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+BasePath+"/sip/connection/"+ConnectionUUID(7)+"/invites", strings.NewReader(`{"name":"Over the wire"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Auth-Token", DefaultToken)
	r.Header.Set("Content-Type", "application/json")
	return http.DefaultClient.Do(r)
}

func TestFaultsOverTheWire(t *testing.T) {
	t.Parallel()
	const route = "CreateSIPUserInvite"
	for _, test := range []struct {
		fault   fault.Fault
		code    int
		handled bool
		broken  bool
	}{
		{fault.Fault{Kind: fault.Latency, DelayMS: 1}, 201, true, false},
		{fault.Fault{Kind: fault.Status, Status: 503}, 503, false, false},
		{fault.Fault{Kind: fault.Unauthorized}, 401, false, false},
		{fault.Fault{Kind: fault.RateLimited}, 429, false, false},
		{fault.Fault{Kind: fault.NotSuccess}, 200, false, false},
		{fault.Fault{Kind: fault.MalformedJSON}, 201, true, false},
		{fault.Fault{Kind: fault.Truncated, Bytes: 40}, 201, true, true},
		{fault.Fault{Kind: fault.HTML}, 200, true, false},
		{fault.Fault{Kind: fault.Empty, Status: 204}, 204, true, false},
		{fault.Fault{Kind: fault.ResetBefore}, 0, false, true},
		{fault.Fault{Kind: fault.ResetAfter}, 0, true, true},
		{fault.Fault{Kind: fault.Oversize, Bytes: 100_000}, 201, true, false},
	} {
		t.Run(string(test.fault.Kind), func(t *testing.T) {
			t.Parallel()
			s := seeded()
			server := httptest.NewServer(s)
			defer server.Close()
			test.fault.Route, test.fault.Times = route, 1
			add(t, s, test.fault)
			code, err := exchange(t, server.URL)
			if code != test.code || (err != nil) != test.broken {
				t.Errorf("got %d, %v", code, err)
			}
			if test.broken && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("an unexpected kind of break: %v", err)
			}
			list := do(t, s, "GET", "/sip/connection/"+ConnectionUUID(7)+"/invites", "").list(t)
			if handled := len(list) == 1; handled != test.handled {
				t.Errorf("handled: %v, want %v", handled, test.handled)
			}
			if code, err := exchange(t, server.URL); code != 201 || err != nil {
				t.Errorf("the call after: %d, %v", code, err)
			}
			if n := s.Calls(route); n != 2 {
				t.Errorf("Calls = %d, want 2", n)
			}
		})
	}
}

// exchange makes the call and reads its answer to the end.
func exchange(t *testing.T, url string) (int, error) {
	t.Helper()
	response, err := createInvite(t, url)
	if err != nil {
		return 0, err
	}
	_, err = io.ReadAll(response.Body)
	return response.StatusCode, errors.Join(err, response.Body.Close())
}

func TestTheRecorderKeepsNoCredentials(t *testing.T) {
	t.Parallel()
	s := seeded()
	r := httptest.NewRequest("PATCH", BasePath+"/sip/app/"+AppUUID(1)+"?bearer=secret-b&jwt=secret-j&x=1", strings.NewReader(`{"name":"a"}`))
	r.Header.Set("X-Auth-Token", DefaultToken)
	r.SetBasicAuth("a", "secret-p")
	r.Header.Set("Content-Type", "application/json")
	send(t, s, r)
	requests := s.Recorder().Requests()
	if len(requests) != 1 {
		t.Fatalf("%d requests", len(requests))
	}
	got := requests[0]
	if got.Route != "ModifySIPControlApp" || string(got.Body) != `{"name":"a"}` || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("recorded %+v", got)
	}
	if len(got.Header) != 1 || got.Query.Encode() != "x=1" {
		t.Errorf("header %v, query %v", got.Header, got.Query)
	}
}
