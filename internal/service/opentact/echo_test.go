package opentact

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// TestEchoAsSent: what is known of a resource from its request is written as it was sent.
func TestEchoAsSent(t *testing.T) {
	t.Parallel()
	at := time.Date(2027, 1, 2, 3, 4, 5, 123_456_789, time.UTC)
	invite := &pb.SipUserInvite{Name: new("Desk"), ExpireTime: timestamppb.New(at)}
	want := &pb.SipUserInvite{Uuid: "a", Name: new("Desk"), ExpireTime: timestamppb.New(at.Truncate(time.Millisecond))}
	if diff := cmp.Diff(want, echo(invite, sipUserInviteBody.columns, "uuid", "a"), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if invite.GetExpireTime().GetNanos() != 123_456_789 {
		t.Error("the request was changed")
	}
	connection := &pb.SipConnection{OutboundVoiceProfileUuid: new("701CE000-0000-4000-8000-000000000002"), Port: new(int32(5060))}
	wanted := &pb.SipConnection{Uuid: "b", OutboundVoiceProfileUuid: new("701ce000-0000-4000-8000-000000000002"), Port: new(int32(5060))}
	if diff := cmp.Diff(wanted, echo(connection, sipConnectionBody.columns, "uuid", "b"), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
}

// TestEchoOfMediaTypes: the media type that has a field is sent, and shown as the only one.
func TestEchoOfMediaTypes(t *testing.T) {
	t.Parallel()
	relay, err := structpb.NewStruct(map[string]any{"media_type": "Relay"})
	if err != nil {
		t.Fatal(err)
	}
	proxy := &pb.TrunkSettings{MediaType: new(pb.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA)}
	both := &pb.TrunkSettings{MediaType: proxy.MediaType, OtherSettings: relay}
	connection := &pb.SipConnection{Class4IngressTrunkSettings: both, Class4EgressTrunkSettings: &pb.TrunkSettings{OtherSettings: relay}}
	want := &pb.SipConnection{Uuid: "c", Class4IngressTrunkSettings: proxy, Class4EgressTrunkSettings: &pb.TrunkSettings{OtherSettings: relay}}
	if diff := cmp.Diff(want, echo(connection, sipConnectionBody.columns, "uuid", "c"), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]any{"media_type": "Proxy Media"}, flatSettings(both)); diff != "" {
		t.Error(diff)
	}
}

// TestEchoShowsNoSecret: settings that were sent are answered as a read shows them, and are
// sent as they are.
func TestEchoShowsNoSecret(t *testing.T) {
	t.Parallel()
	sent, err := structpb.NewStruct(map[string]any{
		"password": "hidden", "note": "password=hidden", "n": 12345678901234567.0,
		"reg_user": []any{map[string]any{"username": "u", "password": "hidden", "url": "http://u:hidden@h/x"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	wanted := &pb.SipConnection{Uuid: connectionUUID, Name: new("HQ"), Class4IngressTrunkSettings: &pb.TrunkSettings{OtherSettings: sent}}
	shown, err := structpb.NewStruct(map[string]any{
		"note": "password=[redacted]", "n": "12345678901234568",
		"reg_user": []any{map[string]any{"username": "u", "url": "http://[redacted]@h/x"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	const trunk = "connection/" + connectionUUID
	create := func(s *SipConnectionService, validateOnly bool) (*pb.SipConnection, error) {
		response, err := s.CreateSipConnection(t.Context(), &pb.CreateSipConnectionRequest{SipConnection: wanted, ValidateOnly: validateOnly})
		return response.GetSipConnection(), err
	}
	update := func(s *SipConnectionService, validateOnly bool) (*pb.SipConnection, error) {
		response, err := s.UpdateSipConnection(t.Context(), &pb.UpdateSipConnectionRequest{SipConnection: wanted, ValidateOnly: validateOnly})
		return response.GetSipConnection(), err
	}
	before := proto.CloneOf(wanted)
	for name, c := range map[string]struct {
		write        func(s *SipConnectionService, validateOnly bool) (*pb.SipConnection, error)
		validateOnly bool
		answers      map[string]string
	}{
		"create":     {create, false, map[string]string{"POST connection": ""}},
		"dry create": {create, true, map[string]string{"GET connection": success("[]")}},
		"update":     {update, false, map[string]string{"PATCH " + trunk: ""}},
		"dry update": {update, true, map[string]string{"GET " + trunk: success(`{"uuid":"` + connectionUUID + `","name":"Old"}`)}},
	} {
		s, v := serviceOf(t, c.answers)
		got, err := c.write(s, c.validateOnly)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(shown, got.GetClass4IngressTrunkSettings().GetOtherSettings(), protocmp.Transform()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(before, wanted, protocmp.Transform()); diff != "" {
			t.Errorf("%s: the request was changed: %s", name, diff)
		}
		if hidden := strings.Count(v.seen[0], "hidden"); !c.validateOnly && hidden != 4 {
			t.Errorf("%s: sent %s", name, v.seen[0])
		}
	}
}
