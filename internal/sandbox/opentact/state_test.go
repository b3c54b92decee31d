package opentact

import (
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func quoted(ids ...string) string { return `"` + strings.Join(ids, `","`) + `"` }

// holds are the numbers of a connection or an app.
func holds(t *testing.T, s *Server, holder string) []any {
	t.Helper()
	return uuids(do(t, s, "GET", holder+"/tnlease", "").list(t))
}

func TestLeasesMove(t *testing.T) {
	t.Parallel()
	s := seeded()
	c1, c2, a1 := "/sip/connection/"+ConnectionUUID(1), "/sip/connection/"+ConnectionUUID(2), "/sip/app/"+AppUUID(1)

	got := do(t, s, "POST", c2+"/tnlease", `{"add":[`+quoted(LeaseUUID(1), LeaseUUID(19), LeaseUUID(1))+`],"remove":[`+quoted(LeaseUUID(7))+`]}`)
	hasIDs(LeaseUUID(1), LeaseUUID(19), LeaseUUID(7))(t, got)
	for holder, want := range map[string][]any{
		c1: ids(LeaseUUID, 2, 6),
		c2: {LeaseUUID(1), LeaseUUID(8), LeaseUUID(9), LeaseUUID(19)},
		a1: {LeaseUUID(20)},
	} {
		if diff := cmp.Diff(want, holds(t, s, holder)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", holder, diff)
		}
	}

	back := do(t, s, "POST", a1+"/tnlease", `{"add":[`+quoted(LeaseUUID(19), LeaseUUID(1))+`]}`).list(t)
	for _, lease := range back {
		app, _ := lease["sip_control_app"].(map[string]any)
		if lease["sip_connection"] != nil || app["uuid"] != AppUUID(1) {
			t.Errorf("lease %v is with connection %v and app %v", lease["uuid"], lease["sip_connection"], app["uuid"])
		}
	}
}

func TestAnAssignmentIsAllOrNothing(t *testing.T) {
	t.Parallel()
	s := seeded()
	c1, c2 := "/sip/connection/"+ConnectionUUID(1), "/sip/connection/"+ConnectionUUID(2)
	for _, body := range []string{
		`{"add":[` + quoted(LeaseUUID(1), AppUUID(1)) + `]}`,
		`{"add":[` + quoted(LeaseUUID(1)) + `],"remove":[` + quoted(LeaseUUID(2)) + `]}`,
		`{}`,
	} {
		do(t, s, "POST", c2+"/tnlease", body)
	}
	if diff := cmp.Diff(ids(LeaseUUID, 1, 6), holds(t, s, c1)); diff != "" {
		t.Errorf("connection 1 (-want +got):\n%s", diff)
	}
}

func TestAssignAnswersUUIDs(t *testing.T) {
	t.Parallel()
	s := seeded(func(o *Options) { o.AssignAnswersUUIDs = true })
	got := do(t, s, "POST", "/sip/app/"+AppUUID(1)+"/tnlease", `{"add":[`+quoted(LeaseUUID(1))+`],"remove":[`+quoted(LeaseUUID(19))+`]}`)
	if want := `[` + quoted(LeaseUUID(1), LeaseUUID(19)) + `]`; string(got.Payload) != want {
		t.Errorf("payload %s, want %s", got.Payload, want)
	}
}

func TestWhatIsInUseStays(t *testing.T) {
	t.Parallel()
	s := seeded()
	app, voice := "/sip/app/"+AppUUID(1), "/profile/outbound_voice/"+VoiceProfileUUID(2)
	for _, step := range []struct {
		method, path, body string
		code               int
	}{
		{"DELETE", app, "", 409},
		{"POST", app + "/tnlease", `{"remove":[` + quoted(LeaseUUID(19), LeaseUUID(20)) + `]}`, 200},
		{"DELETE", app, "", 200},
		{"GET", app, "", 404},
		{"DELETE", app, "", 404},
		{"DELETE", voice, "", 409},
		{"PATCH", "/sip/app/" + AppUUID(2), `{"outbound_voice_profile":null}`, 200},
		{"PATCH", "/sip/app/" + AppUUID(3), `{"outbound_voice_profile":null}`, 200},
		{"DELETE", voice, "", 409},
		{"PATCH", "/sip/connection/" + ConnectionUUID(4), `{"outbound_voice_profile":null}`, 200},
		{"PATCH", "/sip/connection/" + ConnectionUUID(6), `{"outbound_voice_profile":null}`, 200},
		{"DELETE", voice, "", 200},
		{"GET", voice, "", 404},
	} {
		if got := do(t, s, step.method, step.path, step.body); got.Code != step.code {
			t.Fatalf("%s %s: want %d, got %d %s", step.method, step.path, step.code, got.Code, got.Text)
		}
	}
}

func TestARemovedConnectionTakesItsOwnAndFreesItsNumbers(t *testing.T) {
	t.Parallel()
	s := seeded()
	removed := do(t, s, "DELETE", "/sip/connection/"+ConnectionUUID(1), "").entity(t)
	if n, _ := removed["sip_user_invites"].([]any); len(n) != 3 {
		t.Errorf("the removed connection shows %d invites, want its 3", len(n))
	}
	for _, k := range []kind{invites, sipUsers, leases} {
		if left := s.store.having(k, "sip_connection", ConnectionUUID(1)); len(left) > 0 {
			t.Errorf("%d of kind %s still belong to it", len(left), resources[k].name)
		}
	}
	if got := do(t, s, "POST", "/sip/app/"+AppUUID(5)+"/tnlease", `{"add":[`+quoted(LeaseUUID(1))+`]}`); got.Code != 200 {
		t.Errorf("a freed number cannot be assigned: %s", got.Text)
	}
}

func TestARemovedMessagingProfileLeavesItsNumbers(t *testing.T) {
	t.Parallel()
	s := seeded()
	do(t, s, "DELETE", "/profile/messaging/"+MessagingProfileUUID(3), "")
	for _, lease := range do(t, s, "GET", "/sip/app/"+AppUUID(1)+"/tnlease", "").list(t) {
		if lease["messaging_profile"] != nil {
			t.Errorf("lease %v still has %v", lease["uuid"], lease["messaging_profile"])
		}
	}
}

func TestListsAreInTheOrderOfCreation(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := testDay()
	s := seeded(func(o *Options) {
		o.Clock = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	})
	set := func(to time.Time) { mu.Lock(); defer mu.Unlock(); now = to }
	for i, at := range []time.Time{testDay(), testDay().AddDate(-2, 0, 0), testDay()} {
		set(at)
		if got := do(t, s, "POST", "/sip/app", `{"name":"`+string(rune('a'+i))+`"}`); got.Code != 201 {
			t.Fatal(got.Text)
		}
	}
	var names []any
	for _, app := range do(t, s, "GET", "/sip/app", "").list(t) {
		names = append(names, app["name"])
	}
	want := []any{"b", "Appointment reminders", "After-hours menu", "Call back in queue", "Recall campaign 2025", "Survey (trial)", "a", "c"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}

func TestCallFlows(t *testing.T) {
	t.Parallel()
	good := `<?xml version="1.0" encoding="UTF-8"?><Response><Say>Hello</Say><callback url="https://a.example"/><Dial><Sip>sip:a@b</Sip></Dial></Response>`
	for _, test := range []struct {
		name, call, part, document string
		code                       int
		message                    string
	}{
		{"good", CallUUID(1), "file", good, 200, ""},
		{"another call", CallUUID(2), "file", `<Response/>`, 200, ""},
		{"over", CallUUID(3), "file", good, 404, "SIP control app call not found"},
		{"unknown call", AppUUID(1), "file", good, 404, "SIP control app call not found"},
		{"another part", CallUUID(1), "xml", good, 400, "Validation failed: file is required"},
		{"broken", CallUUID(1), "file", `<Response><Say>`, 400, "Validation failed: file is not well-formed XML: XML syntax error on line 1: unexpected EOF"},
		{"another root", CallUUID(1), "file", `<Say/>`, 400, "Validation failed: file must have the root element Response, not Say"},
		{"two roots", CallUUID(1), "file", `<Response/><Response/>`, 400, "Validation failed: file must have one root element, Response"},
		{"nothing", CallUUID(1), "file", ``, 400, "Validation failed: file must have one root element, Response"},
		{"unknown verb", CallUUID(1), "file", `<Response><Sing/></Response>`, 400, "Validation failed: file has the unknown verb Sing"},
		{"too large", CallUUID(1), "file", strings.Repeat(" ", maxBodyBytes), 413, "The body has more than 4194304 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := seeded()
			got := send(t, s, callFlowRequest(t, test.call, test.part, test.document))
			if got.Code != test.code || got.Message != test.message {
				t.Fatalf("want %d %q, got %d %s", test.code, test.message, got.Code, got.Text)
			}
			want := map[bool]string{true: test.document}[test.code == 200]
			if kept := s.CallFlow(test.call); kept != want {
				t.Errorf("kept %q, want %q", kept, want)
			}
		})
	}
}

func TestCallFlowAnswer(t *testing.T) {
	t.Parallel()
	s := seeded()
	golden(t, "call", send(t, s, callFlowRequest(t, CallUUID(1), "file", "<Response/>")).Text)
	if n := s.Calls("ExecuteSIPControlAppCallExecuteCallFlow"); n != 1 {
		t.Errorf("Calls = %d", n)
	}
	raw := httptest.NewRequest("POST", BasePath+"/sip/app/call/"+CallUUID(1), strings.NewReader("<Response/>"))
	raw.Header.Set("X-Auth-Token", DefaultToken)
	raw.Header.Set("Content-Type", "text/xml")
	if got := send(t, s, raw); got.Code != 415 {
		t.Errorf("raw XML: %d %s", got.Code, got.Text)
	}
}

func TestManyCallersAtOnce(t *testing.T) {
	t.Parallel()
	s := seeded(func(o *Options) { o.NewUUID = nil })
	c1, a1 := "/sip/connection/"+ConnectionUUID(1), "/sip/app/"+AppUUID(1)
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 20 {
				created := do(t, s, "POST", c1+"/invites", `{"name":"At once"}`).entity(t)
				invite := c1 + "/invites/" + created["uuid"].(string)
				do(t, s, "PATCH", invite, `{"name":"Changed at once"}`)
				do(t, s, "POST", c1+"/tnlease", `{"add":[`+quoted(LeaseUUID(23))+`]}`)
				do(t, s, "POST", a1+"/tnlease", `{"add":[`+quoted(LeaseUUID(23))+`]}`)
				do(t, s, "PATCH", "/sip/app/"+AppUUID(2), `{"class4_egress_trunk_settings":{"media_type":"Proxy Media"}}`)
				do(t, s, "GET", c1, "")
				if got := do(t, s, "DELETE", invite, ""); got.Code != 200 {
					t.Errorf("delete: %d %s", got.Code, got.Text)
				}
			}
		})
	}
	callers.Wait()
	hasIDs(ids(InviteUUID, 1, 3)...)(t, do(t, s, "GET", c1+"/invites", ""))
	if n := s.Calls("CreateSIPUserInvite"); n != 160 {
		t.Errorf("Calls = %d, want 160", n)
	}
}
