package infinity

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/etag/etagtest"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// down is what a broken vendor answers; 501 is not tried again.
var down = pbxAnswer{status: http.StatusNotImplemented}

// TestPbxWrites: what each write sends and reads back, and what it makes of answers
// that say little or nothing.
func TestPbxWrites(t *testing.T) {
	t.Parallel()
	joe := &pb.PbxUser{Login: new("joe"), Password: new("p"), DisplayName: new("Joe"), ExtensionNumber: new("007")}
	const joeForm = "user=joe&password=p&displayName=Joe&extensionNumber=007"
	const joeRow = `{"userId":"8","user":"joe","displayName":"Joe","extensionNumber":"007","dashboard":"0"}`
	stored := &pb.PbxUser{UserId: new(uint32(8)), DomainId: new(uint32(3)), Login: new("joe"), DisplayName: new("Joe"), ExtensionNumber: new("007"), Dashboard: new(false)}
	echoed := &pb.PbxUser{DomainId: new(uint32(3)), Login: new("joe"), DisplayName: new("Joe"), ExtensionNumber: new("007")}
	echoedWithID := proto.CloneOf(echoed)
	echoedWithID.UserId = new(uint32(8))
	createUser := func(s *PbxConfigService) (proto.Message, error) {
		answer, err := s.CreatePbxUser(t.Context(), &pb.CreatePbxUserRequest{DomainId: 3, PbxUser: joe})
		return answer.GetPbxUser(), err
	}
	createDevice := func(s *PbxConfigService) (proto.Message, error) {
		answer, err := s.CreatePbxUserDevice(t.Context(), &pb.CreatePbxUserDeviceRequest{DomainId: 3, UserId: 8, PbxUserDevice: &pb.PbxUserDevice{PbxDeviceId: new(uint32(12))}})
		return answer.GetPbxUserDevice(), err
	}
	createMember := func(s *PbxConfigService) (proto.Message, error) {
		answer, err := s.CreatePbxQueueMember(t.Context(), &pb.CreatePbxQueueMemberRequest{DomainId: 3, QueueId: 9, PbxQueueMember: &pb.PbxQueueMember{GroupId: new(uint32(5)), RingOrder: new(int32(2))}})
		return answer.GetPbxQueueMember(), err
	}
	updateGroup := func(s *PbxConfigService) (proto.Message, error) {
		answer, err := s.UpdatePbxGroup(t.Context(), &pb.UpdatePbxGroupRequest{DomainId: 3, PbxGroup: &pb.PbxGroup{GroupId: new(uint32(5)), DisplayName: new("New")}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"display_name"}}})
		return answer.GetPbxGroup(), err
	}
	updateUser := func(s *PbxConfigService) (proto.Message, error) {
		answer, err := s.UpdatePbxUser(t.Context(), &pb.UpdatePbxUserRequest{DomainId: 3, PbxUser: &pb.PbxUser{UserId: new(uint32(8)), DisplayName: new("New"), Pin: new("1")}})
		return answer.GetPbxUser(), err
	}
	const groupRow = `{"groupId":"5","groupName":"sales","displayName":"Old","extensionNumber":"100","ringRetry":"1","colour":"red"}`
	const groupForm = "groupName=sales&displayName=New&extensionNumber=100&ringRetry=1"
	for name, c := range map[string]struct {
		call    func(*PbxConfigService) (proto.Message, error)
		answers map[string]pbxAnswer
		want    proto.Message
		sent    []string
	}{
		"create, id": {
			createUser, map[string]pbxAnswer{"POST /3/users": {201, `{"userId":"8"}`, ""}, "GET /3/users/8": ok(joeRow)},
			stored, []string{"POST /3/users " + joeForm, "GET /3/users/8"},
		},
		"create, Location": {
			createUser, map[string]pbxAnswer{"POST /3/users": {201, "", "/sip/domains/3/users/8"}, "GET /3/users/8": ok(joeRow)},
			stored, []string{"POST /3/users " + joeForm, "GET /3/users/8"},
		},
		"create, natural key, the newest": {
			createUser, map[string]pbxAnswer{
				"POST /3/users": {201, "", ""}, "GET /3/users": ok(`{"userId":"8","user":"joe"}{"userId":"9","user":"Joe"}{"userId":"7","user":"joe"}`), "GET /3/users/8": ok(joeRow),
			}, stored, []string{"POST /3/users " + joeForm, "GET /3/users", "GET /3/users/8"},
		},
		"create, the id of something else": {
			createUser, map[string]pbxAnswer{"POST /3/users": {201, `{"domainId":"3"}`, ""}, "GET /3/users": ok(joeRow), "GET /3/users/8": ok(joeRow)},
			stored, []string{"POST /3/users " + joeForm, "GET /3/users", "GET /3/users/8"},
		},
		"create, reading back fails": {
			createUser, map[string]pbxAnswer{"POST /3/users": {201, `{"userId":"8"}`, ""}, "GET /3/users/8": down},
			echoedWithID, []string{"POST /3/users " + joeForm, "GET /3/users/8"},
		},
		"create, finding fails": {
			createUser, map[string]pbxAnswer{"POST /3/users": {201, `"created"`, ""}, "GET /3/users": down},
			echoed, []string{"POST /3/users " + joeForm, "GET /3/users"},
		},
		"create, not to be found": {
			createUser, map[string]pbxAnswer{"POST /3/users": {201, "", ""}, "GET /3/users": ok(`{"userId":"7","user":"jim"}`)},
			echoed, []string{"POST /3/users " + joeForm, "GET /3/users"},
		},
		"create, by two fields": {
			createMember, map[string]pbxAnswer{
				"POST /3/queues/9/members":  {201, "", ""},
				"GET /3/queues/9/members":   ok(`{"queueMemberId":1,"groupId":5,"ringOrder":1}{"queueMemberId":2,"groupId":5,"ringOrder":2}{"queueMemberId":3,"groupId":4,"ringOrder":2}`),
				"GET /3/queues/9/members/2": ok(`{"queueMemberId":2,"groupId":5,"ringOrder":2}`),
			}, &pb.PbxQueueMember{QueueMemberId: new(uint32(2)), DomainId: new(uint32(3)), QueueId: new(uint32(9)), GroupId: new(uint32(5)), RingOrder: new(int32(2))},
			[]string{"POST /3/queues/9/members groupId=5&ringOrder=2", "GET /3/queues/9/members", "GET /3/queues/9/members/2"},
		},
		"the token of the create": {
			createDevice, map[string]pbxAnswer{
				"POST /3/users/8/devices":   {201, `{"pbxDeviceId":"12","userId":"8","pbxDeviceToken":"t"}`, ""},
				"GET /3/users/8/devices/12": ok(`{"pbxDeviceId":"12","userId":"8","user":"joe","pbxDeviceName":"Desk","pbxDeviceToken":"swordfish"}`),
			}, &pb.PbxUserDevice{PbxDeviceId: new(uint32(12)), DomainId: new(uint32(3)), UserId: new(uint32(8)), UserLogin: "joe", PbxDeviceName: "Desk", PbxDeviceToken: new("t")},
			[]string{"POST /3/users/8/devices pbxDeviceId=12", "GET /3/users/8/devices/12"},
		},
		"the token alone": {
			createDevice, map[string]pbxAnswer{"POST /3/users/8/devices": {201, `{"pbxDeviceToken":"t"}`, ""}, "GET /3/users/8/devices": down},
			&pb.PbxUserDevice{PbxDeviceId: new(uint32(12)), DomainId: new(uint32(3)), UserId: new(uint32(8)), PbxDeviceToken: new("t")},
			[]string{"POST /3/users/8/devices pbxDeviceId=12", "GET /3/users/8/devices"},
		},
		"create, a guessed id that is not the new row's": {
			createUser, map[string]pbxAnswer{
				"POST /3/users": {200, `{"leaseId":"5","number":"12065550123"}`, ""}, "GET /3/users/5": ok(`{"userId":"5","user":"jim"}`),
				"GET /3/users": ok(joeRow), "GET /3/users/8": ok(joeRow),
			}, stored, []string{"POST /3/users " + joeForm, "GET /3/users/5", "GET /3/users", "GET /3/users/8"},
		},
		"create, a guessed id that is right": {
			createUser, map[string]pbxAnswer{"POST /3/users": {200, `{"sipUserId":"8"}`, ""}, "GET /3/users/8": ok(joeRow)},
			stored, []string{"POST /3/users " + joeForm, "GET /3/users/8"},
		},
		"create, a row of another kind, finding fails": {
			createUser, map[string]pbxAnswer{"POST /3/users": {200, `{"uuid":"1ea5e000","autorenew":true}`, ""}, "GET /3/users": down},
			echoed, []string{"POST /3/users " + joeForm, "GET /3/users"},
		},
		"create, rows of another kind": {
			createUser, map[string]pbxAnswer{"POST /3/users": {200, `[{"userId":"5"},{"userId":"6"}]`, ""}, "GET /3/users": ok(joeRow), "GET /3/users/8": ok(joeRow)},
			stored, []string{"POST /3/users " + joeForm, "GET /3/users", "GET /3/users/8"},
		},
		"create, another JSON value": {
			createUser, map[string]pbxAnswer{"POST /3/users": {201, `[true]`, ""}, "GET /3/users": ok(joeRow), "GET /3/users/8": ok(joeRow)},
			stored, []string{"POST /3/users " + joeForm, "GET /3/users", "GET /3/users/8"},
		},
		"update, a row of another kind, reading back fails": {
			updateUser, map[string]pbxAnswer{"POST /3/users/8": ok(`{"uuid":"1ea5e000","autorenew":true}`), "GET /3/users/8": down},
			&pb.PbxUser{UserId: new(uint32(8)), DomainId: new(uint32(3)), DisplayName: new("New")}, []string{"POST /3/users/8 displayName=New&pin=1", "GET /3/users/8"},
		},
		"update, the row of another user, reading back fails": {
			updateUser, map[string]pbxAnswer{"POST /3/users/8": ok(`{"userId":"5","email":"jim@example.com"}`), "GET /3/users/8": down},
			&pb.PbxUser{UserId: new(uint32(8)), DomainId: new(uint32(3)), DisplayName: new("New")}, []string{"POST /3/users/8 displayName=New&pin=1", "GET /3/users/8"},
		},
		"update, a number for an answer": {
			updateUser, map[string]pbxAnswer{"POST /3/users/8": {201, "1", ""}, "GET /3/users/8": ok(joeRow)},
			stored, []string{"POST /3/users/8 displayName=New&pin=1", "GET /3/users/8"},
		},
		"update": {
			updateUser, map[string]pbxAnswer{"POST /3/users/8": {204, "", ""}, "GET /3/users/8": ok(joeRow)},
			stored, []string{"POST /3/users/8 displayName=New&pin=1", "GET /3/users/8"},
		},
		"update, an id for an answer": {
			updateUser, map[string]pbxAnswer{"POST /3/users/8": ok(`{"userId":"8"}`), "GET /3/users/8": ok(joeRow)},
			stored, []string{"POST /3/users/8 displayName=New&pin=1", "GET /3/users/8"},
		},
		"update, reading back fails": {
			updateUser, map[string]pbxAnswer{"POST /3/users/8": {204, "", ""}, "GET /3/users/8": down},
			&pb.PbxUser{UserId: new(uint32(8)), DomainId: new(uint32(3)), DisplayName: new("New")}, []string{"POST /3/users/8 displayName=New&pin=1", "GET /3/users/8"},
		},
		"update, answered, reading back fails": {
			updateUser, map[string]pbxAnswer{"POST /3/users/8": ok(`{"userId":"8","email":"a@example.com"}`), "GET /3/users/8": down},
			&pb.PbxUser{UserId: new(uint32(8)), DomainId: new(uint32(3)), DisplayName: new("New"), Email: new("a@example.com")}, []string{"POST /3/users/8 displayName=New&pin=1", "GET /3/users/8"},
		},
		"update of the whole row": {
			updateGroup, map[string]pbxAnswer{"GET /3/groups/5": ok(groupRow), "POST /3/groups/5": {204, "", ""}},
			&pb.PbxGroup{GroupId: new(uint32(5)), DomainId: new(uint32(3)), GroupName: new("sales"), DisplayName: new("Old"), ExtensionNumber: new("100"), RingRetry: new(true), AdditionalFields: map[string]string{"colour": "red"}},
			[]string{"GET /3/groups/5", "POST /3/groups/5 " + groupForm, "GET /3/groups/5"},
		},
	} {
		s, vendor := pbxService(t, c.answers)
		got, err := c.call(s)
		if diff := cmp.Diff(c.want, got, etagtest.Ignore()); diff != "" || err != nil {
			t.Errorf("%s: %v %s", name, err, diff)
		}
		if diff := cmp.Diff(c.sent, vendor.seen); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestPbxCreatesAnswerWhatIsStored: a create answers what a read then answers, its etag
// too, and beside it only the token, whatever was sent and whatever the create itself showed.
func TestPbxCreatesAnswerWhatIsStored(t *testing.T) {
	t.Parallel()
	user := &pb.PbxUser{Login: new("joe"), Password: new("p"), DisplayName: new("Joe"), ExtensionNumber: new("7"), Email: new("a@b.example"), UkPhoneId: new(uint32(0))}
	for name, answer := range map[string]string{
		"an id": `{"userId":"8"}`,
		"a row": `{"userId":"8","user":"joe","email":"a@b.example","ukPhoneId":"5","mobileFollow":"1"}`,
	} {
		s, _ := pbxService(t, map[string]pbxAnswer{
			"POST /3/users":  {201, answer, ""},
			"GET /3/users/8": ok(`{"userId":"8","user":"joe","displayName":"Joe","extensionNumber":"7","email":null,"ukPhoneId":"0"}`),
		})
		created, err := s.CreatePbxUser(t.Context(), &pb.CreatePbxUserRequest{DomainId: 3, PbxUser: proto.CloneOf(user)})
		if err != nil {
			t.Fatal(err)
		}
		read, err := s.GetPbxUser(t.Context(), &pb.GetPbxUserRequest{DomainId: 3, UserId: 8})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(read.GetPbxUser(), created.GetPbxUser(), protocmp.Transform()); diff != "" || created.GetPbxUser().GetEtag() == "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	s, _ := pbxService(t, map[string]pbxAnswer{
		"POST /3/users/8/devices":   {201, `{"pbxDeviceId":"12","userId":"8","pbxDeviceName":"Hall","updateDatetime":"2026-01-02 03:04:05","pbxDeviceToken":"t"}`, ""},
		"GET /3/users/8/devices/12": ok(`{"pbxDeviceId":"12","userId":"8","user":"joe"}`),
	})
	created, err := s.CreatePbxUserDevice(t.Context(), &pb.CreatePbxUserDeviceRequest{DomainId: 3, UserId: 8, PbxUserDevice: &pb.PbxUserDevice{PbxDeviceId: new(uint32(12))}})
	want := &pb.PbxUserDevice{PbxDeviceId: new(uint32(12)), DomainId: new(uint32(3)), UserId: new(uint32(8)), UserLogin: "joe", PbxDeviceToken: new("t")}
	if diff := cmp.Diff(want, created.GetPbxUserDevice(), protocmp.Transform()); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

// failingReads answers the first read of a path and fails the later ones.
type failingReads struct {
	*pbxVendor
	reads int
}

func (v *failingReads) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method == http.MethodGet {
		if v.reads++; v.reads > 1 {
			r.URL.Path = "/sip/domains/down"
		}
	}
	return v.pbxVendor.RoundTrip(r)
}

// TestPbxWholeUpdateNotReadBack: what was read before the write and what was written
// are known, unmodelled members included.
func TestPbxWholeUpdateNotReadBack(t *testing.T) {
	t.Parallel()
	client, _ := pbxClient(t, &failingReads{pbxVendor: &pbxVendor{answers: map[string]pbxAnswer{
		"GET /3":  ok(`{"domainId":"3","domain":"a.example","displayName":"Old","rec":"1","colour":"red"}`),
		"POST /3": {204, "", ""},
	}}}, nil)
	s := NewPbxConfigService(backendOf(t, client))
	answer, err := s.UpdatePbxDomain(t.Context(), &pb.UpdatePbxDomainRequest{PbxDomain: &pb.PbxDomain{DomainId: new(uint32(3)), DisplayName: new("New")}})
	want := &pb.PbxDomain{DomainId: new(uint32(3)), Domain: "a.example", DisplayName: new("New"), CallRecordingEnabled: new(true), AdditionalFields: map[string]string{"colour": "red"}}
	if diff := cmp.Diff(want, answer.GetPbxDomain(), etagtest.Ignore()); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

// TestPbxWritesFail: a refused write is an error, and nothing is written if the
// row cannot be read first.
func TestPbxWritesFail(t *testing.T) {
	t.Parallel()
	conflict := pbxAnswer{status: http.StatusConflict, body: `"taken"`}
	group := &pb.UpdatePbxGroupRequest{DomainId: 3, PbxGroup: &pb.PbxGroup{GroupId: new(uint32(5)), DisplayName: new("New")}}
	for name, c := range map[string]struct {
		answers  map[string]pbxAnswer
		call     func(*PbxConfigService) error
		status   int
		delivery upstream.Delivery
		route    string
		calls    int
	}{
		"create": {
			map[string]pbxAnswer{"POST /3/queues": conflict},
			func(s *PbxConfigService) error {
				_, err := s.CreatePbxQueue(t.Context(), &pb.CreatePbxQueueRequest{DomainId: 3, PbxQueue: &pb.PbxQueue{QueueName: new("q")}})
				return err
			}, 409, upstream.Rejected, "CreateSIPQueue", 1,
		},
		"update": {
			map[string]pbxAnswer{"GET /3/groups/5": ok(`{"groupId":5}`), "POST /3/groups/5": conflict},
			func(s *PbxConfigService) error { _, err := s.UpdatePbxGroup(t.Context(), group); return err }, 409, upstream.Rejected, "UpdateSIPGroup", 2,
		},
		"update, not read first": {
			nil, func(s *PbxConfigService) error { _, err := s.UpdatePbxGroup(t.Context(), group); return err }, 404, upstream.NotSent, "UpdateSIPGroup", 1,
		},
		"delete": {
			nil, func(s *PbxConfigService) error {
				_, err := s.DeletePbxQueue(t.Context(), &pb.DeletePbxQueueRequest{DomainId: 3, QueueId: 9})
				return err
			}, 404, upstream.Rejected, "DeleteSIPQueue", 1,
		},
		"get": {
			nil, func(s *PbxConfigService) error {
				_, err := s.GetPbxQueue(t.Context(), &pb.GetPbxQueueRequest{DomainId: 3, QueueId: 9})
				return err
			}, 404, "", "ReadSIPQueue", 1,
		},
	} {
		s, vendor := pbxService(t, c.answers)
		var failure *upstream.Error
		if err := c.call(s); !errors.As(err, &failure) || failure.Status != c.status || failure.Delivery() != c.delivery || failure.Operation() != c.route || len(vendor.seen) != c.calls {
			t.Errorf("%s: %v, %q after %q", name, err, failure.Delivery(), vendor.seen)
		}
	}
	s, vendor := pbxService(t, nil)
	if _, err := s.UpdatePbxGroup(t.Context(), &pb.UpdatePbxGroupRequest{DomainId: 3, PbxGroup: &pb.PbxGroup{GroupId: new(uint32(5))}}); err == nil || len(vendor.seen) != 0 {
		t.Errorf("an empty update: %v after %q", err, vendor.seen)
	}
}

// TestPbxMemberships: the calls that answer nothing.
func TestPbxMemberships(t *testing.T) {
	t.Parallel()
	done := pbxAnswer{status: http.StatusNoContent}
	for want, call := range map[string]func(*PbxConfigService) error{
		"POST /3/groups/5/users userSpec[]=8&userSpec[]=9": func(s *PbxConfigService) error {
			_, err := s.AddPbxGroupUsers(t.Context(), &pb.AddPbxGroupUsersRequest{DomainId: 3, GroupId: 5, UserIds: []uint32{8, 9}})
			return err
		},
		"DELETE /3/groups/5/users userSpec[]=8": func(s *PbxConfigService) error {
			_, err := s.RemovePbxGroupUsers(t.Context(), &pb.RemovePbxGroupUsersRequest{DomainId: 3, GroupId: 5, UserIds: []uint32{8}})
			return err
		},
		"POST /3/users/8/groups groupSpec[]=5": func(s *PbxConfigService) error {
			_, err := s.AddPbxUserGroups(t.Context(), &pb.AddPbxUserGroupsRequest{DomainId: 3, UserId: 8, GroupIds: []uint32{5}})
			return err
		},
		"PUT /3/queues/9/members/order queueMemberId[0]=2&queueMemberId[1]=1": func(s *PbxConfigService) error {
			_, err := s.SetPbxQueueMemberOrder(t.Context(), &pb.SetPbxQueueMemberOrderRequest{DomainId: 3, QueueId: 9, QueueMemberIds: []uint32{2, 1}})
			return err
		},
		"DELETE /3/trustedNetwork/6": func(s *PbxConfigService) error {
			_, err := s.DeletePbxTrustedNetwork(t.Context(), &pb.DeletePbxTrustedNetworkRequest{DomainId: 3, TrustedNetworkId: 6})
			return err
		},
		"DELETE /3/users/8/devices/12": func(s *PbxConfigService) error {
			_, err := s.DeletePbxUserDevice(t.Context(), &pb.DeletePbxUserDeviceRequest{DomainId: 3, UserId: 8, PbxDeviceId: 12})
			return err
		},
	} {
		words := strings.Fields(want)
		s, vendor := pbxService(t, map[string]pbxAnswer{words[0] + " " + words[1]: done})
		if err := call(s); err != nil {
			t.Errorf("%s: %v", want, err)
		}
		if diff := cmp.Diff([]string{want}, vendor.seen); diff != "" {
			t.Error(diff)
		}
	}
}
