package infinity

import (
	"errors"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// TestOlderRowsAreNotTaken: a row with the natural key of what was sent is what the create
// made, unless it was there long before and shows something else.
func TestOlderRowsAreNotTaken(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	request := &pb.CreatePbxUserRequest{DomainId: 1, PbxUser: &pb.PbxUser{Login: new("joe"), DisplayName: new("Joe"), Pin: new("1234")}}
	for name, c := range map[string]struct {
		row  string
		want int
	}{
		"what was made":                     {`{"userId":"3","user":"joe","displayName":"Joe","createDatetime":"2026-05-04 12:00:01"}`, 1},
		"the vendor's clock is behind":      {`{"userId":"3","user":"joe","displayName":"Joe R.","createDatetime":"2026-05-04 11:59:10"}`, 1},
		"no time":                           {`{"userId":"3","user":"joe","displayName":"Joe R."}`, 1},
		"an old one that shows the same":    {`{"userId":"3","user":"joe","displayName":"Joe","createDatetime":"2019-05-04 12:00:00"}`, 1},
		"an old one that shows less":        {`{"userId":"3","user":"joe","createDatetime":"2019-05-04 12:00:00"}`, 1},
		"an old one that shows other names": {`{"userId":"3","user":"joe","displayName":"Joe R.","createDatetime":"2019-05-04 12:00:00"}`, 0},
		"another login":                     {`{"userId":"3","user":"jo","displayName":"Joe","createDatetime":"2026-05-04 12:00:01"}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := pbxClient(t, &pbxVendor{answers: map[string]pbxAnswer{"GET /1/users": ok(c.row)}}, time.UTC)
			rule := backendOf(t, client).Rules()[pb.PbxConfigService_CreatePbxUser_FullMethodName]
			found, err := rule.Find(t.Context(), request, since)
			if err != nil || len(found) != c.want {
				t.Errorf("found %v, %v", found, err)
			}
		})
	}
}

// TestDoubtfulRows: that a row is not there is only believed if no row can be it.
func TestDoubtfulRows(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	user := &pb.CreatePbxUserRequest{DomainId: 1, PbxUser: &pb.PbxUser{Login: new("sam"), DisplayName: new("Sam")}}
	member := &pb.CreatePbxQueueMemberRequest{DomainId: 1, QueueId: 9, PbxQueueMember: &pb.PbxQueueMember{GroupId: new(uint32(5)), RingOrder: new(int32(2))}}
	network := &pb.CreatePbxTrustedNetworkRequest{DomainId: 1, PbxTrustedNetwork: &pb.PbxTrustedNetwork{Network: new("2001:db8::/32")}}
	device := &pb.CreatePbxDeviceRequest{DomainId: 1, PbxDevice: &pb.PbxDevice{MacAddress: new("10:20:30:1a:2b:3c")}}
	added := &pb.AddPbxGroupUsersRequest{DomainId: 1, GroupId: 5, UserIds: []uint32{8, 9}}
	const users, members, networks, devices, group = "GET /1/users", "GET /1/queues/9/members", "GET /1/trustednetworks", "GET /1/devices", "GET /1/groups/5/users"
	for name, c := range map[string]struct {
		method  string
		request proto.Message
		list    string
		rows    string
		want    int
		fails   bool
	}{
		"no rows":                     {pb.PbxConfigService_CreatePbxUser_FullMethodName, user, users, "", 0, false},
		"another one":                 {pb.PbxConfigService_CreatePbxUser_FullMethodName, user, users, `{"userId":"8","user":"samuel"}`, 0, false},
		"under another name":          {pb.PbxConfigService_CreatePbxUser_FullMethodName, user, users, `{"userId":"8","username":"sam"}`, 0, true},
		"a row without members":       {pb.PbxConfigService_CreatePbxUser_FullMethodName, user, users, `{}`, 0, true},
		"null":                        {pb.PbxConfigService_CreatePbxUser_FullMethodName, user, users, `{"userId":"8","user":null}`, 0, true},
		"another case":                {pb.PbxConfigService_CreatePbxUser_FullMethodName, user, users, `{"userId":"8","user":"SAM"}`, 0, true},
		"damaged":                     {pb.PbxConfigService_CreatePbxUser_FullMethodName, user, users, "{\"userId\":\"8\",\"user\":\"s\xffm\"}", 0, true},
		"an error":                    {pb.PbxConfigService_CreatePbxUser_FullMethodName, user, users, `{"userId":"8","user":"jim"}{"error":"db gone"}`, 0, true},
		"in another case, long ago":   {pb.PbxConfigService_CreatePbxUser_FullMethodName, user, users, `{"userId":"8","user":"SAM","createDatetime":"2019-05-04 12:00:00"}`, 0, false},
		"doubt beside the right one":  {pb.PbxConfigService_CreatePbxUser_FullMethodName, user, users, `{"userId":"7"}{"userId":"8","user":"sam"}`, 1, false},
		"a part of the key":           {pb.PbxConfigService_CreatePbxQueueMember_FullMethodName, member, members, `{"queueMemberId":"1","groupId":"5"}`, 0, true},
		"a part that cannot be read":  {pb.PbxConfigService_CreatePbxQueueMember_FullMethodName, member, members, `{"queueMemberId":"1","groupId":"5","ringOrder":"two"}`, 0, true},
		"a part that is another":      {pb.PbxConfigService_CreatePbxQueueMember_FullMethodName, member, members, `{"queueMemberId":"1","ringOrder":"3"}{"groupId":"4"}`, 0, false},
		"letters of a network":        {pb.PbxConfigService_CreatePbxTrustedNetwork_FullMethodName, network, networks, `{"trustedNetworkId":"1","network":"2001:DB8::/32"}`, 0, true},
		"an address in another form":  {pb.PbxConfigService_CreatePbxDevice_FullMethodName, device, devices, `{"pbxDeviceId":"1","deviceMacAddress":"1020301A2B3C"}`, 1, false},
		"a device without an address": {pb.PbxConfigService_CreatePbxDevice_FullMethodName, device, devices, `{"pbxDeviceId":"1"}`, 0, true},
		"not all were added":          {pb.PbxConfigService_AddPbxGroupUsers_FullMethodName, added, group, `{"userId":"8"}`, 0, false},
		"one is not shown":            {pb.PbxConfigService_AddPbxGroupUsers_FullMethodName, added, group, `{"userId":"8"}{"user":"jim"}`, 0, true},
		"all, and one is not shown":   {pb.PbxConfigService_AddPbxGroupUsers_FullMethodName, added, group, `{"userId":"8"}{"user":"jim"}{"userId":"9"}`, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := pbxClient(t, &pbxVendor{answers: map[string]pbxAnswer{c.list: ok(c.rows)}}, time.UTC)
			found, err := backendOf(t, client).Rules()[c.method].Find(t.Context(), c.request, since)
			var failure *upstream.Error
			if len(found) != c.want || c.fails != errors.As(err, &failure) || c.fails && failure.Kind != upstream.KindBadResponse {
				t.Errorf("found %v, %v", found, err)
			}
		})
	}
}

// TestDoubtfulRowsAreNotTaken: a dry run and the search for a new row take only a row that
// shows the natural key.
func TestDoubtfulRowsAreNotTaken(t *testing.T) {
	t.Parallel()
	s, vendor := pbxService(t, map[string]pbxAnswer{
		"GET /1": ok(`{"domainId":"1"}`), "GET /1/users": ok(`{"userId":"7","user":"SAM"}{"userId":"8"}`), "POST /1/users": {201, "", ""},
	})
	for _, only := range []bool{true, false} {
		answer, err := s.CreatePbxUser(t.Context(), &pb.CreatePbxUserRequest{DomainId: 1, PbxUser: &pb.PbxUser{Login: new("sam")}, ValidateOnly: only})
		if err != nil || answer.GetPbxUser().UserId != nil || answer.GetPbxUser().GetLogin() != "sam" {
			t.Errorf("only validated %t: %v, %v after %q", only, answer, err, vendor.seen)
		}
	}
}
