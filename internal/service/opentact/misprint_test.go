package opentact

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/etag/etagtest"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// The tests below are named after the rows of docs/upstreams.md in which the vendor's
// documents differ from each other or from what is sent.

// connectionFrom reads one connection through the service.
func connectionFrom(t *testing.T, object string) *pb.SipConnection {
	t.Helper()
	s, _ := serviceOf(t, map[string]string{"GET connection/" + connectionUUID: success(object)})
	answer, err := s.GetSipConnection(t.Context(), &pb.GetSipConnectionRequest{Uuid: connectionUUID})
	if err != nil {
		t.Fatal(err)
	}
	return answer.GetSipConnection()
}

// leaseFrom reads the only lease of a list through the service.
func leaseFrom(t *testing.T, object string) *pb.TnLease {
	t.Helper()
	s, _ := serviceOf(t, map[string]string{"GET connection/" + connectionUUID + "/tnlease": success("[" + object + "]")})
	answer, err := s.ListSipConnectionTnLeases(t.Context(), &pb.ListSipConnectionTnLeasesRequest{SipConnectionUuid: connectionUUID})
	if err != nil || len(answer.GetTnLeases()) != 1 {
		t.Fatal(answer, err)
	}
	return answer.GetTnLeases()[0]
}

// check compares what was read of an object.
func check(t *testing.T, object string, want, got proto.Message) {
	t.Helper()
	if diff := cmp.Diff(want, got, etagtest.Ignore()); diff != "" {
		t.Errorf("%s: %s", object, diff)
	}
}

func TestMisprint04EgressSettingsInBothSpellings(t *testing.T) {
	t.Parallel()
	want := &pb.TrunkSettings{OtherSettings: &structpb.Struct{Fields: map[string]*structpb.Value{"call_limit": structpb.NewNumberValue(5)}}}
	for _, object := range []string{
		`{"class4_egress_trunk_settings":{"call_limit":5}}`,
		`{"class4_egress_trunk_stings":{"call_limit":5}}`,
		`{"class4_egress_trunk_settings":{"call_limit":5},"class4_egress_trunk_stings":{}}`,
		`{"class4_egress_trunk_stings":null,"class4_egress_trunk_settings":{"call_limit":5}}`,
	} {
		check(t, object, want, connectionFrom(t, object).GetClass4EgressTrunkSettings())
		check(t, "app "+object, want, leaseFrom(t, `{"sip_control_app":`+object+`}`).GetSipApp().GetClass4EgressTrunkSettings())
	}
}

func TestMisprint05To07VoiceProfile(t *testing.T) {
	t.Parallel()
	for object, want := range map[string]*pb.OutboundVoiceProfile{
		`{"filemat":"wav"}`:             {RecordingFormat: new("wav")},
		`{"format":"mp3"}`:              {RecordingFormat: new("mp3")},
		`{"file_format":"MP3"}`:         {RecordingFormat: new("MP3")},
		`{"filemat":"flac"}`:            {RecordingFormat: new("flac")},
		`{"filemat":null}`:              {},
		`{"audio_track_type":1}`:        {AudioTrackType: new(int32(1))},
		`{"audio_track_type":true}`:     {AudioTrackType: new(int32(1))},
		`{"audio_track_type":"0"}`:      {AudioTrackType: new(int32(0))},
		`{"daily_spend_limit":250.5}`:   {DailySpendLimit: new(250.5)},
		`{"daily_spent_limit":"250.5"}`: {DailySpendLimit: new(250.5)},

		`{"filemat":"wav","format":"mp3"}`:                {RecordingFormat: new("wav")},
		`{"format":"mp3","filemat":"wav"}`:                {RecordingFormat: new("wav")},
		`{"filemat":"","format":"mp3"}`:                   {RecordingFormat: new("mp3")},
		`{"daily_spend_limit":1,"daily_spent_limit":2}`:   {DailySpendLimit: new(1.0)},
		`{"daily_spent_limit":2,"daily_spend_limit":1}`:   {DailySpendLimit: new(1.0)},
		`{"daily_spent_limit":2,"daily_spend_limit":"x"}`: {DailySpendLimit: new(2.0)},
	} {
		check(t, object, want, connectionFrom(t, `{"outbound_voice_profile":`+object+`}`).GetOutboundVoiceProfile())
	}
}

func TestMisprint08And09MessagingProfile(t *testing.T) {
	t.Parallel()
	for object, want := range map[string]*pb.MessagingProfile{
		`{"number_pool_enable":true}`:                     {NumberPoolEnabled: new(true)},
		`{"number_pool_enable":"false"}`:                  {NumberPoolEnabled: new(false)},
		`{"callback_url2":"https://b.example/hook"}`:      {FailoverCallbackUrl: new("https://b.example/hook")},
		`{"tollfree_weight":4}`:                           {TollFreeWeight: new(int32(4))},
		`{"toll_free_weight":"4"}`:                        {TollFreeWeight: new(int32(4))},
		`{"toll_free_weight":null,"tollfree_weight":4.0}`: {TollFreeWeight: new(int32(4))},
	} {
		check(t, object, want, leaseFrom(t, `{"messaging_profile":`+object+`}`).GetMessagingProfile())
	}
}

// TestMisprint11ForeignAnswersAreRefused: the members that show an object of another kind
// are refused in what was asked for, and passed over in what is nested.
func TestMisprint11ForeignAnswersAreRefused(t *testing.T) {
	t.Parallel()
	const lease = `[{"uuid":"` + otherUUID + `","tn":{},"tnorder":{}}]`
	const user = `[{"uuid":"` + otherUUID + `","login":"desk1"}]`
	for name, c := range map[string]struct {
		route, payload string
		call           func(s *SipConnectionService) error
	}{
		"connections": {"GET connection", lease, func(s *SipConnectionService) error {
			_, err := s.ListSipConnections(t.Context(), &pb.ListSipConnectionsRequest{})
			return err
		}},
		"invites": {"GET connection/" + connectionUUID + "/invites", lease, func(s *SipConnectionService) error {
			_, err := s.ListSipUserInvites(t.Context(), &pb.ListSipUserInvitesRequest{SipConnectionUuid: connectionUUID})
			return err
		}},
		"products": {"GET connection/product", lease, func(s *SipConnectionService) error {
			_, err := s.ListSipConnectionProducts(t.Context(), &pb.ListSipConnectionProductsRequest{})
			return err
		}},
		"leases": {"GET connection/" + connectionUUID + "/tnlease", user, func(s *SipConnectionService) error {
			_, err := s.ListSipConnectionTnLeases(t.Context(), &pb.ListSipConnectionTnLeasesRequest{SipConnectionUuid: connectionUUID})
			return err
		}},
	} {
		s, _ := serviceOf(t, map[string]string{c.route: success(c.payload)})
		if failure := failureOf(t, c.call(s)); failure.Kind != upstream.KindBadResponse {
			t.Errorf("%s: %v", name, failure)
		}
	}
	for name, member := range map[string]func(body string) error{
		"app": refuses(sipAppAnswer), "messaging profile": refuses(messagingProfileAnswer), "voice profile": refuses(outboundVoiceProfileAnswer),
		"call": refuses(sipAppCallAnswer),
	} {
		if err := member(`{"uuid":"x","tnorder":1}`); err == nil {
			t.Errorf("%s: a lease is taken", name)
		}
		if err := member(`{"login":"x"}`); err == nil {
			t.Errorf("%s: a SIP user is taken", name)
		}
	}
	nested := leaseFrom(t, `{"sip_control_app":{"login":"x","tnorder":{},"name":"n"}}`)
	check(t, "nested", &pb.SipApp{Name: new("n")}, nested.GetSipApp())
}

func TestMisprint21QuotedActive(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{`"true"`: true, `true`: true, `"false"`: false, `0`: false} {
		got := connectionFrom(t, `{"uuid":"`+connectionUUID+`","is_active":`+text+`}`)
		check(t, text, &pb.SipConnection{Uuid: connectionUUID, Active: &want}, got)
	}
}

func TestMisprint33PrefixIDInBothNames(t *testing.T) {
	t.Parallel()
	for _, object := range []string{
		`{"class4_trunk_prefix_id":7781}`, `{"class4_tech_prefix_id":7781}`, `{"class4_trunk_prefix_id":null,"class4_tech_prefix_id":"7781"}`,
		`{"class4_tech_prefix_id":7781,"class4_trunk_prefix_id":null}`,
	} {
		check(t, object, &pb.SipConnection{Uuid: connectionUUID, Class4TrunkPrefixId: new(int64(7781))}, connectionFrom(t, object))
	}
}

// TestGeneration2Connection: what the second generation added is read, and what it took away
// is unset.
func TestGeneration2Connection(t *testing.T) {
	t.Parallel()
	const object = `{"uuid":"` + connectionUUID + `","name":"HQ","hostname":"sip.example.com","ip":null,"port":"5060","sip_domains":[{"domain":"hq"}],"product":{"id":"3"}}`
	check(t, object, &pb.SipConnection{
		Hostname: new("sip.example.com"), SipDomains: &pb.SipDomainList{Items: []*pb.SipDomain{{Domain: "hq"}}},
		Uuid: connectionUUID, Name: new("HQ"), Port: new(int32(5060)), ProductId: new(int32(3)), Product: &pb.SipConnectionProduct{Id: new(int32(3))},
	}, connectionFrom(t, object))
}

// TestGeneration2Invite: an invite under a SIP domain in place of a connection.
func TestGeneration2Invite(t *testing.T) {
	t.Parallel()
	s, _ := serviceOf(t, map[string]string{"GET connection/" + connectionUUID + "/invites": success(
		`[{"uuid":"` + inviteUUID + `","name":"Desk","token":"t0ken","sip_domain":{"domain":"hq","sip_connection":{"uuid":"` + connectionUUID + `"}}}]`)})
	got, err := s.ListSipUserInvites(t.Context(), &pb.ListSipUserInvitesRequest{SipConnectionUuid: connectionUUID})
	if err != nil {
		t.Fatal(err)
	}
	check(t, "invite", &pb.ListSipUserInvitesResponse{SipUserInvites: []*pb.SipUserInvite{{Uuid: inviteUUID, SipConnectionUuid: new(connectionUUID), Name: new("Desk"), Token: new("t0ken"), SipDomain: new("hq")}}}, got)
}
