package infinity

import (
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/etag/etagtest"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// TestAnotherRowIsNotRead: a row that states another id than was asked for is not shown, and
// not written back.
func TestAnotherRowIsNotRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		read, row string
		call      func(*PbxConfigService) error
		delivery  upstream.Delivery
	}{
		"get": {"GET /3/users/5", `{"userId":"9","user":"jim"}`, func(s *PbxConfigService) error {
			_, err := s.GetPbxUser(t.Context(), &pb.GetPbxUserRequest{DomainId: 3, UserId: 5})
			return err
		}, ""},
		"get, another name of the id": {"GET /3/trustedNetworks/5", `{"trustedNetworkId":"0","networkId":"9"}`, func(s *PbxConfigService) error {
			_, err := s.GetPbxTrustedNetwork(t.Context(), &pb.GetPbxTrustedNetworkRequest{DomainId: 3, TrustedNetworkId: 5})
			return err
		}, ""},
		"update of a group": {"GET /3/groups/5", `{"groupId":"9","groupName":"other"}`, updateGroupName(t), upstream.NotSent},
		"update of a group, another domain": {
			"GET /3/groups/5", `{"groupId":"5","domainId":"4","groupName":"other"}`, updateGroupName(t), upstream.NotSent,
		},
		"update of a domain": {"GET /3", `{"domainId":"9","displayName":"other"}`, func(s *PbxConfigService) error {
			_, err := s.UpdatePbxDomain(t.Context(), &pb.UpdatePbxDomainRequest{PbxDomain: &pb.PbxDomain{DomainId: new(uint32(3)), CallRecordingEnabled: new(true)}})
			return err
		}, upstream.NotSent},
		"delete, only validated": {"GET /3/queues/5", `{"queueId":"9"}`, func(s *PbxConfigService) error {
			_, err := s.DeletePbxQueue(t.Context(), &pb.DeletePbxQueueRequest{DomainId: 3, QueueId: 5, ValidateOnly: true})
			return err
		}, upstream.NotSent},
	} {
		s, vendor := pbxService(t, map[string]pbxAnswer{c.read: ok(c.row)})
		var failure *upstream.Error
		if err := c.call(s); !errors.As(err, &failure) || failure.Kind != upstream.KindBadResponse || failure.Delivery() != c.delivery || !errors.Is(err, errAnotherRow) {
			t.Errorf("%s: %v, %q", name, err, failure.Delivery())
		}
		if failure.Status != http.StatusOK {
			t.Errorf("%s: status %d, although the vendor answered", name, failure.Status)
		}
		if diff := cmp.Diff([]string{c.read}, vendor.seen); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// updateGroupName writes the name of a group, with the rest of its row.
func updateGroupName(t *testing.T) func(s *PbxConfigService) error {
	t.Helper()
	return func(s *PbxConfigService) error {
		_, err := s.UpdatePbxGroup(t.Context(), &pb.UpdatePbxGroupRequest{
			DomainId: 3, PbxGroup: &pb.PbxGroup{GroupId: new(uint32(5)), DisplayName: new("New")}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"display_name"}},
		})
		return err
	}
}

// TestDamagedValuesAreNotKept: a whole row is not written if a value that is not changed would
// be another one afterwards.
func TestDamagedValuesAreNotKept(t *testing.T) {
	t.Parallel()
	const refused = ""
	for members, form := range map[string]string{
		`"groupName":{"a":1}`:                         refused,
		`"groupName":[]`:                              refused,
		`"ringRetry":"maybe"`:                         refused,
		`"groupName":"sal\ud83des"`:                   refused,
		"\"groupName\":\"sal\xffes\"":                 refused,
		"\"groupName\":\"sal\xffes\\u00e9\"":          refused,
		`"note":"\ud83d","groupName":"sales"`:         "groupName=sales&displayName=New",
		`"groupName":"s\u00e9\ufffd"`:                 "groupName=sé\ufffd&displayName=New",
		`"groupName":7.0,"ringRetry":"no"`:            "groupName=7.0&displayName=New&ringRetry=0",
		`"colour":{"a":1},"displayName":[1],"note":1`: "displayName=New",
	} {
		s, vendor := pbxService(t, map[string]pbxAnswer{"GET /3/groups/5": ok(`{"groupId":"5",` + members + `}`), "POST /3/groups/5": {http.StatusNoContent, "", ""}})
		err := updateGroupName(t)(s)
		if form != refused {
			if err != nil || len(vendor.seen) < 2 || vendor.seen[1] != "POST /3/groups/5 "+form {
				t.Errorf("%s: %v after %q", members, err, vendor.seen)
			}
			continue
		}
		var failure *upstream.Error
		if !errors.As(err, &failure) || failure.Kind != upstream.KindBadResponse || failure.Delivery() != upstream.NotSent || !errors.Is(err, errNotKept) || len(vendor.seen) != 1 {
			t.Errorf("%s: %v after %q", members, err, vendor.seen)
		}
	}
}

// TestCreatesShowNoOtherRow: a row that is not the new one is not answered, whatever the create
// or the read after it shows.
func TestCreatesShowNoOtherRow(t *testing.T) {
	t.Parallel()
	createUser := func(s *PbxConfigService) (proto.Message, error) {
		answer, err := s.CreatePbxUser(t.Context(), &pb.CreatePbxUserRequest{DomainId: 3, PbxUser: &pb.PbxUser{Login: new("joe")}})
		return answer.GetPbxUser(), err
	}
	createDevice := func(s *PbxConfigService) (proto.Message, error) {
		answer, err := s.CreatePbxUserDevice(t.Context(), &pb.CreatePbxUserDeviceRequest{DomainId: 3, UserId: 8, PbxUserDevice: &pb.PbxUserDevice{PbxDeviceId: new(uint32(12))}})
		return answer.GetPbxUserDevice(), err
	}
	user := &pb.PbxUser{UserId: new(uint32(8)), DomainId: new(uint32(3)), Login: new("joe")}
	device := &pb.PbxUserDevice{PbxDeviceId: new(uint32(12)), DomainId: new(uint32(3)), UserId: new(uint32(8))}
	id := pbxAnswer{http.StatusCreated, `{"userId":"8"}`, ""}
	for name, c := range map[string]struct {
		call    func(*PbxConfigService) (proto.Message, error)
		answers map[string]pbxAnswer
		want    proto.Message
	}{
		"the read shows another id": {
			createUser, map[string]pbxAnswer{"POST /3/users": id, "GET /3/users/8": ok(`{"userId":"3","user":"jim","email":"jim@example.com"}`)}, user,
		},
		"the read shows no id and another login": {
			createUser, map[string]pbxAnswer{"POST /3/users": id, "GET /3/users/8": ok(`{"user":"jim","email":"jim@example.com"}`)}, user,
		},
		"the read shows no id and the login in another case": {
			createUser, map[string]pbxAnswer{"POST /3/users": id, "GET /3/users/8": ok(`{"user":"JOE"}`)},
			&pb.PbxUser{UserId: new(uint32(8)), DomainId: new(uint32(3)), Login: new("JOE")},
		},
		"the vendor has changed the login": {
			createUser, map[string]pbxAnswer{"POST /3/users": id, "GET /3/users/8": ok(`{"userId":"8","user":"joe.2"}`)},
			&pb.PbxUser{UserId: new(uint32(8)), DomainId: new(uint32(3)), Login: new("joe.2")},
		},
		"the create shows the user of another domain": {
			createUser, map[string]pbxAnswer{
				"POST /3/users": ok(`{"userId":"7","domainId":"4","email":"jim@example.com"}`),
				"GET /3/users":  ok(`{"userId":"8","user":"joe"}`), "GET /3/users/8": ok(`{"userId":"8","user":"joe"}`),
			}, user,
		},
		"the create leads to another place": {
			createUser, map[string]pbxAnswer{
				"POST /3/users": {http.StatusCreated, "", "/config/v2/sip/domains/3"},
				"GET /3/users":  ok(`{"userId":"8","user":"joe"}`), "GET /3/users/8": ok(`{"userId":"8","user":"joe"}`),
			}, user,
		},
		"the token of another device": {
			createDevice, map[string]pbxAnswer{
				"POST /3/users/8/devices":   {http.StatusCreated, `{"pbxDeviceId":"9","userId":"8","pbxDeviceToken":"swordfish"}`, ""},
				"GET /3/users/8/devices":    ok(`{"pbxDeviceId":"12"}`),
				"GET /3/users/8/devices/12": ok(`{"pbxDeviceId":"12"}`),
			}, device,
		},
		"the token of another user, and nothing can be read": {
			createDevice, map[string]pbxAnswer{"POST /3/users/8/devices": {http.StatusCreated, `{"pbxDeviceId":"12","userId":"44","pbxDeviceToken":"swordfish"}`, ""}}, device,
		},
	} {
		s, vendor := pbxService(t, c.answers)
		got, err := c.call(s)
		if diff := cmp.Diff(c.want, got, etagtest.Ignore()); diff != "" || err != nil {
			t.Errorf("%s: %v %s after %q", name, err, diff, vendor.seen)
		}
	}
}
