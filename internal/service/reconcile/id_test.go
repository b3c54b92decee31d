package reconcile

import (
	"testing"

	"google.golang.org/protobuf/proto"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

func TestIDOf(t *testing.T) {
	t.Parallel()
	for want, resource := range map[string]proto.Message{
		"u":     &pb.SipUserInvite{Uuid: "u", SipConnectionUuid: new("c")},
		"4/1":   &pb.PbxUser{UserId: new(uint32(4)), DomainId: new(uint32(1)), UkPhoneId: new(uint32(9))},
		"7/1":   &pb.PbxDevice{PbxDeviceId: new(uint32(7)), DomainId: new(uint32(1)), UserId: new(uint32(4))},
		"5/1/3": &pb.PbxQueueMember{QueueMemberId: new(uint32(5)), DomainId: new(uint32(1)), QueueId: new(uint32(3)), GroupId: new(uint32(8))},
		"1/4/7": &pb.PbxUserDevice{DomainId: new(uint32(1)), UserId: new(uint32(4)), PbxDeviceId: new(uint32(7))},
		"":      &pb.PbxGroup{DomainId: new(uint32(1)), GroupName: new("sales")},
	} {
		if got := IDOf(resource); got != want {
			t.Errorf("%v: %q, want %q", resource, got, want)
		}
	}
}
