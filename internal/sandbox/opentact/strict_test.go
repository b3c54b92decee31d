package opentact

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBodiesAreCheckedStrictly(t *testing.T) {
	t.Parallel()
	s := seeded()
	c1 := "/sip/connection/" + ConnectionUUID(1)
	long := strings.Repeat("é", 256)
	longEnough := strings.Repeat("é", 255)
	for _, test := range []struct {
		method, path, body string
		code               int
		message            string
	}{
		{"POST", "/sip/app", ``, 415, "Content-Type must be application/json"},
		{"POST", "/sip/app", `{`, 400, "The body must be a JSON object"},
		{"POST", "/sip/app", `null`, 400, "The body must be a JSON object"},
		{"POST", "/sip/app", `["name"]`, 400, "The body must be a JSON object"},
		{"POST", "/sip/app", `{"name":"a"}{}`, 400, "The body must be one JSON object"},
		{"POST", "/sip/app", `{}`, 400, "Validation failed: name is required"},
		{"POST", "/sip/app", `{"name":null}`, 400, "Validation failed: name must be a string"},
		{"POST", "/sip/app", `{"name":7}`, 400, "Validation failed: name must be a string"},
		{"POST", "/sip/app", `{"name":""}`, 400, "Validation failed: name must have 1 to 255 characters"},
		{"POST", "/sip/app", `{"name":"` + long + `"}`, 400, "Validation failed: name must have 1 to 255 characters"},
		{"POST", "/sip/app", `{"name":"` + longEnough + `"}`, 201, ""},
		{"POST", "/sip/app", `{"name":"a","color":"red"}`, 400, "Validation failed: color is not a known argument"},
		{"POST", "/sip/app", `{"name":"a","uuid":"b"}`, 400, "Validation failed: uuid is not a known argument"},
		{"POST", "/sip/app", `{"name":"","zone":1,"is_active":"true"}`, 400, "Validation failed: is_active must be a boolean; name must have 1 to 255 characters; zone is not a known argument"},
		{"POST", "/sip/app", `{"name":"a","is_active":null}`, 400, "Validation failed: is_active must be a boolean"},
		{"POST", "/sip/app", `{"name":"a","subdomain":"ab"}`, 400, "Validation failed: subdomain must have 3 to 255 characters"},
		{"POST", "/sip/app", `{"name":"a","subdomain":null}`, 201, ""},
		{"POST", "/sip/app", `{"name":"a","outbound_voice_profile":"` + strings.ToUpper(VoiceProfileUUID(1)) + `"}`, 400, "Validation failed: outbound_voice_profile must match " + uuidForm.String()},
		{"POST", "/sip/app", `{"name":"a","outbound_voice_profile":"` + AppUUID(1) + `"}`, 404, "Outbound voice profile not found"},
		{"PATCH", "/sip/app/" + AppUUID(1), `{"outbound_voice_profile":"` + AppUUID(1) + `"}`, 404, "Outbound voice profile not found"},
		{"POST", "/sip/app", `{"name":"a","class4_egress_trunk_settings":[]}`, 400, "Validation failed: class4_egress_trunk_settings must be an object"},
		{"POST", "/sip/app", `{"name":"a","class4_egress_trunk_stings":{"media_type":"Bypass"}}`, 400, "Validation failed: class4_egress_trunk_stings media_type must be one of Bypass Media, Proxy Media + Transcoding, Proxy Media"},

		{"POST", "/sip/connection", `{"name":"a","port":1023}`, 400, "Validation failed: port must be 1024 to 65535"},
		{"POST", "/sip/connection", `{"name":"a","port":65536}`, 400, "Validation failed: port must be 1024 to 65535"},
		{"POST", "/sip/connection", `{"name":"a","port":"5060"}`, 400, "Validation failed: port must be a number"},
		{"POST", "/sip/connection", `{"name":"a","port":null}`, 400, "Validation failed: port must be a number"},
		{"POST", "/sip/connection", `{"name":"a","product":0}`, 400, "Validation failed: product must be 1 to 1024"},
		{"POST", "/sip/connection", `{"name":"a","product":1.5}`, 400, "Validation failed: product must be an integer"},
		{"POST", "/sip/connection", `{"name":"a","product":5}`, 404, "SIP product not found"},
		{"POST", "/sip/connection", `{"name":"a","product":2.0}`, 201, ""},
		{"POST", "/sip/connection", `{"name":"a","ip":"2001:db8::1"}`, 400, "Validation failed: ip must be an IPv4 address"},
		{"POST", "/sip/connection", `{"name":"a","ip":3232235776}`, 400, "Validation failed: ip must be a string"},

		{"POST", c1 + "/invites", `{"name":"ab"}`, 400, "Validation failed: name must have 3 to 255 characters"},
		{"POST", c1 + "/invites", `{"name":"abc"}`, 201, ""},
		{"POST", c1 + "/invites", `{"name":"abc","expired_on":"tomorrow"}`, 400, "Validation failed: expired_on must be an RFC 3339 date-time"},
		{"POST", c1 + "/invites", `{"name":"abc","expired_on":1790000000}`, 400, "Validation failed: expired_on must be a string"},
		{"POST", c1 + "/invites", `{"name":"abc","token":"mine"}`, 400, "Validation failed: token is not a known argument"},
		{"PATCH", c1 + "/invites/" + InviteUUID(1), `{"name":null}`, 400, "Validation failed: name must be a string"},
		{"PATCH", c1 + "/invites/" + InviteUUID(1), `{}`, 200, ""},

		{"POST", c1 + "/users", `{"login":"x"}`, 400, "Validation failed: password is required"},

		{"POST", "/profile/messaging", `{"name":"a","callback_url":"http://a"}`, 400, "Validation failed: callback_url must have 10 to 255 characters"},
		{"POST", "/profile/messaging", `{"name":"a","number_pool_enable":"https://b.example.com"}`, 400, "Validation failed: number_pool_enable must be a boolean"},
		{"POST", "/profile/messaging", `{"name":"a","long_code_weight":10}`, 400, "Validation failed: long_code_weight must be 0 to 9"},
		{"POST", "/profile/messaging", `{"name":"a","tollfree_weight":-1}`, 400, "Validation failed: tollfree_weight must be 0 to 9"},

		{"POST", "/profile/outbound_voice", `{"name":"a","tech_prefix":99999}`, 400, "Validation failed: tech_prefix must be 100000 to 999999"},
		{"POST", "/profile/outbound_voice", `{"name":"a","max_rate":-0.01}`, 400, "Validation failed: max_rate must be at least 0"},
		{"POST", "/profile/outbound_voice", `{"name":"a","channel_limit":1e400}`, 400, "Validation failed: channel_limit must be at least 0"},
		{"POST", "/profile/outbound_voice", `{"name":"a","record_calls":3}`, 400, "Validation failed: record_calls must be 0 to 2"},
		{"POST", "/profile/outbound_voice", `{"name":"a","filemat":true}`, 400, "Validation failed: filemat must be one of wav, mp3"},
		{"POST", "/profile/outbound_voice", `{"name":"a","audio_track_type":false}`, 400, "Validation failed: audio_track_type must be a number"},

		{"POST", c1 + "/tnlease", `{"add":"` + LeaseUUID(1) + `"}`, 400, "Validation failed: add must be an array of UUIDs"},
		{"POST", c1 + "/tnlease", `{"add":["x"]}`, 400, "Validation failed: add element 0 must match " + uuidForm.String()},
		{"POST", c1 + "/tnlease", `{"add":["` + AppUUID(1) + `"]}`, 404, "TN lease not found"},
		{"POST", c1 + "/tnlease", `{"remove":["` + LeaseUUID(7) + `"]}`, 400, "TN lease " + LeaseUUID(7) + " is not assigned here"},
		{"POST", c1 + "/tnlease", `{"add":["` + LeaseUUID(1) + `"],"remove":["` + LeaseUUID(1) + `"]}`, 400, "Validation failed: remove names a TN lease that add names too"},
	} {
		got := do(t, s, test.method, test.path, test.body)
		wantStatus := test.code
		if test.code < 300 {
			wantStatus = 0
		}
		if got.Code != test.code || got.Status != wantStatus || got.Message != test.message || got.Success != (test.code < 300) {
			t.Errorf("%s %s %.80s: want %d %q, got %d %s", test.method, test.path, test.body, test.code, test.message, got.Code, got.Text)
		}
	}
}

func TestPathsAreCheckedStrictly(t *testing.T) {
	t.Parallel()
	s := seeded()
	missing := "99999999-0000-4000-8000-000000000001"
	pattern := "Validation failed: uuid must match " + uuidForm.String()
	for _, test := range []struct {
		method, path, body string
		code               int
		message            string
	}{
		{"GET", "/sip/connection/" + missing, "", 404, "SIP connection not found"},
		{"GET", "/sip/connection/" + strings.ToUpper(ConnectionUUID(1)), "", 400, pattern},
		{"GET", "/sip/connection/x%2Fy", "", 400, pattern},
		{"PATCH", "/sip/app/7", "{}", 400, pattern},
		{"GET", "/sip/connection/" + missing + "/invites", "", 404, "SIP connection not found"},
		{"POST", "/sip/connection/" + missing + "/invites", `{"name":"abc"}`, 404, "SIP connection not found"},
		{"PATCH", "/sip/connection/" + ConnectionUUID(2) + "/invites/" + InviteUUID(1), `{"name":"abc"}`, 404, "SIP user invite not found"},
		{"DELETE", "/sip/connection/" + ConnectionUUID(2) + "/invites/" + InviteUUID(1), "", 404, "SIP user invite not found"},
		{"DELETE", "/sip/connection/" + ConnectionUUID(1) + "/invites/" + missing, "", 404, "SIP user invite not found"},
		{"GET", "/sip/connection/" + ConnectionUUID(2) + "/users/" + SIPUserUUID(1), "", 404, "SIP user not found"},
		{"GET", "/sip/connection/" + missing + "/tnlease", "", 404, "SIP connection not found"},
		{"POST", "/sip/app/" + missing + "/tnlease", `{}`, 404, "SIP control app not found"},
		{"GET", "/profile/messaging/" + missing, "", 404, "Messaging profile not found"},
		{"DELETE", "/profile/outbound_voice/" + missing, "", 404, "Outbound voice profile not found"},
	} {
		got := do(t, s, test.method, test.path, test.body)
		if got.Code != test.code || got.Status != test.code || got.Message != test.message {
			t.Errorf("%s %s: want %d %q, got %d %s", test.method, test.path, test.code, test.message, got.Code, got.Text)
		}
	}
}

func TestContentTypeAndSize(t *testing.T) {
	t.Parallel()
	s := seeded()
	for _, test := range []struct {
		contentType, body string
		code              int
	}{
		{"application/json; charset=utf-8", `{"name":"a"}`, 201},
		{"text/plain", `{"name":"a"}`, 415},
		{"application/x-www-form-urlencoded", `name=a`, 415},
		{"", `{"name":"a"}`, 415},
		{"application/json", `{"name":"` + strings.Repeat("a", maxBodyBytes) + `"}`, 413},
	} {
		r := httptest.NewRequest("POST", BasePath+"/sip/app", strings.NewReader(test.body))
		r.Header.Set("X-Auth-Token", DefaultToken)
		r.Header.Set("Content-Type", test.contentType)
		if got := send(t, s, r); got.Code != test.code {
			t.Errorf("%q, %d bytes: want %d, got %d %s", test.contentType, len(test.body), test.code, got.Code, got.Text)
		}
	}
}

func TestErrorFieldsOfTheThirdGeneration(t *testing.T) {
	t.Parallel()
	s := seeded(func(o *Options) { o.ErrorFields = true })
	got := do(t, s, "POST", "/sip/app", `{"name":7,"zone":null}`)
	want := map[string]any{
		"params.name": map[string]any{"message": "must be a string", "value": 7.0},
		"params.zone": map[string]any{"message": "is not a known argument", "value": nil},
	}
	if diff := cmp.Diff(want, got.Fields); diff != "" || got.Meta != "Bad Request" {
		t.Errorf("meta %q, fields (-want +got):\n%s", got.Meta, diff)
	}
	if plain := do(t, seeded(), "POST", "/sip/app", `{}`); strings.Contains(plain.Text, "fields") {
		t.Errorf("fields without the switch: %s", plain.Text)
	}
}

func TestSpellingsOfTrunkSettings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ body, media string }{
		{`"class4_egress_trunk_stings":{"media_type":"Bypass Media"}`, "Bypass Media"},
		{`"class4_egress_trunk_settings":{"media_type":"Proxy Media"}`, "Proxy Media"},
		{`"class4_egress_trunk_stings":{"media_type":"Bypass Media"},"class4_egress_trunk_settings":{"media_type":"Proxy Media"}`, "Proxy Media"},
	} {
		got := do(t, seeded(), "POST", "/sip/app", `{"name":"a",`+test.body+`}`).entity(t)
		settings, _ := got["class4_egress_trunk_settings"].(map[string]any)
		if settings["media_type"] != test.media || got["class4_egress_trunk_stings"] != nil {
			t.Errorf("%s: %v", test.body, settings)
		}
	}
}

func TestSettingsAreReplacedAndCleared(t *testing.T) {
	t.Parallel()
	s := seeded()
	app := "/sip/app/" + AppUUID(1)
	for _, test := range []struct {
		body string
		want map[string]any
	}{
		{`{"class4_egress_trunk_settings":{"call_limit":12345678901234567890}}`, map[string]any{"media_type": nil, "call_limit": 12345678901234567890.0, "is_active": true}},
		{`{"name":"Reminders"}`, map[string]any{"call_limit": 12345678901234567890.0}},
		{`{"class4_egress_trunk_settings":null}`, map[string]any{"media_type": nil, "call_limit": nil, "is_active": true}},
	} {
		settings, _ := do(t, s, "PATCH", app, test.body).entity(t)["class4_egress_trunk_settings"].(map[string]any)
		for name, want := range test.want {
			if settings[name] != want {
				t.Errorf("%s: %s is %v, want %v", test.body, name, settings[name], want)
			}
		}
	}
}

func TestTheSandboxIsBounded(t *testing.T) {
	t.Parallel()
	empty := New(Options{Seed: true})
	s := seeded(func(o *Options) { o.MaxEntities = empty.store.Count() + 2 })
	for i, want := range []int{201, 201, 507} {
		if got := do(t, s, "POST", "/sip/app", `{"name":"a"}`); got.Code != want {
			t.Errorf("create %d: %d %s", i, got.Code, got.Text)
		}
	}
	if err := s.AddInvites(ConnectionUUID(1), 1); err == nil {
		t.Error("AddInvites found space in a full sandbox")
	}
	do(t, s, "DELETE", "/sip/app/"+firstNew, "")
	if got := do(t, s, "POST", "/sip/app", `{"name":"a"}`); got.Code != 201 {
		t.Errorf("create after a delete: %d %s", got.Code, got.Text)
	}
}

func TestManyInvites(t *testing.T) {
	t.Parallel()
	s := seeded()
	if err := s.AddInvites(ConnectionUUID(7), 2500); err != nil {
		t.Fatal(err)
	}
	list := do(t, s, "GET", "/sip/connection/"+ConnectionUUID(7)+"/invites", "").list(t)
	if len(list) != 2500 || list[2499]["name"] != "Bulk invite 2499" {
		t.Errorf("%d invites, the last is %v", len(list), list[len(list)-1])
	}
	if err := s.AddInvites(InviteUUID(1), 1); err == nil || err.Error() != fmt.Sprintf("%s not found", "SIP connection") {
		t.Errorf("to an unknown connection: %v", err)
	}
}
