package infinity

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/goldentest"
	"github.com/sipfacade/sipfacade/internal/sandbox/route"
)

// happy is one good call of an operation. What a change did is read back at
// after, or at the path of the call, if want or ids is given.
type happy struct {
	operation, method, path, form string
	code                          int
	golden                        string
	after                         string
	want                          map[string]string
	key                           string
	ids                           []string
}

func happyCalls() []happy {
	return []happy{
		{operation: "ListSIPDomains", method: "GET", code: 200, golden: "domains", key: "domainId", ids: numbers(1, 3)},
		{operation: "ReadSIPDomain", method: "GET", path: "/2", code: 200, want: map[string]string{"domainId": "2", "domain": "us.brightwater.example.com", "rec": "0"}},
		{operation: "UpdateSIPDomain", method: "POST", path: "/2", form: "displayName=Brightwater+Zürich&rec=1", code: 204, want: map[string]string{"displayName": "Brightwater Zürich", "rec": "1", "domain": "us.brightwater.example.com", "updateDatetime": testMoment}},

		{operation: "ListSIPUsers", method: "GET", path: "/1/users", code: 200, golden: "users", key: "userId", ids: numbers(1, 26)},
		{operation: "ReadSIPUser", method: "GET", path: "/1/users/24", code: 200, golden: "user", want: map[string]string{"user": "james.lowe", "extensionNumber": "007"}},
		{operation: "CreateSIPUser", method: "POST", path: "/1/users", form: "user=joe.blogs&password=pw&displayName=Joe+Blogs&extensionNumber=0042&mobileNumber=%2B441632960001&mobileFollow=1&ukPhoneId=12&pin=001234",
			code: 201, golden: "user_created", after: "/1/users/41",
			want: map[string]string{"user": "joe.blogs", "domainId": "1", "extensionNumber": "0042", "mobileNumber": "+441632960001", "mobileFollow": "1", "hotdeskAllowed": "0", "dashboard": "0", "ukPhoneId": "12", "usPhoneId": "", "pin": "001234", "email": "", "createDatetime": testMoment, "updateDatetime": testMoment, "createdBy": DefaultUsername}},
		{operation: "UpdateSIPUser", method: "POST", path: "/1/users/3", form: "jobName=&mobileFollow=0&extensionNumber=299", code: 204, want: map[string]string{"jobName": "", "mobileFollow": "0", "extensionNumber": "299", "displayName": "Priya Nair", "updateDatetime": testMoment}},
		{operation: "DeleteSIPUser", method: "DELETE", path: "/1/users/26", code: 204, after: "/1/users", key: "userId", ids: numbers(1, 25)},

		{operation: "ListSIPGroups", method: "GET", path: "/2/groups", code: 200, golden: "groups", key: "groupId", ids: numbers(8, 11)},
		{operation: "ReadSIPGroup", method: "GET", path: "/1/groups/1", code: 200, golden: "group"},
		{operation: "CreateSIPGroup", method: "POST", path: "/1/groups", form: "groupName=events&displayName=Events&extensionNumber=507&ringRetry=1&callerNameFormat=%7BdgrpName%7D", code: 201, golden: "group_created", after: "/1/groups/12",
			want: map[string]string{"groupName": "events", "displayName": "Events", "extensionNumber": "507", "ringRetry": "1", "ringExclusive": "0", "callerNameFormat": "{dgrpName}"}},
		{operation: "UpdateSIPGroup", method: "POST", path: "/1/groups/1", form: "groupName=sales&displayName=Sales+2&extensionNumber=500&ringRetry=0&ringExclusive=1&callerNameFormat=x", code: 204,
			want: map[string]string{"groupName": "sales", "displayName": "Sales 2", "extensionNumber": "500", "ringRetry": "0", "ringExclusive": "1", "callerNameFormat": "x"}},
		{operation: "DeleteSIPGroup", method: "DELETE", path: "/2/groups/11", code: 204, after: "/2/groups", key: "groupId", ids: numbers(8, 10)},

		{operation: "ListSIPGroupUsers", method: "GET", path: "/1/groups/7/users", code: 200, golden: "group_users", key: "userId", ids: []string{"24"}},
		{operation: "AddSIPGroupUsers", method: "POST", path: "/1/groups/7/users", form: "userSpec[]=25&userSpec[]=3&userSpec[]=24", code: 204, after: "/1/groups/7/users", key: "userId", ids: []string{"3", "24", "25"}},
		{operation: "DeleteSIPGroupUsers", method: "DELETE", path: "/1/groups/1/users", form: "userSpec[]=4&userSpec[]=7&userSpec[]=20", code: 204, after: "/1/groups/1/users", key: "userId", ids: []string{"3", "5", "6"}},
		{operation: "ListSIPUserGroups", method: "GET", path: "/1/users/3/groups", code: 200, golden: "user_groups", key: "groupId", ids: []string{"1", "6"}},
		{operation: "AddSIPUserGroups", method: "POST", path: "/1/users/3/groups", form: "groupSpec[0]=2&groupSpec[1]=7", code: 204, after: "/1/users/3/groups", key: "groupId", ids: []string{"1", "2", "6", "7"}},

		{operation: "ListPBXUserDevices", method: "GET", path: "/1/users/25/devices", code: 200, golden: "user_devices", key: "pbxDeviceId", ids: []string{"13", "14"}},
		{operation: "ReadPBXUserDevice", method: "GET", path: "/1/users/25/devices/14", code: 200, want: map[string]string{"userId": "25", "pbxDeviceId": "14", "user": "reception", "pbxDeviceName": "Reception right", "updateDatetime": "2019-03-27 11:38:00"}},
		{operation: "CreatePBXUserDevice", method: "POST", path: "/1/users/7/devices", form: "pbxDeviceId=15", code: 201, golden: "user_device_created", after: "/1/users/7/devices/15",
			want: map[string]string{"userId": "7", "pbxDeviceId": "15", "user": "sofia.marino", "pbxDeviceName": "Spare, London cupboard", "updateDatetime": testMoment}},
		{operation: "DeletePBXUserDevice", method: "DELETE", path: "/1/users/25/devices/13", code: 204, after: "/1/users/25/devices", key: "pbxDeviceId", ids: []string{"14"}},

		{operation: "ListSIPQueues", method: "GET", path: "/1/queues", code: 200, golden: "queues", key: "queueId", ids: numbers(1, 3)},
		{operation: "ReadSIPQueue", method: "GET", path: "/2/queues/5", code: 200, want: map[string]string{"queueId": "5", "domainId": "2", "queueName": "us-service", "musicOnHold": "default"}},
		{operation: "CreateSIPQueue", method: "POST", path: "/2/queues", form: "queueName=parts&displayName=Parts&extensionNumber=902", code: 201, golden: "queue_created", after: "/2/queues/6", want: map[string]string{"queueName": "parts", "callerNameFormat": ""}},
		{operation: "UpdateSIPQueue", method: "POST", path: "/1/queues/1", form: "callerNameFormat=", code: 204, want: map[string]string{"callerNameFormat": "", "queueName": "sales-queue", "displayName": "Sales Line"}},
		{operation: "DeleteSIPQueue", method: "DELETE", path: "/1/queues/1", code: 204, after: "/1/queues", key: "queueId", ids: []string{"2", "3"}},

		{operation: "ListSIPQueueMembers", method: "GET", path: "/1/queues/1/members", code: 200, golden: "queue_members", key: "queueMemberId", ids: numbers(1, 3)},
		{operation: "ReadSIPQueueMember", method: "GET", path: "/2/queues/4/members/7", code: 200, want: map[string]string{"queueMemberId": "7", "queueId": "4", "groupId": "10", "groupName": "parts", "ringStrategy": "all", "ringAttempts": "2", "ringSecs": "30", "ringOrder": "1"}},
		{operation: "CreateSIPQueueMember", method: "POST", path: "/1/queues/3/members", form: "groupId=7&ringStrategy=huntLongestIdle&ringAttempts=0&ringSecs=45&ringOrder=10", code: 201, golden: "queue_member_created", after: "/1/queues/3/members/9",
			want: map[string]string{"queueMemberId": "9", "queueId": "3", "groupId": "7", "groupName": "night", "ringStrategy": "huntLongestIdle", "ringAttempts": "0", "ringSecs": "45", "ringOrder": "10"}},
		{operation: "UpdateSIPQueueMember", method: "POST", path: "/1/queues/1/members/2", form: "groupId=6&ringSecs=5", code: 204, want: map[string]string{"groupId": "6", "groupName": "everyone-london", "ringSecs": "5", "ringStrategy": "all", "ringOrder": "1"}},
		{operation: "DeleteSIPQueueMember", method: "DELETE", path: "/1/queues/1/members/2", code: 204, after: "/1/queues/1/members", key: "queueMemberId", ids: []string{"1", "3"}},
		{operation: "SetSIPQueueMemberOrder", method: "PUT", path: "/1/queues/1/members/order", form: "queueMemberId[]=3&queueMemberId[]=1&queueMemberId[]=2", code: 204, after: "/1/queues/1/members", key: "ringOrder", ids: []string{"1", "2", "0"}},

		{operation: "ListSIPTrustedNetworks", method: "GET", path: "/1/trustednetworks", code: 200, golden: "trusted_networks", key: "trustedNetworkId", ids: numbers(1, 3)},
		{operation: "ReadSIPTrustedNetwork", method: "GET", path: "/1/trustedNetworks/2", code: 200, want: map[string]string{"trustedNetworkId": "2", "network": "192.0.2.130/25"}},
		{operation: "CreateSIPTrustedNetwork", method: "POST", path: "/2/trustedNetworks", form: "network=10.0.20.10/24", code: 201, golden: "trusted_network_created", after: "/2/trustedNetworks/7", want: map[string]string{"network": "10.0.20.10/24", "description": ""}},
		{operation: "UpdateSIPTrustedNetwork", method: "POST", path: "/1/trustedNetwork/1", form: "description=Head+office", code: 204, after: "/1/trustedNetworks/1", want: map[string]string{"network": "192.0.2.0/25", "description": "Head office"}},
		{operation: "DeleteSIPTrustedNetwork", method: "DELETE", path: "/1/trustedNetwork/1", code: 204, after: "/1/trustednetworks", key: "trustedNetworkId", ids: numbers(2, 3)},

		{operation: "ListPBXDevices", method: "GET", path: "/1/devices", code: 200, golden: "devices", key: "pbxDeviceId", ids: numbers(1, 16)},
		{operation: "ReadPBXDevice", method: "GET", path: "/2/devices/17", code: 200, want: map[string]string{"pbxDeviceId": "17", "domainId": "2", "deviceMacAddress": "00:00:5E:00:53:B0", "userId": "27", "user": "dana.whitfield"}},
		{operation: "CreatePBXDevice", method: "POST", path: "/1/devices", form: "pbxDeviceName=My+PBX+Device+1&deviceMacAddress=10:20:30:1a:2B:3C", code: 201, golden: "device_created", after: "/1/devices/26",
			want: map[string]string{"pbxDeviceId": "26", "pbxDeviceName": "My PBX Device 1", "domainId": "1", "deviceMacAddress": "10:20:30:1a:2B:3C", "createDatetime": testMoment, "updateDatetime": testMoment, "userId": "", "user": ""}},
		{operation: "UpdatePBXDevice", method: "POST", path: "/1/devices/1", form: "pbxDeviceName=Renamed", code: 204, want: map[string]string{"pbxDeviceName": "Renamed", "updateDatetime": testMoment, "userId": "1"}},
		{operation: "DeletePBXDevice", method: "DELETE", path: "/1/devices/13", code: 204, after: "/1/users/25/devices", key: "pbxDeviceId", ids: []string{"14"}},
	}
}

func TestHappyPaths(t *testing.T) {
	t.Parallel()
	for _, test := range happyCalls() {
		t.Run(test.operation, func(t *testing.T) {
			t.Parallel()
			s := seeded()
			got := do(t, s, test.method, test.path, test.form)
			if got.Code != test.code || (got.Code == 204) != (got.Text == "") {
				t.Fatalf("got %d %q", got.Code, got.Text)
			}
			if n := s.Calls(test.operation); n != 1 {
				t.Errorf("Calls = %d, want 1", n)
			}
			if test.golden != "" {
				goldentest.Compare(t, test.golden+".ndjson", got.Text)
			}
			test.check(t, s)
		})
	}
}

func (test happy) check(t *testing.T, s *Server) {
	t.Helper()
	if test.after == "" {
		test.after = test.path
	}
	rows := do(t, s, "GET", test.after, "").rows(t)
	if test.ids != nil {
		differ(t, test.key, test.ids, of(rows, test.key))
	}
	for key, want := range test.want {
		if got, known := rows[0][key]; got != want || !known {
			t.Errorf("%s: want %q, got %q", key, want, got)
		}
	}
}

func TestEveryOperationHasATest(t *testing.T) {
	t.Parallel()
	tested := map[string]bool{}
	for _, test := range happyCalls() {
		tested[test.operation] = true
	}
	served := map[string]bool{}
	for _, operation := range Operations() {
		served[operation] = true
	}
	if diff := cmp.Diff(served, tested); diff != "" {
		t.Errorf("operations (-served +tested):\n%s", diff)
	}
	if len(Routes()) != 43 || len(served) != 43 {
		t.Errorf("%d routes, %d operations, want the 43 of the documentation", len(Routes()), len(served))
	}
}

func TestTheRoutesAreSpelledAsDocumented(t *testing.T) {
	t.Parallel()
	want := []route.Route{
		{Operation: "ListSIPTrustedNetworks", Method: "GET", Pattern: "/sip/domains/{domain}/trustednetworks"},
		{Operation: "ReadSIPTrustedNetwork", Method: "GET", Pattern: "/sip/domains/{domain}/trustedNetworks/{network}"},
		{Operation: "CreateSIPTrustedNetwork", Method: "POST", Pattern: "/sip/domains/{domain}/trustedNetworks"},
		{Operation: "UpdateSIPTrustedNetwork", Method: "POST", Pattern: "/sip/domains/{domain}/trustedNetwork/{network}"},
		{Operation: "DeleteSIPTrustedNetwork", Method: "DELETE", Pattern: "/sip/domains/{domain}/trustedNetwork/{network}"},
		{Operation: "SetSIPQueueMemberOrder", Method: "PUT", Pattern: "/sip/domains/{domain}/queues/{queue}/members/order"},
		{Operation: "ListPBXUserDevices", Method: "GET", Pattern: "/sip/domains/{domain}/users/{user}/devices"},
	}
	served := map[route.Route]bool{}
	for _, r := range Routes() {
		served[r] = true
	}
	for _, r := range want {
		if !served[r] {
			t.Errorf("%v is not served", r)
		}
	}
}

func TestUnknownRoutesAndMethods(t *testing.T) {
	t.Parallel()
	s := seeded()
	for _, test := range []struct {
		method, path string
		code         int
		allow        string
	}{
		{"GET", "/1/nowhere", 404, ""},
		{"GET", "/", 404, ""},
		{"GET", "/1/users/", 404, ""},
		{"GET", "/one/users", 404, ""},
		{"GET", "/01/users", 404, ""},
		{"GET", "/0/users", 404, ""},
		{"GET", "/-1/users", 404, ""},
		{"GET", "/99999999999999999999/users", 404, ""},
		{"GET", "/1%2Fusers", 404, ""},
		{"GET", "/1/Users", 404, ""},
		{"GET", "/1/trustedNETWORKS", 404, ""},
		{"GET", "/1/queues/1/members/order", 405, "PUT"},
		{"PUT", "/1/queues/1/members/1", 405, "DELETE, GET, POST"},
		{"POST", "", 405, "GET"},
		{"DELETE", "/1", 405, "GET, POST"},
		{"DELETE", "/1/users/1/groups", 405, "GET, POST"},
		{"PATCH", "/1/users/1", 405, "DELETE, GET, POST"},
		{"HEAD", "/1/users", 405, "GET, POST"},
		{"PUT", "/1/trustednetworks", 405, "GET, POST"},
	} {
		got := do(t, s, test.method, test.path, "")
		message := map[int]string{404: "not found", 405: "method not allowed"}[test.code]
		if got.Code != test.code || got.Header.Get("Allow") != test.allow || got.says(t) != message {
			t.Errorf("%s %s: %d, Allow %q, %s", test.method, test.path, got.Code, got.Header.Get("Allow"), got.Text)
		}
	}
	for _, path := range []string{"/config/v2", "/config/v2.1/sip/domains", "/sip/domains", "/config/v2/sip"} {
		if got := exchange(s, httptest.NewRequest(http.MethodGet, path, nil)); got.Code != 404 {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	if n := s.Calls(""); n != 0 {
		t.Errorf("%d calls counted of routes that there are not", n)
	}
}

func TestUnknownIDs(t *testing.T) {
	t.Parallel()
	s := seeded()
	for _, test := range []struct{ method, path, form string }{
		{"GET", "/4", ""}, {"POST", "/4", "rec=1"}, {"GET", "/4/users", ""}, {"GET", "/4/devices", ""},
		{"GET", "/1/users/27", ""}, {"GET", "/2/users/1", ""}, {"POST", "/2/users/1", "jobName=x"}, {"DELETE", "/2/users/1", ""},
		{"POST", "/4/users", "user=a&password=b&displayName=c&extensionNumber=999"},
		{"GET", "/1/groups/8", ""}, {"GET", "/1/groups/8/users", ""}, {"POST", "/1/groups/8/users", "userSpec[]=1"}, {"DELETE", "/1/groups/99/users", "userSpec[]=1"},
		{"GET", "/1/users/99/groups", ""}, {"POST", "/1/users/99/groups", "groupSpec[]=1"},
		{"GET", "/1/users/99/devices", ""}, {"POST", "/1/users/99/devices", "pbxDeviceId=15"},
		{"GET", "/1/users/1/devices/13", ""}, {"GET", "/1/users/1/devices/17", ""}, {"DELETE", "/1/users/1/devices/15", ""}, {"DELETE", "/1/users/99/devices/1", ""},
		{"GET", "/1/queues/4", ""}, {"GET", "/1/queues/4/members", ""}, {"GET", "/1/queues/1/members/4", ""}, {"GET", "/2/queues/1/members/1", ""},
		{"POST", "/1/queues/9/members", "groupId=1&ringStrategy=all&ringAttempts=1&ringSecs=1&ringOrder=1"},
		{"PUT", "/1/queues/9/members/order", "queueMemberId[]=1"},
		{"GET", "/2/trustedNetworks/1", ""}, {"POST", "/2/trustedNetwork/1", "description="}, {"DELETE", "/1/trustedNetwork/9", ""},
		{"GET", "/1/devices/17", ""}, {"POST", "/1/devices/99", "pbxDeviceName=x"}, {"DELETE", "/2/devices/1", ""},
	} {
		if got := do(t, s, test.method, test.path, test.form); got.Code != 404 || got.says(t) != "not found" {
			t.Errorf("%s %s: %d %s", test.method, test.path, got.Code, got.Text)
		}
	}
}
