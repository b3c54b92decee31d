package infinity

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// undocumented are the creates whose answer is a choice, in the seeded sandbox.
func undocumented() map[string]string {
	return map[string]string{
		"/1/users": goodUser, "/1/groups": goodGroup, "/1/queues": goodQueue,
		"/1/queues/1/members": goodMember, "/1/trustedNetworks": goodNetwork,
	}
}

func TestCreateAnswers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		options Options
		// want has {id} for what the id object is.
		want func(t *testing.T, got reply, row string) bool
	}{
		{"id", Options{}, func(t *testing.T, got reply, _ string) bool {
			t.Helper()
			return len(got.row(t)) == 1
		}},
		{"nothing", Options{Creates: CreatedNothing}, func(_ *testing.T, got reply, _ string) bool { return got.Text == "" }},
		{"row", Options{Creates: CreatedRow}, func(_ *testing.T, got reply, row string) bool { return got.Text == row }},
	} {
		for path, form := range undocumented() {
			for _, location := range []bool{false, true} {
				s := seeded(func(o *Options) { o.Creates, o.LocationHeader = test.options.Creates, location })
				got := do(t, s, "POST", path, form)
				at := BasePath + "/sip/domains" + path + "/"
				if got.Code != 201 || location != strings.HasPrefix(got.Header.Get("Location"), at) {
					t.Errorf("%s of %s: %d, Location %q", test.name, path, got.Code, got.Header.Get("Location"))
				}
				if !location {
					continue
				}
				row := do(t, s, "GET", strings.TrimPrefix(got.Header.Get("Location"), BasePath+"/sip/domains"), "")
				if row.Code != 200 || !test.want(t, got, row.Text) {
					t.Errorf("%s of %s: %q, the row is %q", test.name, path, got.Text, row.Text)
				}
			}
		}
		s := seeded(func(o *Options) { o.Creates, o.LocationHeader = test.options.Creates, true })
		device := do(t, s, "POST", "/1/devices", goodDevice)
		if device.Text != `{"pbxDeviceId":"26"}`+"\n" || device.Header.Get("Location") != "" {
			t.Errorf("%s: a device is documented to answer its id: %q", test.name, device.Text)
		}
		if token := do(t, s, "POST", "/1/users/7/devices", "pbxDeviceId=26").Text; token != `{"pbxDeviceId":"26","userId":"7","pbxDeviceToken":"token-1"}`+"\n" {
			t.Errorf("%s: a user device is documented to answer its token: %q", test.name, token)
		}
	}
}

func TestChangesAnswerRows(t *testing.T) {
	t.Parallel()
	s := seeded(func(o *Options) { o.ChangesAnswerRows = true })
	for _, test := range []struct {
		method, path, form, key string
		want                    []string
	}{
		{"POST", "/1/users/1", "jobName=Boss", "jobName", []string{"Boss"}},
		{"POST", "/1/groups/7/users", "userSpec[]=1", "userId", []string{"1", "24"}},
		{"DELETE", "/1/groups/7/users", "userSpec[]=1&userSpec[]=24", "userId", []string{}},
		{"POST", "/1/users/2/groups", "groupSpec[]=7", "groupId", []string{"6", "7"}},
		{"PUT", "/1/queues/1/members/order", "queueMemberId[]=3&queueMemberId[]=2&queueMemberId[]=1", "ringOrder", []string{"2", "1", "0"}},
		{"DELETE", "/1/users/1/devices/1", "", "pbxDeviceName", []string{"Amelia's desk phone"}},
		{"DELETE", "/1/devices/1", "", "userId", []string{""}},
		{"DELETE", "/1/queues/1", "", "queueName", []string{"sales-queue"}},
	} {
		got := do(t, s, test.method, test.path, test.form)
		if got.Code != 200 {
			t.Errorf("%s %s: %d %s", test.method, test.path, got.Code, got.Text)
			continue
		}
		differ(t, test.method+" "+test.path, test.want, of(got.rows(t), test.key))
	}
}

func TestAnUpdateOfAWholeRowResetsTheRest(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		path, form string
		partial    bool
		want       map[string]string
	}{
		{"/1", "displayName=UK", false, map[string]string{"displayName": "UK", "rec": "0", "domain": "uk.brightwater.example.com", "siteCode": "LON-01"}},
		{"/1", "rec=1", false, map[string]string{"displayName": "", "rec": "1"}},
		{"/1", "displayName=UK", true, map[string]string{"displayName": "UK", "rec": "1"}},
		{"/1/groups/1", "displayName=Sales", false, map[string]string{"displayName": "Sales", "groupName": "", "extensionNumber": "", "ringRetry": "0", "ringExclusive": "0", "callerNameFormat": "", "createdBy": "provisioning"}},
		{"/1/groups/1", "displayName=Sales", true, map[string]string{"displayName": "Sales", "groupName": "sales", "extensionNumber": "500", "ringRetry": "1", "ringExclusive": "1", "callerNameFormat": "{displayName} - {srcPhoneNumber}"}},
		{"/1/queues/1", "displayName=Sales", false, map[string]string{"displayName": "Sales", "queueName": "sales-queue", "extensionNumber": "800"}},
		{"/1/users/2", "email=", false, map[string]string{"email": "", "hotdeskAllowed": "1", "extensionNumber": "202", "pin": "905370154"}},
		{"/1/trustedNetwork/1", "network=10.0.20.10/24", false, map[string]string{"description": "London office"}},
		{"/1/queues/1/members/1", "ringSecs=1", false, map[string]string{"groupId": "1", "ringStrategy": "huntLongestIdle", "ringSecs": "1"}},
	} {
		s := seeded(func(o *Options) { o.PartialUpdates = test.partial })
		if got := do(t, s, "POST", test.path, test.form); got.Code != 204 {
			t.Errorf("POST %s %s: %d %s", test.path, test.form, got.Code, got.Text)
		}
		row := do(t, s, "GET", test.path, "").row(t)
		for key, want := range test.want {
			if row[key] != want {
				t.Errorf("%s after %s (partial: %v): %s is %q, want %q", test.path, test.form, test.partial, key, row[key], want)
			}
		}
	}
}

func TestSpellingsOfTrustedNetworks(t *testing.T) {
	t.Parallel()
	spellings := []string{"trustednetworks", "trustedNetworks", "trustedNetwork"}
	for _, test := range []struct {
		method, id, form string
		code             int
		documented       string
	}{
		{"GET", "", "", 200, "trustednetworks"},
		{"POST", "", goodNetwork, 201, "trustedNetworks"},
		{"GET", "/1", "", 200, "trustedNetworks"},
		{"POST", "/1", "description=x", 204, "trustedNetwork"},
		{"DELETE", "/1", "", 204, "trustedNetwork"},
	} {
		for _, spelling := range spellings {
			for _, strict := range []bool{false, true} {
				want := test.code
				if strict && spelling != test.documented {
					want = 404
				}
				s := seeded(func(o *Options) { o.StrictSpelling = strict })
				got := do(t, s, test.method, "/1/"+spelling+test.id, test.form)
				if got.Code != want || want == 404 && got.says(t) != "not found" {
					t.Errorf("%s %s%s, strict: %v: %d %s", test.method, spelling, test.id, strict, got.Code, got.Text)
				}
			}
		}
	}
	s := seeded(func(o *Options) { o.StrictSpelling = true })
	if got := do(t, s, "PUT", "/1/trustedNetworks", ""); got.Code != 404 {
		t.Errorf("another method, strictly: %d", got.Code)
	}
	if got := do(t, s, "PUT", "/1/users", ""); got.Code != 405 {
		t.Errorf("another method elsewhere: %d", got.Code)
	}
}

func TestOtherNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "networkId", "sipTrustedNetworkId"} {
		s := seeded(func(o *Options) { o.TrustedNetworkID = name })
		key := name
		if key == "" {
			key = "trustedNetworkId"
		}
		created := do(t, s, "POST", "/1/trustedNetworks", goodNetwork)
		if want := `{"` + key + `":"7"}` + "\n"; created.Text != want {
			t.Errorf("created %q, want %q", created.Text, want)
		}
		listed := do(t, s, "GET", "/1/trustednetworks?sort[]="+key+"-desc&filter[]="+key+"-eq-value-7", "")
		differ(t, key, []string{"7"}, of(listed.rows(t), key))
	}
	s := seeded(func(o *Options) { o.DomainName = "domainName" })
	row := do(t, s, "GET", "/1", "").row(t)
	if _, old := row["domain"]; old || row["domainName"] != "uk.brightwater.example.com" {
		t.Errorf("the domain is %v", row)
	}
}

func TestFormats(t *testing.T) {
	t.Parallel()
	s := seeded()
	for _, test := range []struct{ path, want string }{
		{"/1/queues/3/members", "\n"},
		{"/1/queues/3/members?format=json", "\n"},
		{"/1/queues/3/members?format=jsonarray", "[]\n"},
		{"/1/groups/7/users", `{"groupId":"7","userId":"24","user":"james.lowe","displayName":"James Lowe","extensionNumber":"007"}` + "\n"},
		{"/1/groups/7/users?format=jsonarray", `[{"groupId":"7","userId":"24","user":"james.lowe","displayName":"James Lowe","extensionNumber":"007"}]` + "\n"},
	} {
		got := do(t, s, "GET", test.path, "")
		if got.Code != 200 || got.Text != test.want || got.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %q", test.path, got.Code, got.Text)
		}
	}
}

func TestTimesAreInTheZone(t *testing.T) {
	t.Parallel()
	s := seeded(func(o *Options) { o.Zone = time.FixedZone("there", -7*60*60) })
	do(t, s, "POST", "/1/devices/1", "pbxDeviceName=x")
	row := do(t, s, "GET", "/1/devices/1", "").row(t)
	if row["updateDatetime"] != "2026-06-01 03:30:15" || row["createDatetime"] != "2019-03-14 02:07:00" {
		t.Errorf("the device has %v", row)
	}
}

func TestOtherCredentials(t *testing.T) {
	t.Parallel()
	s := New(Options{Username: "ana@example.com", Password: "pw", DeniedUsername: "bob@example.com", APIKeys: []string{"k"}})
	for _, test := range []struct {
		user, password string
		code           int
	}{
		{"ana@example.com", "pw", 200}, {"bob@example.com", "pw", 403}, {DefaultUsername, DefaultPassword, 401}, {"ana@example.com", "", 401},
	} {
		r := httptest.NewRequest("GET", BasePath+"/sip/domains", nil)
		r.SetBasicAuth(test.user, test.password)
		if got := exchange(s, r); got.Code != test.code {
			t.Errorf("%s: %d %s", test.user, got.Code, got.Text)
		}
	}
}
