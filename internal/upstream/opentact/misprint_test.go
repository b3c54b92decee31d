package opentact

import (
	"net/http"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// The tests below are named after the rows of docs/upstreams.md in which the
// vendor's documents differ from each other or from what is sent.

// connectionFrom reads one connection through the client.
func connectionFrom(t *testing.T, object string) *Connection {
	t.Helper()
	connection, err := clientOf(t, always(ok(`{"success":true,"payload":`+object+`}`))).GetConnection(t.Context(), connectionID)
	if err != nil {
		t.Fatal(err)
	}
	return connection
}

// leasesFrom reads leases through the client.
func leasesFrom(t *testing.T, payload string) []*Lease {
	t.Helper()
	leases, err := clientOf(t, always(ok(`{"success":true,"payload":`+payload+`}`))).ListConnectionLeases(t.Context(), connectionID)
	if err != nil {
		t.Fatal(err)
	}
	return leases
}

func TestMisprint01And02SendsXAuthTokenAlone(t *testing.T) {
	t.Parallel()
	v := always(ok(`{"success":true,"payload":[]}`))
	if _, err := clientOf(t, v).ListConnections(t.Context()); err != nil {
		t.Fatal(err)
	}
	header := v.seen[0].header
	if header.Get("X-Auth-Token") != "static-token" || header.Get("X.Auth-Token") != "" || header.Get("Authorization") != "" {
		t.Errorf("sent %v", header)
	}
}

func TestMisprint04EgressSettingsInBothSpellings(t *testing.T) {
	t.Parallel()
	for _, object := range []string{
		`{"class4_egress_trunk_settings":{"call_limit":5}}`,
		`{"class4_egress_trunk_stings":{"call_limit":5}}`,
		`{"class4_egress_trunk_settings":{"call_limit":5},"class4_egress_trunk_stings":{}}`,
		`{"class4_egress_trunk_stings":null,"class4_egress_trunk_settings":{"call_limit":5}}`,
	} {
		want := map[string]any{"call_limit": 5.0}
		if diff := cmp.Diff(want, connectionFrom(t, object).Class4EgressTrunkSettings); diff != "" {
			t.Errorf("%s: %s", object, diff)
		}
		app := leasesFrom(t, `[{"sip_control_app":`+object+`}]`)[0].App
		if diff := cmp.Diff(want, app.Class4EgressTrunkSettings); diff != "" {
			t.Errorf("app %s: %s", object, diff)
		}
	}
}

func TestMisprint05To07VoiceProfile(t *testing.T) {
	t.Parallel()
	number := func(v float64) *float64 { return &v }
	for object, want := range map[string]VoiceProfile{
		`{"filemat":"wav"}`:             {Filemat: "wav"},
		`{"format":"mp3"}`:              {Filemat: "mp3"},
		`{"file_format":"mp3"}`:         {Filemat: "mp3"},
		`{"audio_track_type":1}`:        {AudioTrackType: new(int32(1))},
		`{"audio_track_type":true}`:     {AudioTrackType: new(int32(1))},
		`{"audio_track_type":"0"}`:      {AudioTrackType: new(int32(0))},
		`{"daily_spend_limit":250.5}`:   {DailySpendLimit: number(250.5)},
		`{"daily_spent_limit":"250.5"}`: {DailySpendLimit: number(250.5)},
	} {
		got := connectionFrom(t, `{"outbound_voice_profile":`+object+`}`).OutboundVoiceProfile
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("%s: %s", object, diff)
		}
	}
}

func TestMisprint08And09MessagingProfile(t *testing.T) {
	t.Parallel()
	for object, want := range map[string]MessagingProfile{
		`{"number_pool_enable":true}`:                     {NumberPoolEnable: new(true)},
		`{"number_pool_enable":"false"}`:                  {NumberPoolEnable: new(false)},
		`{"callback_url2":"https://b.example/hook"}`:      {CallbackURL2: new("https://b.example/hook")},
		`{"tollfree_weight":4}`:                           {TollfreeWeight: new(int32(4))},
		`{"toll_free_weight":"4"}`:                        {TollfreeWeight: new(int32(4))},
		`{"toll_free_weight":null,"tollfree_weight":4.0}`: {TollfreeWeight: new(int32(4))},
	} {
		got := leasesFrom(t, `[{"messaging_profile":`+object+`}]`)[0].MessagingProfile
		if diff := cmp.Diff(&want, got); diff != "" {
			t.Errorf("%s: %s", object, diff)
		}
	}
}

func TestMisprint11ForeignAnswersAreRefused(t *testing.T) {
	t.Parallel()
	leases := `[{"uuid":"` + otherID + `","tn":{},"tnorder":{}}]`
	for name, call := range map[string]func(c *Client) error{
		"connections": func(c *Client) error { _, err := c.ListConnections(t.Context()); return err },
		"invites":     func(c *Client) error { _, err := c.ListInvites(t.Context(), connectionID); return err },
		"products":    func(c *Client) error { _, err := c.ListProducts(t.Context()); return err },
	} {
		failure := failureOf(t, call(clientOf(t, always(ok(`{"success":true,"payload":`+leases+`}`)))))
		if failure.Kind != upstream.KindBadResponse {
			t.Errorf("%s: %v", name, failure)
		}
	}
}

func TestMisprint17DeleteAnswersUsers(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{
		`[{"uuid":"` + otherID + `","login":"desk1","ha1":"secret"}]`, `{"uuid":"` + inviteID + `"}`, `[]`, `null`, `"` + inviteID + `"`, `true`,
	} {
		v := always(ok(`{"success":true,"payload":` + payload + `}`))
		if err := clientOf(t, v).DeleteInvite(t.Context(), connectionID, inviteID); err != nil {
			t.Errorf("%s: %v", payload, err)
		}
		if got := v.seen[0]; got.Method != http.MethodDelete || got.Path != "/rest/sip/connection/"+connectionID+"/invites/"+inviteID || got.Body != "" {
			t.Errorf("sent %+v", got)
		}
	}
}

func TestMisprint19AssignSendsArrays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		add, remove []string
		want        string
	}{
		{[]string{inviteID}, nil, `{"add":["` + inviteID + `"]}`},
		{nil, []string{otherID}, `{"remove":["` + otherID + `"]}`},
		{[]string{inviteID, connectionID}, []string{otherID}, `{"add":["` + inviteID + `","` + connectionID + `"],"remove":["` + otherID + `"]}`},
	} {
		v := always(ok(`{"success":true,"payload":[]}`))
		if _, err := clientOf(t, v).AssignConnectionLeases(t.Context(), connectionID, c.add, c.remove); err != nil {
			t.Fatal(err)
		}
		if got := v.seen[0]; got.Body != c.want || got.Path != "/rest/sip/connection/"+connectionID+"/tnlease" {
			t.Errorf("sent %+v, want %s", got, c.want)
		}
	}
}

func TestMisprint21QuotedActive(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{`"true"`: true, `true`: true, `"false"`: false, `0`: false} {
		got := connectionFrom(t, `{"uuid":"`+connectionID+`","is_active":`+text+`}`).Active
		if got == nil || *got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestMisprint24AssignAnswersUUIDs(t *testing.T) {
	t.Parallel()
	for name, payload := range map[string]string{
		"generation 3": `["` + strings.ToUpper(inviteID) + `","` + otherID + `"]`,
		"generation 1": `[{"uuid":"` + inviteID + `","sip_connection":{},"account":{}},{"uuid":"` + otherID + `"}]`,
		"mixed":        `["` + inviteID + `",{"uuid":"` + otherID + `"}]`,
	} {
		got, err := clientOf(t, always(ok(`{"success":true,"payload":`+payload+`}`))).AssignConnectionLeases(t.Context(), connectionID, []string{inviteID}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]*Lease{{Base: Base{UUID: inviteID}}, {Base: Base{UUID: otherID}}}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestMisprint26CreateConnectionHasNoUUIDInItsPath(t *testing.T) {
	t.Parallel()
	v := always(answer{status: http.StatusCreated, body: `{"success":true,"payload":{"uuid":"` + connectionID + `"}}`})
	created, err := clientOf(t, v).CreateConnection(t.Context(), Object{{"name", "HQ"}})
	if err != nil || created.UUID != connectionID {
		t.Fatalf("%+v, %v", created, err)
	}
	if got := v.seen[0]; got.Method != http.MethodPost || got.Path != "/rest/sip/connection" || got.Body != `{"name":"HQ"}` {
		t.Errorf("sent %+v", got)
	}
}

func TestMisprint27ProductsMoved(t *testing.T) {
	t.Parallel()
	const products = `{"success":true,"payload":[{"id":3,"name":"Standard"}]}`
	for name, c := range map[string]struct {
		old      answer
		requests int
		kind     upstream.Kind
		good     bool
	}{
		"there":              {old: ok(products), requests: 1, good: true},
		"vendor's 404":       {old: answer{status: 404, body: `{"success":false,"status":404}`}, requests: 2, good: true},
		"a proxy's 404":      {old: answer{status: 404, body: `<html>`}, requests: 2, good: true},
		"404 in a 200":       {old: ok(`{"success":false,"status":404}`), requests: 2, good: true},
		"another refusal":    {old: answer{status: 400, body: `{"success":false}`}, requests: 1, kind: upstream.KindStatus},
		"failure":            {old: answer{status: 501}, requests: 1, kind: upstream.KindStatus},
		"a connection there": {old: ok(`{"success":true,"payload":{"tn":1}}`), requests: 1, kind: upstream.KindBadResponse},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := &vendor{reply: func(r *http.Request, _ string) answer {
				if strings.HasSuffix(r.URL.Path, "/sip/connection/product") {
					return c.old
				}
				return ok(products)
			}}
			got, err := clientOf(t, v).ListProducts(t.Context())
			if len(v.seen) != c.requests || v.seen[0].Path != "/rest/sip/connection/product" {
				t.Errorf("sent %+v", v.seen)
			}
			if c.good {
				if err != nil || len(got) != 1 || *got[0].ID != 3 || v.seen[len(v.seen)-1].Path == "/rest/sip/product" != (c.requests == 2) {
					t.Errorf("%v, %v", got, err)
				}
				return
			}
			if failure := failureOf(t, err); failure.Kind != c.kind {
				t.Errorf("got %v", failure)
			}
		})
	}
}

func TestMisprint28PlainHTTPIsRefused(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302} {
		v := always(answer{status: status, header: http.Header{"Location": {"https://vendor.example/rest/sip/connection"}}})
		_, err := clientOf(t, v).ListConnections(t.Context())
		if failure := failureOf(t, err); failure.Kind != upstream.KindRedirect || len(v.seen) != 1 {
			t.Errorf("%v after %d requests", failure, len(v.seen))
		}
	}
}

func TestMisprint30StatusZeroIsAPlaceholder(t *testing.T) {
	t.Parallel()
	_, err := clientOf(t, always(answer{status: 400, body: `{"success":false,"message":"string","status":0}`})).ListConnections(t.Context())
	if failure := failureOf(t, err); failure.Status != 400 || failure.Kind != upstream.KindStatus || !failure.VendorForm {
		t.Errorf("got %v", failure)
	}
}

func TestMisprint33PrefixIDInBothNames(t *testing.T) {
	t.Parallel()
	for _, object := range []string{
		`{"class4_trunk_prefix_id":7781}`, `{"class4_tech_prefix_id":7781}`, `{"class4_trunk_prefix_id":null,"class4_tech_prefix_id":"7781"}`,
		`{"class4_tech_prefix_id":7781,"class4_trunk_prefix_id":null}`,
	} {
		if got := connectionFrom(t, object).Class4TrunkPrefixID; got == nil || *got != 7781 {
			t.Errorf("%s: %v", object, got)
		}
	}
}

// TestGeneration2Connection: what the second generation added is passed over, and
// what it took away is unset.
func TestGeneration2Connection(t *testing.T) {
	t.Parallel()
	got := connectionFrom(t, `{"uuid":"`+connectionID+`","name":"HQ","hostname":"sip.example.com","ip":null,"port":"5060","sip_domains":[{"domain":"hq"}],"product":{"id":"3"}}`)
	want := &Connection{Base: Base{UUID: connectionID}, Name: new("HQ"), Port: new(int32(5060)), Product: &Product{ID: new(int32(3))}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestGeneration2Invite: an invite under a SIP domain in place of a connection.
func TestGeneration2Invite(t *testing.T) {
	t.Parallel()
	v := always(ok(`{"success":true,"payload":[{"uuid":"` + inviteID + `","name":"Desk","token":"t0ken","sip_domain":{"domain":"hq","sip_connection":{"uuid":"` + connectionID + `"}}}]}`))
	got, err := clientOf(t, v).ListInvites(t.Context(), connectionID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]*Invite{{Base: Base{UUID: inviteID}, Name: new("Desk"), Token: new("t0ken")}}, got); diff != "" {
		t.Error(diff)
	}
}

// TestGeneration3Connection: relations as bare UUIDs and ids, and new members.
func TestGeneration3Connection(t *testing.T) {
	t.Parallel()
	got := connectionFrom(t, `{"uuid":"`+strings.ToUpper(connectionID)+`","shaken_verify_policy":1,"shaken_minimum_accepted_attest_lvl":"B","account":"`+otherID+`",
		"created_by":"`+inviteID+`","modified_by":{},"product":3,"outbound_voice_profile":"`+otherID+`","tnleases":["`+inviteID+`"],"sipusers":["`+otherID+`",{}]}`)
	want := &Connection{
		Base: Base{UUID: connectionID}, Product: &Product{ID: new(int32(3))}, OutboundVoiceProfile: &VoiceProfile{Base: Base{UUID: otherID}},
		Ownership: Ownership{Account: &Account{Base: Base{UUID: otherID}}, CreatedBy: &User{Base: Base{UUID: inviteID}}},
		TNLeases:  []*Lease{{Base: Base{UUID: inviteID}}}, SIPUsers: []*SIPUser{{Base: Base{UUID: otherID}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestGeneration3SIPUser: new members are passed over, and secrets never read.
func TestGeneration3SIPUser(t *testing.T) {
	t.Parallel()
	got := connectionFrom(t, `{"sipusers":[{"uuid":"`+otherID+`","login":"desk1","ha1":"s3cret","ha1b":"s3cret","password":"s3cret","state":"online","is_active":true,
		"same_domain_calls_only":false,"groups":[{"name":"sales","password":"s3cret"},{}],"dob":"1990-05-01T00:00:00.000Z"}]}`).SIPUsers
	want := []*SIPUser{{Base: Base{UUID: otherID}, Login: "desk1", Groups: []map[string]any{{"name": "sales"}}, DOB: "1990-05-01"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestRealAccountAndUser: the sample of the vendor's login page, with its nulls, an
// unusual balance and a token that is dropped.
func TestRealAccountAndUser(t *testing.T) {
	t.Parallel()
	got := connectionFrom(t, `{"account":{"uuid":"`+otherID+`","name":"a","balance":99.87895,"class4_id":"12","deleted_on":null,"time_zone":{"country_code":"US","name":"America/New_York"}},
		"created_by":{"uuid":"`+inviteID+`","email":"m@example.com","phone_number":null,"dob":null,"gender":"Agender","role":"Admin","deleted_on":null,"token":"s3cret","password":"s3cret","wss_online":true}}`)
	want := &Connection{Ownership: Ownership{
		Account:   &Account{Base: Base{UUID: otherID}, Name: "a", Balance: new(99.87895), Class4ID: new(int64(12)), TimeZone: &TimeZone{Name: "America/New_York"}},
		CreatedBy: &User{Base: Base{UUID: inviteID}, Email: "m@example.com", Gender: "Agender", Role: "Admin"},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestTimeZoneForms: the zone as an object, as its name, or absent.
func TestTimeZoneForms(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]*TimeZone{
		`{"name":"UTC","utc_offset":0}`: {Name: "UTC"}, `"UTC"`: {Name: "UTC"}, `{}`: nil, `null`: nil,
	} {
		got := connectionFrom(t, `{"account":{"name":"a","time_zone":`+form+`}}`).Account.TimeZone
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", form, diff)
		}
	}
}

// TestTelephoneNumberForms: eleven digits do not fit 32 bits, and may be quoted, or
// stand for the whole number.
func TestTelephoneNumberForms(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]*TN{
		`{"tn":12085687492,"registered":"1","class4_did_id":5}`: {Digits: "12085687492", Registered: true, Class4DIDID: new(int64(5))},
		`{"tn":"12085687492","tnlease":{"uuid":"x"}}`:           {Digits: "12085687492"},
		`12085687492`:   {Digits: "12085687492"},
		`"12085687492"`: {Digits: "12085687492"},
		`{}`:            nil,
		`null`:          nil,
	} {
		got := leasesFrom(t, `[{"uuid":"`+otherID+`","tn":`+form+`}]`)[0].TN
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", form, diff)
		}
	}
}

// TestNestedInvitesHaveNoToken: the token is for the invite calls alone.
func TestNestedInvitesHaveNoToken(t *testing.T) {
	t.Parallel()
	nested := connectionFrom(t, `{"sip_user_invites":[{"uuid":"`+inviteID+`","token":"s3cret","sip_connection":{"sip_user_invites":[{"name":"n","token":"s3cret"}]}}]}`)
	if invite := nested.Invites[0]; invite.Token != nil || invite.SIPConnection.Invites[0].Token != nil {
		t.Errorf("got %+v", invite)
	}
	v := always(ok(`{"success":true,"payload":{"uuid":"` + inviteID + `","token":"t0ken","sip_connection":{"sip_user_invites":[{"name":"n","token":"s3cret"}]}}}`))
	created, err := clientOf(t, v).CreateInvite(t.Context(), connectionID, Object{{"name", "x"}})
	if err != nil || *created.Token != "t0ken" || created.SIPConnection.Invites[0].Token != nil {
		t.Errorf("%+v, %v", created, err)
	}
}

// TestGetInvite picks from the list, in any case of its answer.
func TestGetInvite(t *testing.T) {
	t.Parallel()
	c := clientOf(t, always(ok(`{"success":true,"payload":[`+rows(otherID, strings.ToUpper(inviteID))+`]}`)))
	found, err := c.GetInvite(t.Context(), connectionID, inviteID)
	if err != nil || found.UUID != inviteID {
		t.Errorf("%+v, %v", found, err)
	}
	_, err = c.GetInvite(t.Context(), connectionID, connectionID)
	if failure := failureOf(t, err); failure.Kind != upstream.KindNotListed || failure.Delivery() != "" {
		t.Errorf("got %v", failure)
	}
}

// everyMember holds every documented member of every kind of object.
const everyMember = `{"success":true,"payload":[BASE "uuid":"3b2f6a50-93f5-4a52-8d0c-0b1a2c3d4e5f","name":"n","expired_on":"2026-12-31T23:59:59Z","token":"t","sip_connection":CONNECTION OWNED}]}`

// expand fills the parts in which objects repeat themselves.
func expand(text string) string {
	for _, part := range []struct{ name, with string }{
		{"CONNECTION", `{BASE "name":"n","is_active":true,"tech_prefix":1,"product":{BASE "id":1,"name":"n","description":"d","type":"public","tech_prefix":1,"rate_table_id":1,"route_plan_id":1},
			"subdomain":"s","ip":"198.51.100.1","port":5060,"class4_ingress_trunk_id":1,"class4_ingress_trunk_settings":{"a":1},"class4_ingress_resource_ip_id":1,"class4_egress_trunk_id":1,
			"class4_egress_trunk_settings":{"a":1},"class4_egress_resource_ip_id":1,"class4_trunk_prefix_id":1,"tnleases":[LEASE],"sipusers":[SIPUSER],"sip_user_invites":[{"name":"nested"}],"outbound_voice_profile":VOICE OWNED}`},
		{"LEASE", `{BASE "tn":{"tn":12085687492,"class4_did_id":1,"registered":true,"deleted_on":"2026-12-31T23:59:59Z"},"tnorder":{BASE "state":"success","autorenew":true,"request":{"a":1},"price":{"a":1}},
			"expired_on":"2026-12-31T23:59:59Z","autorenew":true,"messaging_profile":MESSAGING,"class4_product_item_id":1,"sip_connection":{"name":"nested"},"sip_control_app":APP OWNED}`},
		{"APP", `{BASE "name":"n","subdomain":"s","is_active":true,"tnleases":[{"autorenew":true}],"class4_egress_trunk_id":1,"class4_egress_trunk_settings":{"a":1},"class4_egress_resource_ip_id":1,"outbound_voice_profile":VOICE OWNED}`},
		{"MESSAGING", `{BASE "name":"n","callback_url":"u","callback_url2":"u","number_pool_enable":true,"long_code_weight":1,"tollfree_weight":1,"skip_unhealthy_tns":true,"sticky_sender":true,"leases":[{"autorenew":true}] OWNED}`},
		{"VOICE", `{BASE "name":"n","tech_prefix":100000,"channel_limit":1,"max_rate":0.1,"record_calls":1,"daily_spend_limit":1,"filemat":"wav","audio_track_type":1 OWNED}`},
		{"SIPUSER", `{BASE "login":"l","remote_ip":"198.51.100.1","first_name":"f","last_name":"l","email":"e","phone_number":"p","avatar":"a","dob":"1990-05-01","gender":"g","groups":[{"a":1}]}`},
		{" OWNED", `,"account":ACCOUNT,"created_by":USER,"modified_by":USER`},
		{"ACCOUNT", `{BASE "name":"n","email":"e","level":"Level1","balance":1.5,"class4_id":1,"time_zone":{"name":"UTC"},"deleted_on":"2026-12-31T23:59:59Z"}`},
		{"USER", `{BASE "email":"e","phone_number":"p","first_name":"f","last_name":"l","avatar":"a","gender":"g","dob":"1990-05-01","role":"Admin","gmail_user_id":"1","facebook_user_id":"1","apple_user_id":"1","wechat_user_id":"1","deleted_on":"2026-12-31T23:59:59Z"}`},
		{"BASE ", `"created_on":"2020-10-26T08:44:15.621Z","modified_on":"2020-10-26T08:44:15.621Z",`},
	} {
		text = strings.ReplaceAll(text, part.name, part.with)
	}
	text = strings.ReplaceAll(text, `{"created_on"`, `{"uuid":"`+otherID+`","created_on"`)
	return strings.Replace(text, `[`+`"created_on"`, `[{"created_on"`, 1)
}

// TestEveryMemberIsRead: a member that is documented and not read leaves a field
// unset here. Where the objects begin to repeat, only one member is given.
func TestEveryMemberIsRead(t *testing.T) {
	t.Parallel()
	invites, err := clientOf(t, always(ok(expand(everyMember)))).ListInvites(t.Context(), connectionID)
	if err != nil || len(invites) != 1 {
		t.Fatalf("%d, %v", len(invites), err)
	}
	repeats := []string{".Invites[0]", ".TNLeases[0].SIPConnection", ".App.TNLeases[0]", ".MessagingProfile.Leases[0]"}
	for _, path := range unset(reflect.ValueOf(invites[0]), "Invite") {
		known := false
		for _, repeat := range repeats {
			known = known || strings.Contains(path, repeat)
		}
		if !known {
			t.Errorf("%s is unset", path)
		}
	}
}

// TestRealisticInvite: one answer as the vendor sends it.
func TestRealisticInvite(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("testdata/invite.json")
	if err != nil {
		t.Fatal(err)
	}
	invite, err := clientOf(t, always(ok(string(body)))).CreateInvite(t.Context(), connectionID, Object{{"name", "x"}})
	if err != nil {
		t.Fatal(err)
	}
	connection := invite.SIPConnection
	got := []any{
		invite.UUID, *invite.Name, *invite.Token, invite.ExpiredOn, invite.CreatedOn, connection.UUID, *connection.Port, *connection.Product.ID,
		connection.Class4IngressTrunkSettings["media_type"], connection.TNLeases == nil, connection.CreatedBy == nil, *connection.OutboundVoiceProfile.MaxRate,
		invite.Account.TimeZone.Name, invite.Account.DeletedOn.IsZero(), invite.CreatedBy.FirstName, invite.ModifiedBy.Role,
	}
	want := []any{
		inviteID, "Front desk, ground floor", "b7c1f0a94be04c6f8f5d2f6a1d3e9c87", time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(2020, 10, 26, 8, 44, 15, 621e6, time.UTC), connectionID, int32(5060), int32(3), "Proxy Media", true, true, 0.05,
		"America/New_York", true, "Maya", "Admin",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestRoutes: the table has every route once, each with its source, and templates
// that can be filled.
func TestRoutes(t *testing.T) {
	t.Parallel()
	methods := map[upstream.Action]string{
		upstream.Read: http.MethodGet, upstream.Create: http.MethodPost, upstream.Assign: http.MethodPost,
		upstream.Update: http.MethodPatch, upstream.Delete: http.MethodDelete,
	}
	seen := map[string]bool{}
	for _, route := range Routes() {
		key := route.Method + " " + route.Path
		if seen[key] || route.Operation == "" || route.Source == "" || !strings.HasPrefix(route.Path, "/") {
			t.Errorf("%s: %+v", key, route)
		}
		seen[key] = true
		if methods[route.Action] != route.Method {
			t.Errorf("%s: action %d", key, route.Action)
		}
		parameters := make([]string, strings.Count(route.Path, "{"))
		for i := range parameters {
			parameters[i] = otherID
		}
		if path, err := route.Expand(parameters...); err != nil || strings.ContainsAny(path, "{}") {
			t.Errorf("%s: %q, %v", key, path, err)
		}
	}
}
