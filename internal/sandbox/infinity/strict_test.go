package infinity

import (
	"net/http/httptest"
	"strings"
	"testing"
)

// creates are good forms for each kind that can be created.
const (
	goodUser    = "user=joe.blogs&password=pw&displayName=Joe&extensionNumber=999"
	goodGroup   = "groupName=events&displayName=Events&extensionNumber=999"
	goodQueue   = "queueName=parts&displayName=Parts&extensionNumber=999"
	goodMember  = "groupId=1&ringStrategy=all&ringAttempts=1&ringSecs=20&ringOrder=3"
	goodNetwork = "network=10.0.20.10/24"
	goodDevice  = "pbxDeviceName=Phone&deviceMacAddress=10:20:30:1A:2B:3C"
)

func TestParametersAreCheckedStrictly(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("%C3%A9", 256)
	for _, test := range []struct {
		method, path, form string
		code               int
		message            string
	}{
		{"POST", "/1/users", "", 400, "displayName is required; extensionNumber is required; password is required; user is required"},
		{"POST", "/1/groups", "", 400, "displayName is required; extensionNumber is required; groupName is required"},
		{"POST", "/1/queues", "", 400, "displayName is required; extensionNumber is required; queueName is required"},
		{"POST", "/1/queues/1/members", "", 400, "groupId is required; ringAttempts is required; ringOrder is required; ringSecs is required; ringStrategy is required"},
		{"POST", "/1/trustedNetworks", "", 400, "network is required"},
		{"POST", "/1/devices", "", 400, "deviceMacAddress is required; pbxDeviceName is required"},
		{"POST", "/1/users/1/devices", "", 400, "pbxDeviceId is required"},
		{"POST", "/1/groups/1/users", "", 400, "userSpec is required, as userSpec[]"},
		{"DELETE", "/1/groups/1/users", "", 400, "userSpec is required, as userSpec[]"},
		{"POST", "/1/users/1/groups", "", 400, "groupSpec is required, as groupSpec[]"},
		{"PUT", "/1/queues/1/members/order", "", 400, "queueMemberId is required, as queueMemberId[]"},

		{"POST", "/1/users", goodUser + "&color=red&display_name=x", 400, "color is not a known parameter; display_name is not a known parameter"},
		{"POST", "/1/users", goodUser + "&userId=7", 400, "userId is not a known parameter"},
		{"POST", "/1/users", goodUser + "&voicemailEnabled=1", 400, "voicemailEnabled is not a known parameter"},
		{"POST", "/1/users", goodUser + "&email[]=a", 400, "email must not be an array"},
		{"POST", "/1/users", goodUser + "&displayName=Other", 400, "displayName is given twice with different values"},
		{"POST", "/1/users", goodUser + "&displayName=Joe", 201, ""},
		{"POST", "/1/users", goodUser + "&mobileFollow=true", 400, "mobileFollow must be one of 1, 0"},
		{"POST", "/1/users", goodUser + "&hotdeskAllowed=2", 400, "hotdeskAllowed must be one of 1, 0"},
		{"POST", "/1/users", goodUser + "&dashboard=", 400, "dashboard must be one of 1, 0"},
		{"POST", "/1/users", goodUser + "&dashboard=01", 400, "dashboard must be one of 1, 0"},
		{"POST", "/1/users", goodUser + "&ukPhoneId=1.5", 400, "ukPhoneId must be a whole number from 1 to 4294967295"},
		{"POST", "/1/users", goodUser + "&usPhoneId=0", 400, "usPhoneId must be a whole number from 1 to 4294967295"},
		{"POST", "/1/users", goodUser + "&usPhoneId=", 201, ""},
		{"POST", "/1/users", goodUser + "&pin=12ab", 400, "pin must have 3 to 12 digits and nothing else"},
		{"POST", "/1/users", goodUser + "&pin=", 201, ""},
		{"POST", "/1/users", goodUser + "&jobName=" + long, 400, "jobName must have at most 255 characters"},
		{"POST", "/1/users", goodUser + "&jobName=" + long[:255*6], 201, ""},
		{"POST", "/1/users", goodUser + "&jobName=%FF", 400, "jobName must be UTF-8"},
		{"POST", "/1/users", goodUser + "&jobName=%zz", 400, `the body is malformed: invalid URL escape "%zz"`},
		{"POST", "/1/users", goodUser + ";jobName=x", 400, "the body is malformed: invalid semicolon separator in query"},
		{"POST", "/1/users", strings.Replace(goodUser, "999", "9x9", 1), 400, "extensionNumber must have 2 to 10 digits and nothing else"},
		{"POST", "/1/users", strings.Replace(goodUser, "999", "", 1), 400, "extensionNumber must have 2 to 10 digits and nothing else"},
		{"POST", "/1/users", strings.Replace(goodUser, "joe.blogs", "joe+blogs", 1), 400, "user must be a name such as joe.blogs"},
		{"POST", "/1/users", strings.Replace(goodUser, "pw", "", 1), 400, "password must not be empty"},

		{"POST", "/1/users/1", "user=amelia.hart", 400, "user is not a known parameter"},
		{"POST", "/1/users/1", "ukPhoneId=1&usPhoneId=2", 400, "ukPhoneId is not a known parameter; usPhoneId is not a known parameter"},
		{"POST", "/1/users/1", "displayName=", 400, "displayName must not be empty"},
		{"POST", "/1/users/1", "", 204, ""},
		{"POST", "/1", "domain=other.example.com", 400, "domain is not a known parameter"},
		{"POST", "/1", "siteCode=LON-01", 400, "siteCode is not a known parameter"},
		{"POST", "/1", "rec=yes", 400, "rec must be one of 1, 0"},

		{"POST", "/1/groups", goodGroup + "&ringRetry=on", 400, "ringRetry must be one of 1, 0"},
		{"POST", "/1/groups", goodGroup + "&callerNameFormat={displayname}", 400, "callerNameFormat has the unknown variable {displayname}; use {displayName}, {srcPhoneNumber} or {dgrpName}"},
		{"POST", "/1/groups", goodGroup + "&callerNameFormat={}", 400, "callerNameFormat has the unknown variable {}; use {displayName}, {srcPhoneNumber} or {dgrpName}"},
		{"POST", "/1/groups", goodGroup + "&callerNameFormat={a+{displayName}+b}+{dgrpName}{srcPhoneNumber}", 201, ""},
		{"POST", "/1/queues/1", "callerNameFormat={queueName}", 400, "callerNameFormat has the unknown variable {queueName}; use {displayName}, {srcPhoneNumber} or {dgrpName}"},

		{"POST", "/1/queues/1/members", strings.Replace(goodMember, "all", "roundRobin", 1), 400, "ringStrategy must be one of all, huntLongestIdle"},
		{"POST", "/1/queues/1/members", strings.Replace(goodMember, "all", "ALL", 1), 400, "ringStrategy must be one of all, huntLongestIdle"},
		{"POST", "/1/queues/1/members", strings.Replace(goodMember, "20", "-1", 1), 400, "ringSecs must be a whole number from 0 to 9999"},
		{"POST", "/1/queues/1/members", strings.Replace(goodMember, "20", "%2B20", 1), 400, "ringSecs must be a whole number from 0 to 9999"},
		{"POST", "/1/queues/1/members", strings.Replace(goodMember, "20", "020", 1), 400, "ringSecs must be a whole number from 0 to 9999"},
		{"POST", "/1/queues/1/members", "groupId=8&" + goodMember[len("groupId=1&"):], 400, "groupId names no SIP group of this domain"},
		{"POST", "/1/queues/1/members/1", "groupId=99", 400, "groupId names no SIP group of this domain"},
		{"POST", "/1/queues/1/members/1", "groupId=", 400, "groupId must be a whole number from 1 to 4294967295"},
		{"POST", "/1/queues/1/members/1", "queueId=2", 400, "queueId is not a known parameter"},

		{"POST", "/1/trustedNetworks", "network=10.0.20.10", 400, "network must be a CIDR network such as 10.0.20.10/24"},
		{"POST", "/1/trustedNetworks", "network=10.0.20.256/24", 400, "network must be a CIDR network such as 10.0.20.10/24"},
		{"POST", "/1/trustedNetworks", "network=10.0.20.0/33", 400, "network must be a CIDR network such as 10.0.20.10/24"},
		{"POST", "/1/trustedNetworks", "network=2001:db8::1/64", 201, ""},
		{"POST", "/1/trustedNetwork/1", "network=", 400, "network must be a CIDR network such as 10.0.20.10/24"},

		{"POST", "/1/devices", "pbxDeviceName=a&deviceMacAddress=10-20-30-1A-2B-3C", 400, "deviceMacAddress must be a MAC address such as 10:20:30:1A:2B:3C"},
		{"POST", "/1/devices", "pbxDeviceName=a&deviceMacAddress=10:20:30:1A:2B", 400, "deviceMacAddress must be a MAC address such as 10:20:30:1A:2B:3C"},
		{"POST", "/1/devices", "pbxDeviceName=a&deviceMacAddress=10:20:30:1A:2B:3G", 400, "deviceMacAddress must be a MAC address such as 10:20:30:1A:2B:3C"},
		{"POST", "/1/devices/1", "deviceMacAddress=10:20:30:1A:2B:3C", 400, "deviceMacAddress is not a known parameter"},
		{"POST", "/1/devices/1", "userId=2", 400, "userId is not a known parameter"},
		{"POST", "/1/users/1/devices", "pbxDeviceId=17", 400, "pbxDeviceId names no PBX device of this domain"},
		{"POST", "/1/users/1/devices", "pbxDeviceId=x", 400, "pbxDeviceId must be a whole number from 1 to 4294967295"},

		{"POST", "/1/groups/1/users", "userSpec=1", 400, "userSpec must be an array, userSpec[]"},
		{"POST", "/1/groups/1/users", "userSpec[]=1&userSpec[]=x", 400, "userSpec[1] must be a whole number from 1 to 4294967295"},
		{"POST", "/1/groups/1/users", "userSpec[a]=1", 400, "userSpec[a] has an index that is not a whole number from 0 to 9999"},
		{"POST", "/1/groups/1/users", "userSpec[=1", 400, "userSpec[ is not a known parameter"},
		{"POST", "/1/groups/1/users", "userSpec[]=1&groupSpec[]=2", 400, "groupSpec is not a known parameter"},
		{"POST", "/1/groups/1/users", "userSpec[]=1&userSpec[]=27", 400, "27 is no SIP user of this domain"},
		{"DELETE", "/1/groups/1/users", "userSpec[]=99", 400, "99 is no SIP user of this domain"},
		{"POST", "/1/users/1/groups", "groupSpec[]=8", 400, "8 is no SIP group of this domain"},
		{"DELETE", "/1/users/1", "force=1", 400, "force is not a known parameter"},

		{"PUT", "/1/queues/1/members/order", "queueMemberId[]=1&queueMemberId[]=2", 400, "queueMemberId must name each member of the queue once and nothing else"},
		{"PUT", "/1/queues/1/members/order", "queueMemberId[]=1&queueMemberId[]=2&queueMemberId[]=2", 400, "queueMemberId must name each member of the queue once and nothing else"},
		{"PUT", "/1/queues/1/members/order", "queueMemberId[]=1&queueMemberId[]=2&queueMemberId[]=3&queueMemberId[]=3", 400, "queueMemberId must name each member of the queue once and nothing else"},
		{"PUT", "/1/queues/1/members/order", "queueMemberId[]=1&queueMemberId[]=2&queueMemberId[]=4", 400, "queueMemberId must name each member of the queue once and nothing else"},
		{"PUT", "/1/queues/1/members/order", "queueMemberId[0]=1&queueMemberId[1]=2&queueMemberId[1]=3", 400, "queueMemberId has two values at index 1"},

		{"GET", "/1/users?displayname=x", "", 400, "displayname is not a known parameter"},
		{"GET", "/1/users/1?verbose=1", "", 400, "verbose is not a known parameter"},
		{"GET", "/1/users?format=csv", "", 400, "format must be one of json, jsonarray in this sandbox"},
		{"GET", "/1/users?format=%zz", "", 400, `the query is malformed: invalid URL escape "%zz"`},
		{"GET", "/1/users?format=json&display[]=userId&rootOrgId=1&tz=Europe/London", "", 200, ""},
	} {
		s := seeded()
		got := do(t, s, test.method, test.path, test.form)
		if got.Code != test.code {
			t.Errorf("%s %s %.80s: want %d %q, got %d %s", test.method, test.path, test.form, test.code, test.message, got.Code, got.Text)
			continue
		}
		if test.message != "" && got.says(t) != test.message {
			t.Errorf("%s %s %.80s:\nwant %q\n got %s", test.method, test.path, test.form, test.message, got.Text)
		}
	}
}

func TestConflicts(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		method, path, form string
		code               int
		message            string
	}{
		{"POST", "/1/users", strings.Replace(goodUser, "joe.blogs", "tom.ashworth", 1), 409, "user tom.ashworth is already in use"},
		{"POST", "/2/users", strings.Replace(goodUser, "joe.blogs", "tom.ashworth", 1), 201, ""},
		{"POST", "/1/users", strings.Replace(goodUser, "999", "201", 1), 409, "extensionNumber 201 is already in use"},
		{"POST", "/1/users", strings.Replace(goodUser, "999", "500", 1), 409, "extensionNumber 500 is already in use"},
		{"POST", "/1/users", strings.Replace(goodUser, "999", "800", 1), 409, "extensionNumber 800 is already in use"},
		{"POST", "/2/users", strings.Replace(goodUser, "999", "201", 1), 201, ""},
		{"POST", "/1/users", strings.Replace(goodUser, "999", "07", 1), 201, ""},
		{"POST", "/1/users/1", "extensionNumber=201", 204, ""},
		{"POST", "/1/users/1", "extensionNumber=202", 409, "extensionNumber 202 is already in use"},
		{"POST", "/1/groups", strings.Replace(goodGroup, "events", "sales", 1), 409, "groupName sales is already in use"},
		{"POST", "/1/groups/2", "groupName=sales", 409, "groupName sales is already in use"},
		{"POST", "/1/groups", strings.Replace(goodGroup, "999", "201", 1), 409, "extensionNumber 201 is already in use"},
		{"POST", "/1/queues", strings.Replace(goodQueue, "parts", "out-of-hours", 1), 409, "queueName out-of-hours is already in use"},
		{"POST", "/1/queues/2", "queueName=out-of-hours", 409, "queueName out-of-hours is already in use"},
		{"POST", "/1/devices", "pbxDeviceName=a&deviceMacAddress=00:00:5e:00:53:b0", 409, "deviceMacAddress 00:00:5e:00:53:b0 is already in use"},
		{"POST", "/1/users/2/devices", "pbxDeviceId=1", 409, "the device is already associated with user 1"},
		{"POST", "/1/users/1/devices", "pbxDeviceId=1", 409, "the device is already associated with user 1"},
		{"DELETE", "/1/groups/7", "", 409, "the group is in use by member 3 of queue 1"},
		{"POST", "/1/trustedNetworks", "network=192.0.2.0/25", 201, ""},
		{"POST", "/1/queues/1/members", goodMember, 201, ""},
	} {
		got := do(t, seeded(), test.method, test.path, test.form)
		if got.Code != test.code || test.message != "" && got.says(t) != test.message {
			t.Errorf("%s %s %s: want %d %q, got %d %s", test.method, test.path, test.form, test.code, test.message, got.Code, got.Text)
		}
	}
}

func TestParametersComeFromQueryAndBody(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		method, path, form string
		after, key         string
		want               []string
	}{
		{"POST", "/1/users/1?jobName=Boss", "", "/1/users/1", "jobName", []string{"Boss"}},
		{"POST", "/1/users/1?jobName=Boss", "jobName=Boss&email=", "/1/users/1", "jobName", []string{"Boss"}},
		{"POST", "/1/groups/7/users?userSpec[]=1", "userSpec[]=2", "/1/groups/7/users", "userId", []string{"1", "2", "24"}},
		{"DELETE", "/1/groups/1/users?userSpec[]=3&userSpec[]=4", "", "/1/groups/1/users", "userId", []string{"5", "6", "7"}},
		{"DELETE", "/1/groups/1/users?userSpec%5B%5D=3", "userSpec%5B0%5D=4", "/1/groups/1/users", "userId", []string{"5", "6", "7"}},
		{"PUT", "/1/queues/1/members/order?queueMemberId[]=2", "queueMemberId[]=1&queueMemberId[]=3", "/1/queues/1/members", "ringOrder", []string{"1", "0", "2"}},
		{"PUT", "/1/queues/1/members/order", "queueMemberId[2]=1&queueMemberId[0]=2&queueMemberId[1]=3", "/1/queues/1/members", "ringOrder", []string{"2", "0", "1"}},
		{"PUT", "/1/queues/1/members/order", "queueMemberId[10]=1&queueMemberId[]=2&queueMemberId[5]=3", "/1/queues/1/members", "ringOrder", []string{"10", "11", "5"}},
	} {
		s := seeded()
		if got := do(t, s, test.method, test.path, test.form); got.Code != 204 {
			t.Errorf("%s %s %s: %d %s", test.method, test.path, test.form, got.Code, got.Text)
		}
		differ(t, test.path+" "+test.form, test.want, of(do(t, s, "GET", test.after, "").rows(t), test.key))
	}
	if got := do(t, seeded(), "POST", "/1/users/1?jobName=Boss", "jobName=Other"); got.Code != 400 {
		t.Errorf("two values: %d %s", got.Code, got.Text)
	}
}

func TestOtherBodies(t *testing.T) {
	t.Parallel()
	s := seeded()
	for _, test := range []struct {
		contentType, body string
		code              int
		message           string
	}{
		{"application/json", `{"jobName":"Boss"}`, 400, "parameters must be sent as application/x-www-form-urlencoded"},
		{"multipart/form-data; boundary=x", "--x--", 400, "parameters must be sent as application/x-www-form-urlencoded"},
		{"", "jobName=Boss", 400, "parameters must be sent as application/x-www-form-urlencoded"},
		{"application/x-www-form-urlencoded; charset=utf-8", "jobName=Boss", 204, ""},
		{"", "", 204, ""},
		{"application/x-www-form-urlencoded", "jobName=" + strings.Repeat("x", maxBodyBytes), 413, "the body has more than 4194304 bytes"},
	} {
		r := httptest.NewRequest("POST", BasePath+"/sip/domains/1/users/1", strings.NewReader(test.body))
		r.SetBasicAuth(DefaultUsername, DefaultPassword)
		if test.contentType != "" {
			r.Header.Set("Content-Type", test.contentType)
		}
		got := exchange(s, r)
		if got.Code != test.code || test.message != "" && got.says(t) != test.message {
			t.Errorf("%s %.40s: %d %s", test.contentType, test.body, got.Code, got.Text)
		}
	}
}

func TestLogins(t *testing.T) {
	t.Parallel()
	s := seeded()
	basic := func(user, password string) string {
		r := httptest.NewRequest("GET", "/", nil)
		r.SetBasicAuth(user, password)
		return r.Header.Get("Authorization")
	}
	for _, test := range []struct {
		authorization string
		code          int
		message       string
	}{
		{"", 401, "auth required"},
		{basic(DefaultUsername, DefaultPassword), 200, ""},
		{basic(DefaultUsername, "wrong"), 401, "auth failed"},
		{basic("somebody@example.com", DefaultPassword), 401, "auth failed"},
		{basic(DefaultDeniedUsername, DefaultPassword), 403, "access denied"},
		{basic(DefaultDeniedUsername, "wrong"), 401, "auth failed"},
		{"Basic !", 401, "auth failed"},
		{"Bearer " + DefaultAPIKey, 401, "auth failed"},
		{"ApiKey " + DefaultAPIKey, 200, ""},
		{"apikey " + DefaultAPIKey, 200, ""},
		{"ApiKey other", 401, "auth failed"},
		{"ApiKey", 401, "auth failed"},
	} {
		r := httptest.NewRequest("GET", BasePath+"/sip/domains/1", nil)
		if test.authorization != "" {
			r.Header.Set("Authorization", test.authorization)
		}
		got := exchange(s, r)
		challenged := got.Header.Get("WWW-Authenticate") != ""
		if got.Code != test.code || test.message != "" && got.says(t) != test.message || challenged != (got.Code == 401) {
			t.Errorf("%q: %d %s", test.authorization, got.Code, got.Text)
		}
	}
	r := httptest.NewRequest("POST", BasePath+"/sip/domains/1/users", strings.NewReader("nonsense"))
	if got := exchange(s, r); got.Code != 401 {
		t.Errorf("a stranger is told %d %s", got.Code, got.Text)
	}
}
