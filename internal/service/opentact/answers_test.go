package opentact

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// failureOf is the *upstream.Error of a failed call.
func failureOf(t *testing.T, err error) *upstream.Error {
	t.Helper()
	var failure *upstream.Error
	if !errors.As(err, &failure) {
		t.Fatalf("not an upstream.Error: %v", err)
	}
	return failure
}

// refuses returns the ForeignError with which a kind of object refuses a body.
func refuses[M any](member tolerant.Member[M]) func(body string) error {
	return func(body string) error {
		r := tolerant.NewReader(strings.NewReader(body))
		defer r.Release()
		_, err := tolerant.Read(r, new(M), member)
		var foreign *tolerant.ForeignError
		if errors.As(err, &foreign) {
			return foreign
		}
		return nil
	}
}

// TestGeneration3Connection: relations as bare UUIDs and ids, and new members.
func TestGeneration3Connection(t *testing.T) {
	t.Parallel()
	object := `{"uuid":"` + strings.ToUpper(connectionUUID) + `","shaken_verify_policy":1,"shaken_minimum_accepted_attest_lvl":"B","account":"` + otherUUID + `",
		"created_by":"` + inviteUUID + `","modified_by":{},"product":3,"outbound_voice_profile":"` + otherUUID + `","tnleases":["` + inviteUUID + `"],"sipusers":["` + otherUUID + `",{}]}`
	check(t, object, &pb.SipConnection{
		ShakenVerifyPolicy: new(int32(1)), ShakenMinimumAttestation: new("B"),
		Uuid: connectionUUID, ProductId: new(int32(3)), Product: &pb.SipConnectionProduct{Id: new(int32(3))},
		OutboundVoiceProfileUuid: new(otherUUID), OutboundVoiceProfile: &pb.OutboundVoiceProfile{Uuid: otherUUID},
		Account: &pb.OpentactAccount{Uuid: otherUUID}, CreatedBy: &pb.OpentactUser{Uuid: inviteUUID},
		TnLeases: &pb.TnLeaseList{Items: []*pb.TnLease{{Uuid: inviteUUID}}}, SipUsers: &pb.SipUserList{Items: []*pb.SipUser{{Uuid: otherUUID}}},
	}, connectionFrom(t, object))
}

// TestBareRelationsThatAreNone: what is no UUID or id refers to nothing.
func TestBareRelationsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, relation := range []string{
		`"product":"none"`, `"product":3.5`, `"product":99999999999`, `"account":"none"`, `"outbound_voice_profile":7`,
		`"outbound_voice_profile":{}`, `"product":null`, `"tnleases":["none",7,true]`, `"tnleases":{"data":[{"uuid":"` + otherUUID + `"}],"total":5}`,
	} {
		object := `{"name":"n",` + relation + `}`
		check(t, object, &pb.SipConnection{Uuid: connectionUUID, Name: new("n")}, connectionFrom(t, object))
	}
}

// TestKeysFollowTheRelation: of a relation that is there twice the last counts, with its key.
func TestKeysFollowTheRelation(t *testing.T) {
	t.Parallel()
	for object, want := range map[string]*pb.SipConnection{
		`{"product":{"id":3},"product":{"name":"n"}}`: {Uuid: connectionUUID, Product: &pb.SipConnectionProduct{Name: "n"}},
		`{"product":{"id":3},"product":null}`:         {Uuid: connectionUUID, Product: &pb.SipConnectionProduct{Id: new(int32(3))}, ProductId: new(int32(3))},
		`{"outbound_voice_profile":{"name":"n"}}`:     {Uuid: connectionUUID, OutboundVoiceProfile: &pb.OutboundVoiceProfile{Name: new("n")}},
	} {
		check(t, object, want, connectionFrom(t, object))
	}
}

// TestGeneration3SIPUser: the members of later generations are read, and secrets never read.
func TestGeneration3SIPUser(t *testing.T) {
	t.Parallel()
	object := `{"sipusers":[{"uuid":"` + otherUUID + `","login":"desk1","ha1":"s3cret","ha1b":"s3cret","password":"s3cret","state":"online","is_active":true,
		"same_domain_calls_only":false,"groups":[{"name":"sales","password":"s3cret"},{}],"dob":"1990-05-01T00:00:00.000Z"}]}`
	check(t, object, &pb.SipConnection{Uuid: connectionUUID, SipUsers: &pb.SipUserList{Items: []*pb.SipUser{{
		Uuid: otherUUID, Login: new("desk1"), Dob: new("1990-05-01"), SameDomainCallsOnly: new(false), Active: new(true), State: new("online"),
		Groups: []*structpb.Struct{{Fields: map[string]*structpb.Value{"name": structpb.NewStringValue("sales")}}},
	}}}}, connectionFrom(t, object))
}

// TestRealAccountAndUser: the sample of the vendor's login page, with its nulls, an
// unusual balance and a token that is dropped.
func TestRealAccountAndUser(t *testing.T) {
	t.Parallel()
	object := `{"account":{"uuid":"` + otherUUID + `","name":"a","balance":99.87895,"class4_id":"12","deleted_on":null,"time_zone":{"country_code":"US","name":"America/New_York"}},
		"created_by":{"uuid":"` + inviteUUID + `","email":"m@example.com","phone_number":null,"dob":null,"gender":"Agender","role":"Admin","deleted_on":null,"token":"s3cret","password":"s3cret","wss_online":true}}`
	check(t, object, &pb.SipConnection{Uuid: connectionUUID,
		Account:   &pb.OpentactAccount{Uuid: otherUUID, Name: "a", Balance: new(99.87895), Class4Id: new(int64(12)), TimeZone: "America/New_York"},
		CreatedBy: &pb.OpentactUser{Uuid: inviteUUID, Email: "m@example.com", Gender: "Agender", Role: "Admin"},
	}, connectionFrom(t, object))
}

// TestTimeZoneForms: the zone as an object, as its name, or absent.
func TestTimeZoneForms(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]string{`{"name":"UTC","utc_offset":0}`: "UTC", `"UTC"`: "UTC", `{}`: "", `null`: ""} {
		if got := connectionFrom(t, `{"account":{"name":"a","time_zone":`+form+`}}`).GetAccount().GetTimeZone(); got != want {
			t.Errorf("%s: %q", form, got)
		}
	}
}

// TestTelephoneNumberForms: eleven digits do not fit 32 bits, and may be quoted, or stand
// for the whole number.
func TestTelephoneNumberForms(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]*pb.TelephoneNumber{
		`{"tn":12085687492,"registered":"1","class4_did_id":5}`: {PhoneNumber: "+12085687492", Registered: new(true), Class4DidId: new(int64(5))},
		`{"tn":"12085687492","tnlease":{"uuid":"x"}}`:           {PhoneNumber: "+12085687492"},
		`12085687492`:   {PhoneNumber: "+12085687492"},
		`"12085687492"`: {PhoneNumber: "+12085687492"},
		`"911"`:         {PhoneNumber: "911"},
		`{}`:            nil,
		`null`:          nil,
	} {
		check(t, form, want, leaseFrom(t, `{"uuid":"`+otherUUID+`","tn":`+form+`}`).GetTn())
	}
}

// TestCallNumberForms: of the number of a call only its digits are kept.
func TestCallNumberForms(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]string{
		`{"tn":12085687492,"registered":true}`: "+12085687492", `12085687492`: "+12085687492", `"12085687492"`: "+12085687492", `{}`: "", `null`: "",
	} {
		call := &pb.SipAppCall{}
		if err := decodeAnswer([]byte(success(`{"tn":`+form+`}`)), call, sipAppCallAnswer); err != nil || call.GetPhoneNumber() != want {
			t.Errorf("%s: %v, %v", form, call, err)
		}
	}
}

// TestNestedInvitesHaveNoToken: only the invite calls show the token.
func TestNestedInvitesHaveNoToken(t *testing.T) {
	t.Parallel()
	nested := connectionFrom(t, `{"sip_user_invites":[{"uuid":"`+inviteUUID+`","token":"s3cret","sip_connection":{"sip_user_invites":[{"name":"n","token":"s3cret"}]}}]}`)
	if invite := nested.GetSipUserInvites().GetItems()[0]; invite.Token != nil || invite.GetSipConnection().GetSipUserInvites().GetItems()[0].Token != nil {
		t.Errorf("got %+v", invite)
	}
	s, _ := serviceOf(t, map[string]string{"POST connection/" + connectionUUID + "/invites": success(
		`{"uuid":"` + inviteUUID + `","token":"t0ken","sip_connection":{"sip_user_invites":[{"name":"n","token":"s3cret"}]}}`)})
	answer, err := s.CreateSipUserInvite(t.Context(), &pb.CreateSipUserInviteRequest{SipConnectionUuid: connectionUUID, SipUserInvite: &pb.SipUserInvite{Name: new("x")}})
	created := answer.GetSipUserInvite()
	if err != nil || created.GetToken() != "t0ken" || created.GetSipConnection().GetSipUserInvites().GetItems()[0].Token != nil {
		t.Errorf("%+v, %v", created, err)
	}
}

// TestRealisticInvite: one answer as the vendor sends it.
func TestRealisticInvite(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("testdata/invite.json")
	if err != nil {
		t.Fatal(err)
	}
	s, _ := serviceOf(t, map[string]string{"POST connection/" + connectionUUID + "/invites": string(body)})
	answer, err := s.CreateSipUserInvite(t.Context(), &pb.CreateSipUserInviteRequest{SipConnectionUuid: connectionUUID, SipUserInvite: &pb.SipUserInvite{Name: new("x")}})
	if err != nil {
		t.Fatal(err)
	}
	invite := answer.GetSipUserInvite()
	connection := invite.GetSipConnection()
	got := []any{
		invite.GetUuid(), invite.GetName(), invite.GetToken(), invite.GetExpireTime().AsTime(), invite.GetCreateTime().AsTime(), connection.GetUuid(), connection.GetPort(), connection.GetProductId(),
		connection.GetClass4IngressTrunkSettings().GetMediaType(), connection.TnLeases == nil, connection.CreatedBy == nil, connection.GetOutboundVoiceProfile().GetMaxRate(),
		invite.GetAccount().GetTimeZone(), invite.GetAccount().DeleteTime == nil, invite.GetCreatedBy().GetFirstName(), invite.GetUpdatedBy().GetRole(),
	}
	want := []any{
		inviteUUID, "Front desk, ground floor", "b7c1f0a94be04c6f8f5d2f6a1d3e9c87", time.Date(2026, 12, 31, 23, 59, 59, 0, time.UTC),
		time.Date(2020, 10, 26, 8, 44, 15, 621e6, time.UTC), connectionUUID, int32(5060), int32(3), pb.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA, true, true, 0.05,
		"America/New_York", true, "Maya", "Admin",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
