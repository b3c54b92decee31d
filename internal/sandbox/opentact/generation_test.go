package opentact

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/sandbox/route"
)

// laterCall is a call that only later generations have, with what it answers.
type laterCall struct {
	route      route.Route
	path, body string
	code       int
	holds      string // a part of the answer
}

const (
	hq      = "hq.northwind.example.com"
	newUUID = "c0000000-0000-4000-8000-000000000001"
)

// laterCalls are the calls of SIP domains and of what is below them, in an order in which
// they can be made.
func laterCalls() []laterCall {
	const entity = "/sip/domain/{domain}"
	user, invite := SIPUserUUID(1), InviteUUID(1)
	return []laterCall{
		{route.Route{Operation: "ListSIPDomains", Method: "GET", Pattern: "/sip/domain"}, "/sip/domain", "", 200, `"domain":"` + hq + `"`},
		{route.Route{Operation: "CreateSIPDomain", Method: "POST", Pattern: "/sip/domain"}, "/sip/domain", `{"domain":"new.example.com"}`, 201, `"sip_connection":null`},
		{route.Route{Operation: "GetSIPDomain", Method: "GET", Pattern: entity}, "/sip/domain/" + hq, "", 200, `"uuid":"` + ConnectionUUID(1) + `"`},
		{route.Route{Operation: "ModifySIPDomain", Method: "PATCH", Pattern: entity}, "/sip/domain/new.example.com", `{"sip_control_app":"` + AppUUID(1) + `"}`, 200, AppUUID(1)},
		{route.Route{Operation: "RemoveSIPDomain", Method: "DELETE", Pattern: entity}, "/sip/domain/new.example.com", "", 200, "new.example.com"},
		{route.Route{Operation: "ListSIPUsers", Method: "GET", Pattern: entity + "/user"}, "/sip/domain/" + hq + "/user", "", 200, user},
		{route.Route{Operation: "CreateSIPUser", Method: "POST", Pattern: entity + "/user"}, "/sip/domain/" + hq + "/user", `{"login":"new","password":"secret"}`, 201, `"same_domain_calls_only":false`},
		{route.Route{Operation: "GetSIPUser", Method: "GET", Pattern: entity + "/user/{uuid}"}, "/sip/domain/" + hq + "/user/" + user, "", 200, `"login":"frontdesk"`},
		{route.Route{Operation: "ModifySIPUser", Method: "PATCH", Pattern: entity + "/user/{uuid}"}, "/sip/domain/" + hq + "/user/" + user, `{"dob":"1990-05-01"}`, 200, "1990-05-01"},
		{route.Route{Operation: "RemoveSIPUser", Method: "DELETE", Pattern: entity + "/user/{uuid}"}, "/sip/domain/" + hq + "/user/" + user, "", 200, user},
		{route.Route{Operation: "ListSIPUserInvites", Method: "GET", Pattern: entity + "/invite"}, "/sip/domain/" + hq + "/invite", "", 200, invite},
		{route.Route{Operation: "CreateSIPUserInvite", Method: "POST", Pattern: entity + "/invite"}, "/sip/domain/" + hq + "/invite", `{"name":"New"}`, 201, `"sip_domain":{`},
		{route.Route{Operation: "ModifySIPUserInvite", Method: "PATCH", Pattern: entity + "/invite/{uuid}"}, "/sip/domain/" + hq + "/invite/" + invite, `{"name":"Changed"}`, 200, `"name":"Changed"`},
		{route.Route{Operation: "RemoveSIPUserInviteByUUID", Method: "DELETE", Pattern: entity + "/invite/{uuid}"}, "/sip/domain/" + hq + "/invite/" + invite, "", 200, invite},
	}
}

// TestLaterCalls: both later generations serve them, and the first has no such routes.
func TestLaterCalls(t *testing.T) {
	t.Parallel()
	for _, generation := range []Generation{FirstGeneration, SecondGeneration, ThirdGeneration} {
		s := seeded(func(o *Options) { o.Generation = generation })
		for _, call := range laterCalls() {
			got := do(t, s, call.route.Method, call.path, call.body)
			switch {
			case generation == FirstGeneration && got.Code != 404:
				t.Errorf("generation 1: %s %s: %d", call.route.Method, call.path, got.Code)
			case generation != FirstGeneration && (got.Code != call.code || !strings.Contains(got.Text, call.holds)):
				t.Errorf("generation %d: %s %s: %d %s", generation, call.route.Method, call.path, got.Code, got.Text)
			}
		}
	}
}

// TestStrictInItsGeneration: each generation refuses the members and routes of others, and
// requires its own.
func TestStrictInItsGeneration(t *testing.T) {
	t.Parallel()
	trunk := `"class4_ingress_trunk_settings":{},"class4_egress_trunk_settings":{}`
	for _, c := range []struct {
		method, path, body string
		codes              [3]int
	}{
		{"POST", "/sip/connection", `{"name":"n","subdomain":"abc"}`, [3]int{201, 400, 400}},
		{"POST", "/sip/connection", `{"name":"n","class4_egress_trunk_stings":{}}`, [3]int{201, 400, 400}},
		{"POST", "/sip/connection", `{"name":"n","port":5060,"product":1,` + trunk + `}`, [3]int{201, 201, 201}},
		{"POST", "/sip/connection", `{"name":"n","port":5060,"product":1,"hostname":"h.example.com",` + trunk + `}`, [3]int{400, 201, 201}},
		{"POST", "/sip/connection", `{"name":"n","port":5060,"product":1,"shaken_verify_policy":3,` + trunk + `}`, [3]int{400, 400, 201}},
		{"POST", "/sip/app", `{"name":"n","product":1,"webhook_url":"https://a.example","webhook_method":"POST",` + trunk + `}`, [3]int{400, 201, 201}},
		{"POST", "/profile/outbound_voice", `{"name":"n","max_rate":1}`, [3]int{201, 400, 400}},
		{"POST", "/profile/outbound_voice", `{"name":"n","product":1,"class4_ingress_trunk_settings":{},"tn_lease":"` + LeaseUUID(1) + `"}`, [3]int{400, 201, 201}},
		{"POST", "/sip/domain/" + hq + "/user", `{"login":"l","password":"p","is_active":false}`, [3]int{404, 400, 201}},
		{"GET", "/sip/connection/" + ConnectionUUID(1) + "/invites", "", [3]int{200, 404, 404}},
		{"GET", "/sip/product", "", [3]int{404, 200, 200}},
		{"GET", "/lease/tn", "", [3]int{200, 404, 404}},
		{"DELETE", "/sip/domain/" + hq, "", [3]int{404, 409, 409}},
	} {
		for i, want := range c.codes {
			s := seeded(func(o *Options) { o.Generation = Generation(i + 1) })
			if got := do(t, s, c.method, c.path, c.body); got.Code != want {
				t.Errorf("generation %d: %s %s %s: %d, want %d: %s", i+1, c.method, c.path, c.body, got.Code, want, got.Text)
			}
		}
	}
}

// TestThirdGeneration: its assignments answer UUIDs, its errors name fields.
func TestThirdGeneration(t *testing.T) {
	t.Parallel()
	s := seeded(func(o *Options) { o.Generation = ThirdGeneration })
	got := do(t, s, "POST", "/sip/connection/"+ConnectionUUID(1)+"/tnlease", `{"add":["`+LeaseUUID(23)+`"]}`)
	if diff := cmp.Diff(`["`+LeaseUUID(23)+`"]`, string(got.Payload)); diff != "" {
		t.Error(diff)
	}
	if got := do(t, s, "POST", "/sip/domain", `{}`); got.Code != 400 || !strings.Contains(got.Text, `"params.domain"`) {
		t.Errorf("%d %s", got.Code, got.Text)
	}
}
