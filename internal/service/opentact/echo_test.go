package opentact

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
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
