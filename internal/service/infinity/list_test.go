package infinity

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// asked is the vendor's query for a request, with "whole" if it is not asked to page.
func asked[M any, R service.Message[M]](t *testing.T, k *pbxKind[M, R], request list.Request, at place, zone *time.Location) string {
	t.Helper()
	query, err := list.Prepare[R](pbxTokens(t), request, string(k.id))
	if err != nil {
		t.Fatal(err)
	}
	filters, whole := pushedFilters(k, query, at, zone)
	text := ""
	for _, filter := range filters {
		text += filter.Name + "=" + filter.Value + " "
	}
	narrowed, taken := pushedWindow(k, query, at)
	if !taken || !whole {
		return text + "whole"
	}
	for _, sort := range narrowed.Sorts {
		text += sort.Name + "-" + sort.Value + " "
	}
	return text + infinity.FormatID(uint32(narrowed.Limit)) + " from " + infinity.FormatID(uint32(narrowed.Offset))
}

func TestPbxPushed(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		request *pb.ListPbxDevicesRequest
		want    string
	}{
		"plain":                 {&pb.ListPbxDevicesRequest{}, "createDatetime-asc pbxDeviceId-asc 51 from 0"},
		"page size":             {&pb.ListPbxDevicesRequest{PageSize: 7}, "createDatetime-asc pbxDeviceId-asc 8 from 0"},
		"most":                  {&pb.ListPbxDevicesRequest{PageSize: 999}, "createDatetime-asc pbxDeviceId-asc 1000 from 0"},
		"more than is known":    {&pb.ListPbxDevicesRequest{PageSize: 1000}, "whole"},
		"descending id":         {&pb.ListPbxDevicesRequest{OrderBy: "pbx_device_id desc"}, "pbxDeviceId-desc 51 from 0"},
		"by a number":           {&pb.ListPbxDevicesRequest{OrderBy: "user_id, update_time desc"}, "userId-asc updateDatetime-desc pbxDeviceId-asc 51 from 0"},
		"by a string":           {&pb.ListPbxDevicesRequest{OrderBy: "pbx_device_name"}, "whole"},
		"by a string second":    {&pb.ListPbxDevicesRequest{OrderBy: "user_id, user_login"}, "whole"},
		"by the parent":         {&pb.ListPbxDevicesRequest{OrderBy: "domain_id"}, "whole"},
		"equal string":          {&pb.ListPbxDevicesRequest{Filter: `mac_address = "10:20:30:1A:2B:3C"`, OrderBy: "pbx_device_id"}, "deviceMacAddress=10:20:30:1A:2B:3C pbxDeviceId-asc 51 from 0"},
		"equal number":          {&pb.ListPbxDevicesRequest{Filter: `user_id = 4`, OrderBy: "pbx_device_id"}, "userId=4 pbxDeviceId-asc 51 from 0"},
		"two":                   {&pb.ListPbxDevicesRequest{Filter: `user_id = 4 AND user_login = "joe"`, OrderBy: "pbx_device_id"}, "userId=4 user=joe pbxDeviceId-asc 51 from 0"},
		"equal time":            {&pb.ListPbxDevicesRequest{Filter: `create_time = "2026-07-01T12:00:00Z"`, OrderBy: "pbx_device_id"}, "createDatetime=2026-07-01 13:00:00 pbxDeviceId-asc 51 from 0"},
		"a fraction":            {&pb.ListPbxDevicesRequest{Filter: `create_time = "2026-07-01T12:00:00.5Z"`}, "whole"},
		"empty string":          {&pb.ListPbxDevicesRequest{Filter: `user_login = ""`}, "whole"},
		"unequal":               {&pb.ListPbxDevicesRequest{Filter: `user_login != "joe"`}, "whole"},
		"has":                   {&pb.ListPbxDevicesRequest{Filter: `user_login:"joe"`}, "whole"},
		"greater":               {&pb.ListPbxDevicesRequest{Filter: `user_id > 4`}, "whole"},
		"or":                    {&pb.ListPbxDevicesRequest{Filter: `user_id = 4 OR user_id = 5`}, "whole"},
		"not":                   {&pb.ListPbxDevicesRequest{Filter: `NOT user_id = 4`}, "whole"},
		"one more":              {&pb.ListPbxDevicesRequest{Filter: `user_id = 4 AND user_id < 9`}, "userId=4 whole"},
		"by a string, equal":    {&pb.ListPbxDevicesRequest{Filter: `userId = 4`, OrderBy: "pbxDeviceName"}, "userId=4 whole"},
		"equal, and the parent": {&pb.ListPbxDevicesRequest{Filter: `user_id = 4 AND domain_id = 3`}, "userId=4 whole"},
		"the parent":            {&pb.ListPbxDevicesRequest{Filter: `domain_id = 3`}, "whole"},
	} {
		if got := asked(t, &pbxDevices, c.request, in(3), london); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	below := in(3, parent{"user_id", 8})
	for want, got := range map[string]string{
		"pbxDeviceId-asc 51 from 0":      asked(t, &pbxUserDevices, &pb.ListPbxUserDevicesRequest{}, below, time.UTC),
		"groupId-asc 51 from 0":          asked(t, &pbxUserGroups, &pb.ListPbxUserGroupsRequest{}, below, time.UTC),
		"queueId-asc 51 from 0":          asked(t, &pbxQueues, &pb.ListPbxQueuesRequest{}, in(3), time.UTC),
		"trustedNetworkId-asc 51 from 0": asked(t, &pbxTrustedNetworks, &pb.ListPbxTrustedNetworksRequest{}, in(3), time.UTC),
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for name, got := range map[string]string{
		"domains":                        asked(t, &pbxDomains, &pb.ListPbxDomainsRequest{}, nil, time.UTC),
		"users":                          asked(t, &pbxUsers, &pb.ListPbxUsersRequest{}, in(3), time.UTC),
		"groups":                         asked(t, &pbxGroups, &pb.ListPbxGroupsRequest{}, in(3), time.UTC),
		"members":                        asked(t, &pbxQueueMembers, &pb.ListPbxQueueMembersRequest{}, in(3, parent{"queue_id", 9}), time.UTC),
		"users of a group":               asked(t, &pbxGroupUsers, &pb.ListPbxGroupUsersRequest{}, in(3, parent{"group_id", 5}), time.UTC),
		"a user's devices, by that user": asked(t, &pbxUserDevices, &pb.ListPbxUserDevicesRequest{Filter: "user_id = 8"}, below, time.UTC),
	} {
		if got != "whole" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestPbxFilterValue(t *testing.T) {
	t.Parallel()
	for want, value := range map[string]any{"x": "x", "1": true, "0": false, "-7": int64(-7), "2026-01-02 03:04:05": time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)} {
		if got, taken := filterValue(value, time.UTC); got != want || !taken {
			t.Errorf("%v: %q, %v", value, got, taken)
		}
	}
	for _, value := range []any{"", 1.5, nil, time.Unix(0, 1)} {
		if got, taken := filterValue(value, time.UTC); taken {
			t.Errorf("%v: %q", value, got)
		}
	}
}

// TestPbxListCalls: what a list asks for when the vendor pages, when it does not, and
// when it will not be asked that way.
func TestPbxListCalls(t *testing.T) {
	t.Parallel()
	const first = "GET /3/queues?sort[]=queueId-asc&limit=3&offset=0"
	const second = "GET /3/queues?sort[]=queueId-asc&limit=4&offset=1"
	const whole = "GET /3/queues"
	one, two, three := `{"queueId":1}`, `{"queueId":2}`, `{"queueId":3}`
	all := ok(three + two + one)
	for name, c := range map[string]struct {
		answers map[string]pbxAnswer
		seen    []string
	}{
		"pages":             {map[string]pbxAnswer{first: ok(one + two + three), second: ok(two + three)}, []string{first, second}},
		"moved on":          {map[string]pbxAnswer{first: ok(one + two + three), second: ok(three), whole: all}, []string{first, second, whole}},
		"does not page":     {map[string]pbxAnswer{whole: all}, []string{first, whole, second, whole}},
		"400":               {map[string]pbxAnswer{first: {status: 400, body: `"no"`}, second: {status: 400}, whole: all}, []string{first, whole, second, whole}},
		"422":               {map[string]pbxAnswer{first: ok(one + two + three), second: {status: 422}, whole: all}, []string{first, second, whole}},
		"a message instead": {map[string]pbxAnswer{first: ok(`"unknown field"`), second: ok(two + three), whole: all}, []string{first, whole, second}},
	} {
		s, vendor := pbxService(t, c.answers)
		var seen []uint32
		request := &pb.ListPbxQueuesRequest{DomainId: 3, PageSize: 2}
		for {
			answer, err := s.ListPbxQueues(t.Context(), request)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, queue := range answer.GetPbxQueues() {
				seen = append(seen, queue.GetQueueId())
			}
			if request.PageToken = answer.GetNextPageToken(); request.PageToken == "" {
				break
			}
		}
		if diff := cmp.Diff([]uint32{1, 2, 3}, seen); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(c.seen, vendor.seen); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestPbxListFails: other refusals are the caller's to see, at once.
func TestPbxListFails(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]pbxAnswer{
		"forbidden": {status: http.StatusForbidden, body: `"access denied"`}, "not found": {status: http.StatusNotFound}, "HTML": ok("<html>"),
	} {
		s, vendor := pbxService(t, map[string]pbxAnswer{"GET /3/queues": answer})
		_, err := s.ListPbxQueues(t.Context(), &pb.ListPbxQueuesRequest{DomainId: 3})
		var failure *upstream.Error
		if !errors.As(err, &failure) || len(vendor.seen) != 1 {
			t.Errorf("%s: %v after %q", name, err, vendor.seen)
		}
	}
	s, vendor := pbxService(t, nil)
	if _, err := s.ListPbxQueues(t.Context(), &pb.ListPbxQueuesRequest{DomainId: 3, Filter: "colour = 1"}); err == nil || len(vendor.seen) != 0 {
		t.Errorf("an unknown field: %v after %q", err, vendor.seen)
	}
}
