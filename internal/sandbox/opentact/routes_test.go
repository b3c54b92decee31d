package opentact

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/sandbox/route"
)

// happy is one good call of a route.
type happy struct {
	route  route.Route
	path   string
	body   string
	code   int
	golden string
	check  func(*testing.T, reply)
}

// hasEntity checks members of the payload.
func hasEntity(want map[string]any) func(*testing.T, reply) {
	return func(t *testing.T, r reply) {
		t.Helper()
		got := r.entity(t)
		for name, value := range want {
			if diff := cmp.Diff(value, got[name]); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}

// hasIDs checks which entities a list has, and their order.
func hasIDs(want ...any) func(*testing.T, reply) {
	return func(t *testing.T, r reply) {
		t.Helper()
		if diff := cmp.Diff(want, uuids(r.list(t))); diff != "" {
			t.Errorf("uuids (-want +got):\n%s", diff)
		}
	}
}

func ids(id func(int) string, first, last int) []any {
	var all []any
	for n := first; n <= last; n++ {
		all = append(all, id(n))
	}
	return all
}

const firstNew = "00000000-0000-4000-8000-000000000001"

func happyCalls() []happy {
	c1, c6, c7 := "/sip/connection/"+ConnectionUUID(1), "/sip/connection/"+ConnectionUUID(6), "/sip/connection/"+ConnectionUUID(7)
	a1, a5 := "/sip/app/"+AppUUID(1), "/sip/app/"+AppUUID(5)
	m1, v1, v3 := "/profile/messaging/"+MessagingProfileUUID(1), "/profile/outbound_voice/"+VoiceProfileUUID(1), "/profile/outbound_voice/"+VoiceProfileUUID(3)
	at := func(operation, method, pattern string) route.Route {
		return route.Route{Operation: operation, Method: method, Pattern: pattern}
	}
	return []happy{
		{at("GetAccount", "GET", "/account"), "/account", "", 200, "account", nil},
		{at("GetSIPConnectionProductsList", "GET", "/sip/connection/product"), "/sip/connection/product", "", 200, "products", nil},
		{at("ListTNLeases", "GET", "/lease/tn"), "/lease/tn", "", 200, "", hasIDs(ids(LeaseUUID, 1, 26)...)},
		{at("GetOnlineCalls", "GET", "/sip/app/call/online"), "/sip/app/call/online", "", 200, "calls", hasIDs(CallUUID(1), CallUUID(2), CallUUID(4), CallUUID(5), CallUUID(6))},

		{at("ListSIPConnections", "GET", "/sip/connection"), "/sip/connection", "", 200, "connections", hasIDs(ids(ConnectionUUID, 1, 7)...)},
		{at("CreateSIPConnection", "POST", "/sip/connection"), "/sip/connection", `{"name":"New","product":2,"ip":"192.0.2.99","port":5070,"class4_egress_trunk_stings":{"media_type":"Bypass Media"}}`, 201, "connection_created",
			hasEntity(map[string]any{"uuid": firstNew, "name": "New", "is_active": true, "port": 5070.0, "ip": "192.0.2.99", "tech_prefix": 100102.0, "subdomain": nil})},
		{at("GetSIPConnectionByUUID", "GET", "/sip/connection/{uuid}"), c6, "", 200, "connection", nil},
		{at("ModifySIPConnection", "PATCH", "/sip/connection/{uuid}"), c1, `{"is_active":false,"subdomain":null}`, 200, "",
			hasEntity(map[string]any{"is_active": false, "subdomain": nil, "name": "Seattle HQ", "modified_on": "2026-06-01T10:00:00.000Z"})},
		{at("RemoveSIPConnectionByID", "DELETE", "/sip/connection/{uuid}"), c7, "", 200, "", hasEntity(map[string]any{"uuid": ConnectionUUID(7)})},

		{at("CreateSIPUserInvite", "POST", "/sip/connection/{sip_connection_uuid}/invites"), c1 + "/invites", `{"name":"Dr. Zoë Quill","expired_on":"2026-07-01T12:00:00+02:00"}`, 201, "invite_created",
			hasEntity(map[string]any{"uuid": firstNew, "name": "Dr. Zoë Quill", "expired_on": "2026-07-01T10:00:00.000Z", "created_on": "2026-06-01T10:00:00.000Z"})},
		{at("ListSIPUserInvites", "GET", "/sip/connection/{sip_connection_uuid}/invites"), c1 + "/invites", "", 200, "invites", hasIDs(ids(InviteUUID, 1, 3)...)},
		{at("ModifySIPUserInvite", "PATCH", "/sip/connection/{sip_connection_uuid}/invites/{uuid}"), c1 + "/invites/" + InviteUUID(2), `{"expired_on":null}`, 200, "",
			hasEntity(map[string]any{"uuid": InviteUUID(2), "expired_on": nil, "name": "Dr. Amara Singh, softphone"})},
		{at("RemoveSIPUserInviteByUUID", "DELETE", "/sip/connection/{sip_connection_uuid}/invites/{uuid}"), c1 + "/invites/" + InviteUUID(1), "", 200, "", hasEntity(map[string]any{"uuid": InviteUUID(1)})},

		{at("ListSIPUsersBySIPConnectionUUID", "GET", "/sip/connection/{uuid}/users"), c6 + "/users", "", 200, "", hasIDs(ids(SIPUserUUID, 6, 8)...)},
		{at("CreateSIPUser", "POST", "/sip/connection/{uuid}/users"), c1 + "/users", `{"login":"lab","password":"correct horse"}`, 201, "",
			hasEntity(map[string]any{"login": "lab", "password": nil, "ha1": "eae523592985409a9c1081b5e80d87f4"})},
		{at("GetSIPUser", "GET", "/sip/connection/{uuid}/users/{user}"), c1 + "/users/" + SIPUserUUID(1), "", 200, "sip_user", nil},
		{at("ModifySIPUser", "PATCH", "/sip/connection/{uuid}/users/{user}"), c1 + "/users/" + SIPUserUUID(1), `{"first_name":"New"}`, 200, "", hasEntity(map[string]any{"first_name": "New", "login": "frontdesk"})},
		{at("RemoveSIPUser", "DELETE", "/sip/connection/{uuid}/users/{user}"), c1 + "/users/" + SIPUserUUID(1), "", 200, "", hasEntity(map[string]any{"uuid": SIPUserUUID(1)})},

		{at("AssignTNLeasesToSIPConnection", "POST", "/sip/connection/{uuid}/tnlease"), c7 + "/tnlease", `{"add":["` + LeaseUUID(23) + `"]}`, 200, "connection_leases", hasIDs(LeaseUUID(23))},
		{at("GETSIPConnectionTNLeasesList", "GET", "/sip/connection/{uuid}/tnlease"), c6 + "/tnlease", "", 200, "", hasIDs(ids(LeaseUUID, 15, 18)...)},
		{at("AssignTNLeasesToSIPControlApp", "POST", "/sip/app/{uuid}/tnlease"), a5 + "/tnlease", `{"add":["` + LeaseUUID(23) + `"]}`, 200, "app_leases", hasIDs(LeaseUUID(23))},
		{at("GetSIPControlAppTNLeasesList", "GET", "/sip/app/{uuid}/tnlease"), a1 + "/tnlease", "", 200, "", hasIDs(ids(LeaseUUID, 19, 20)...)},

		{at("CreateSIPControlApp", "POST", "/sip/app"), "/sip/app", `{"name":"Voicemail","outbound_voice_profile":"` + VoiceProfileUUID(1) + `"}`, 201, "app_created",
			hasEntity(map[string]any{"uuid": firstNew, "name": "Voicemail", "is_active": true})},
		{at("ListSIPControlApps", "GET", "/sip/app"), "/sip/app", "", 200, "", hasIDs(ids(AppUUID, 1, 5)...)},
		{at("GetSIPControlAppByUUID", "GET", "/sip/app/{uuid}"), a1, "", 200, "app", nil},
		{at("ModifySIPControlApp", "PATCH", "/sip/app/{uuid}"), a1, `{"name":"Reminders","outbound_voice_profile":null}`, 200, "", hasEntity(map[string]any{"name": "Reminders", "outbound_voice_profile": nil})},
		{at("RemoveSIPControlAppByUUID", "DELETE", "/sip/app/{uuid}"), a5, "", 200, "", hasEntity(map[string]any{"uuid": AppUUID(5)})},

		{at("CreateMessagingProfile", "POST", "/profile/messaging"), "/profile/messaging", `{"name":"Short","callback_url2":"https://b.example.com","toll_free_weight":3}`, 201, "messaging_profile_created",
			hasEntity(map[string]any{"uuid": firstNew, "tollfree_weight": 3.0, "long_code_weight": 1.0, "callback_url": nil})},
		{at("ListMessagingProfiles", "GET", "/profile/messaging"), "/profile/messaging", "", 200, "messaging_profiles", hasIDs(ids(MessagingProfileUUID, 1, 4)...)},
		{at("GetMessagingProfileByUUID", "GET", "/profile/messaging/{uuid}"), m1, "", 200, "", hasEntity(map[string]any{"name": "Clinic reminders"})},
		{at("ModifyMessagingProfile", "PATCH", "/profile/messaging/{uuid}"), m1, `{"callback_url":null,"number_pool_enable":false}`, 200, "", hasEntity(map[string]any{"callback_url": nil, "number_pool_enable": false})},
		{at("RemoveMessagingProfileByUUID", "DELETE", "/profile/messaging/{uuid}"), m1, "", 200, "", hasEntity(map[string]any{"uuid": MessagingProfileUUID(1)})},

		{at("CreateOutboundVoiceProfile", "POST", "/profile/outbound_voice"), "/profile/outbound_voice", `{"name":"Nights","daily_spent_limit":10.5,"filemat":"mp3","record_calls":2}`, 201, "voice_profile_created",
			hasEntity(map[string]any{"daily_spend_limit": 10.5, "filemat": "mp3", "record_calls": 2.0, "audio_track_type": 0.0, "tech_prefix": nil})},
		{at("ListOutboundVoiceProfiles", "GET", "/profile/outbound_voice"), "/profile/outbound_voice", "", 200, "", hasIDs(ids(VoiceProfileUUID, 1, 3)...)},
		{at("GetOutboundVoiceProfileByUUID", "GET", "/profile/outbound_voice/{uuid}"), v1, "", 200, "", hasEntity(map[string]any{"name": "Clinics outbound", "max_rate": 0.05})},
		{at("ModifyOutboundVoiceProfile", "PATCH", "/profile/outbound_voice/{uuid}"), v1, `{"channel_limit":0,"filemat":null}`, 200, "", hasEntity(map[string]any{"channel_limit": 0.0, "filemat": nil})},
		{at("RemoveOutboundVoiceProfileByUUID", "DELETE", "/profile/outbound_voice/{uuid}"), v3, "", 200, "", hasEntity(map[string]any{"uuid": VoiceProfileUUID(3)})},
	}
}

func TestHappyPaths(t *testing.T) {
	t.Parallel()
	for _, test := range happyCalls() {
		t.Run(test.route.Operation, func(t *testing.T) {
			t.Parallel()
			s := seeded()
			got := do(t, s, test.route.Method, test.path, test.body)
			if got.Code != test.code || !got.Success {
				t.Fatalf("got %d %s", got.Code, got.Text)
			}
			if n := s.Calls(test.route.Operation); n != 1 {
				t.Errorf("Calls = %d, want 1", n)
			}
			if test.check != nil {
				test.check(t, got)
			}
			if test.golden != "" {
				golden(t, test.golden, got.Text)
			}
		})
	}
}

// elsewhere are the routes that have tests of their own.
func elsewhere() []route.Route {
	return []route.Route{
		{Operation: "Auth", Method: "GET", Pattern: "/auth"},
		{Operation: "GetSIPConnectionProductsList", Method: "GET", Pattern: "/sip/product"},
		{Operation: "SearchTNLeases", Method: "POST", Pattern: "/lease/tn/search"},
		{Operation: "ExecuteSIPControlAppCallExecuteCallFlow", Method: "POST", Pattern: "/sip/app/call/{uuid}"},
		{Operation: "ExecuteSIPControlAppCallExecuteCallFlow", Method: "POST", Pattern: "/call/sca/{uuid}"},
	}
}

func TestEveryRouteHasATest(t *testing.T) {
	t.Parallel()
	tested := map[route.Route]bool{}
	for _, test := range happyCalls() {
		tested[test.route] = true
	}
	for _, other := range elsewhere() {
		tested[other] = true
	}
	for _, call := range laterCalls() {
		tested[call.route] = true
	}
	want := map[route.Route]bool{}
	for _, served := range Routes() {
		want[served] = true
	}
	if diff := cmp.Diff(want, tested); diff != "" {
		t.Errorf("routes (-served +tested):\n%s", diff)
	}
}

func TestProductsMove(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name            string
		generation      Generation
		present, absent string
	}{
		{"first generation", FirstGeneration, "/sip/connection/product", "/sip/product"},
		{"second generation", SecondGeneration, "/sip/product", "/sip/connection/product"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := seeded(func(o *Options) { o.Generation = test.generation })
			if got := do(t, s, "GET", test.present, ""); got.Code != 200 || len(got.list(t)) != 4 {
				t.Errorf("%s: %d %s", test.present, got.Code, got.Text)
			}
			if got := do(t, s, "GET", test.absent, ""); got.Code != 404 || got.Status != 404 {
				t.Errorf("%s: %d %s", test.absent, got.Code, got.Text)
			}
		})
	}
}

// TestSearchLeases: the second generation answers all numbers page by page only.
func TestSearchLeases(t *testing.T) {
	t.Parallel()
	s := seeded(func(o *Options) { o.Generation = SecondGeneration })
	for body, want := range map[string][]any{
		`{}`:                        ids(LeaseUUID, 1, 10),
		`{"take":100}`:              ids(LeaseUUID, 1, 26),
		`{"take":5,"skip":24}`:      ids(LeaseUUID, 25, 26),
		`{"take":5,"skip":26}`:      nil,
		`{"take":1,"skip":1000000}`: nil,

		`{"take":2,"order":{"created_on":"ASC"}}`:            ids(LeaseUUID, 1, 2),
		`{"take":1,"skip":25,"order":{"created_on":"DESC"}}`: ids(LeaseUUID, 1, 1),
	} {
		page := do(t, s, "POST", "/lease/tn/search", body).entity(t)
		var got []any
		rows, _ := page["data"].([]any)
		for _, row := range rows {
			got = append(got, row.(map[string]any)["uuid"])
		}
		if diff := cmp.Diff(want, got); diff != "" || page["total"] != 26.0 {
			t.Errorf("%s: total %v, %s", body, page["total"], diff)
		}
	}
	for query, want := range map[string][]any{
		"?take=5&skip=24": ids(LeaseUUID, 25, 26),
		"?skip=20":        ids(LeaseUUID, 21, 26),
		"?take=x":         nil,
	} {
		page := do(t, s, "POST", "/lease/tn/search"+query, `{}`)
		if want == nil {
			if page.Code != 400 {
				t.Errorf("%s: %d", query, page.Code)
			}
			continue
		}
		var got []any
		rows, _ := page.entity(t)["data"].([]any)
		for _, row := range rows {
			got = append(got, row.(map[string]any)["uuid"])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	for _, body := range []string{`{"take":0}`, `{"take":101}`, `{"skip":-1}`, `{"tn":1}`, `[]`, `{"order":{"tn":"ASC"}}`, `{"order":{"created_on":"asc"}}`, `{"order":{}}`} {
		if got := do(t, s, "POST", "/lease/tn/search", body); got.Code != 400 {
			t.Errorf("%s: %d %s", body, got.Code, got.Text)
		}
	}
	if got := do(t, s, "GET", "/lease/tn", ""); got.Code != 404 {
		t.Errorf("the list of the first generation: %d", got.Code)
	}
}

func TestUnknownRoutesAndMethods(t *testing.T) {
	t.Parallel()
	s := seeded()
	for _, test := range []struct {
		method, path string
		code         int
		allow        string
	}{
		{"GET", "/nowhere", 404, ""},
		{"GET", "/sip/connection/", 404, ""},
		{"GET", "/sip/app/call/" + CallUUID(1) + "/more", 404, ""},
		{"PUT", "/sip/app", 405, "GET, POST"},
		{"POST", "/sip/connection/" + ConnectionUUID(1), 405, "DELETE, GET, PATCH"},
		{"POST", "/account", 405, "GET"},
		{"HEAD", "/account", 405, "GET"},
	} {
		got := do(t, s, test.method, test.path, "")
		if got.Code != test.code || got.Status != test.code || got.Success || got.Header.Get("Allow") != test.allow {
			t.Errorf("%s %s: %d, Allow %q, %s", test.method, test.path, got.Code, got.Header.Get("Allow"), got.Text)
		}
	}
	outside := send(t, s, httptest.NewRequest(http.MethodGet, "/restless/account", nil))
	if outside.Code != 404 {
		t.Errorf("outside the base path: %d", outside.Code)
	}
}
