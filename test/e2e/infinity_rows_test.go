package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
)

// listUsers and readUser are the calls that the bodies below answer.
const (
	listUsers = "PbxConfigService.ListPbxUsers"
	readUser  = "PbxConfigService.GetPbxUser"
)

func usersRequest(rpc string) map[string]any {
	if rpc == readUser {
		return map[string]any{"domainId": 1, "userId": 1}
	}
	return map[string]any{"domainId": 1, "orderBy": "user_id"}
}

// TestInfinityBodies: every form in which the vendor may send rows.
func TestInfinityBodies(t *testing.T) {
	t.Parallel()
	const one, two = `{"userId":"1","user":"a.b","extensionNumber":"007"}`, `{"userId":"2","user":"c.d"}`
	a := map[string]any{"userId": 1.0, "domainId": 1.0, "login": "a.b", "extensionNumber": "007"}
	both := map[string]any{"pbxUsers": []any{a, map[string]any{"userId": 2.0, "login": "c.d"}}}
	none := map[string]any{"pbxUsers": []any{}, "nextPageToken": ""}
	long := strings.Repeat("x", 70_000)
	for name, c := range map[string]struct {
		rpc, body string
		want      any
	}{
		"lines":                      {listUsers, one + "\n" + two + "\n", both},
		"lines without a last end":   {listUsers, one + "\n" + two, both},
		"CR LF":                      {listUsers, one + "\r\n" + two + "\r\n", both},
		"blank lines":                {listUsers, "\n\n" + one + "\n\n \t\n" + two + "\n\n", both},
		"no line break at all":       {listUsers, one + two, both},
		"an array":                   {listUsers, "[" + one + ",\n" + two + "]\n", both},
		"an empty array":             {listUsers, "[]", none},
		"an empty body":              {listUsers, "", none},
		"only a line break":          {listUsers, "\n", none},
		"spread over lines":          {readUser, "{\n    \"userId\": \"1\",\n    \"user\": \"a.b\",\n    \"extensionNumber\": \"007\"\n}\n", map[string]any{"pbxUser": a}},
		"one in an array":            {readUser, "[" + one + "]", map[string]any{"pbxUser": a}},
		"a row of 70,000 bytes":      {listUsers, `{"userId":1,"user":"a.b","extensionNumber":"007","note":"` + long + "\"}\n" + two + "\n", both},
		"that row's additional text": {readUser, `{"userId":1,"note":"` + long + `"}`, map[string]any{"pbxUser": map[string]any{"additionalFields": map[string]any{"note": long}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantResponse(t, startInfinity(t, json200(c.body)), c.rpc, usersRequest(c.rpc), c.want)
		})
	}
}

// wantResponse makes the call through both protocols.
func wantResponse(t *testing.T, f *rig, rpc string, request map[string]any, want any, absent ...string) {
	t.Helper()
	for _, way := range f.protocols() {
		made, err := way.call(t.Context(), mustCall(t, rpc, request))
		if err != nil || made.status != nil {
			t.Fatalf("%s: want a response, got %v %v", way.name(), made.status, err)
		}
		for _, problem := range append(differences("response", want, made.response), promises(made)...) {
			t.Errorf("%s: %.300s", way.name(), problem)
		}
		for _, path := range absent {
			if value, there := at(made.response, path); there {
				t.Errorf("%s: want no %s, got %v", way.name(), path, value)
			}
		}
	}
}

// TestInfinityValues: every form in which a value may come.
func TestInfinityValues(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		row    string
		want   map[string]any
		absent []string
	}{
		"quoted":       {`{"userId":"1","ukPhoneId":"7","mobileFollow":"1","dashboard":"0"}`, map[string]any{"userId": 1.0, "ukPhoneId": 7.0, "mobileFollow": true, "dashboard": false}, nil},
		"native":       {`{"userId":1,"ukPhoneId":7,"mobileFollow":1,"dashboard":0}`, map[string]any{"userId": 1.0, "ukPhoneId": 7.0, "mobileFollow": true, "dashboard": false}, nil},
		"words":        {`{"userId":1,"mobileFollow":true,"dashboard":"yes","hotdeskAllowed":"no"}`, map[string]any{"mobileFollow": true, "dashboard": true, "hotdeskAllowed": false}, nil},
		"nulls":        {`{"userId":1,"ukPhoneId":null,"email":null,"dashboard":null,"createDatetime":null}`, map[string]any{"userId": 1.0}, []string{"ukPhoneId", "email", "dashboard", "createTime"}},
		"empty texts":  {`{"userId":1,"ukPhoneId":"","email":"","dashboard":"","createDatetime":""}`, map[string]any{"userId": 1.0}, []string{"ukPhoneId", "email", "dashboard", "createTime"}},
		"zero dates":   {`{"userId":1,"createDatetime":"0000-00-00 00:00:00","updateDatetime":"0000-00-00"}`, map[string]any{"userId": 1.0}, []string{"createTime", "updateTime"}},
		"text numbers": {`{"userId":1,"extensionNumber":"007","ukCallerId":"+441632960001","mobileNumber":"07700 900123"}`, map[string]any{"extensionNumber": "007", "ukCallerId": "+441632960001", "mobileNumber": "07700 900123"}, nil},
		"native text":  {`{"userId":1,"extensionNumber":201}`, map[string]any{"extensionNumber": "201"}, nil},
		"no id":        {`{"user":"a.b"}`, map[string]any{"userId": 1.0, "domainId": 1.0, "login": "a.b"}, nil},
		"zero ids":     {`{"userId":0,"domainId":"0","ukPhoneId":0,"usPhoneId":"0"}`, map[string]any{"userId": 1.0, "domainId": 1.0}, []string{"ukPhoneId", "usPhoneId"}},
		"secrets": {
			`{"userId":1,"password":"SECRET","pin":"SECRET","Password":"SECRET","sipPassword":"SECRET","authToken":"SECRET","ha1":"SECRET","clientSecret":"SECRET","site":"x"}`,
			map[string]any{"additionalFields": map[string]any{"site": "x"}},
			[]string{
				"password", "pin", "additionalFields.password", "additionalFields.pin", "additionalFields.Password",
				"additionalFields.sipPassword", "additionalFields.authToken", "additionalFields.ha1", "additionalFields.clientSecret",
			},
		},
		"secrets within": {`{"userId":1,"sip":{"login":"a","password":"SECRET","deep":[{"pin":"SECRET","x":1}]}}`, map[string]any{"userId": 1.0}, nil},
		"other things":   {`{"userId":1,"o":{"a": [1, null]},"n":1.50,"t":true,"z":null}`, map[string]any{"additionalFields": map[string]any{"o": `{"a":[1,null]}`, "n": "1.50", "t": "true"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := startInfinity(t, json200(c.row+"\n"))
			absent := make([]string, len(c.absent))
			for i, path := range c.absent {
				absent[i] = "pbxUser." + path
			}
			wantResponse(t, f, readUser, usersRequest(readUser), map[string]any{"pbxUser": c.want}, absent...)
			wantNoSecret(t, f, readUser, usersRequest(readUser))
		})
	}
}

// wantNoSecret searches everything that callers see, and the log.
func wantNoSecret(t *testing.T, f *rig, rpc string, request map[string]any) {
	t.Helper()
	for _, way := range f.protocols() {
		made, err := way.call(t.Context(), mustCall(t, rpc, request))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(made.raw, secretMark) {
			t.Errorf("%s: a caller sees a secret: %.300s", way.name(), made.raw)
		}
	}
	if strings.Contains(f.logs.String(), secretMark) {
		t.Error("the log has a secret")
	}
}

// TestNamesGoByTheTable: if a row has a field under two names, the first name of the table
// counts, whichever stands first.
func TestNamesGoByTheTable(t *testing.T) {
	t.Parallel()
	network := map[string]any{"trustedNetworkId": 4.0, "network": "10.0.0.0/8", "additionalFields": map[string]any{"networkId": "77"}}
	for _, row := range []string{
		`{"networkId":"77","network":"10.0.0.0/8","trustedNetworkId":"4"}`, `{"trustedNetworkId":"4","network":"10.0.0.0/8","networkId":"77"}`,
	} {
		f := startInfinity(t, json200(row))
		wantResponse(t, f, "PbxConfigService.ListPbxTrustedNetworks", map[string]any{"domainId": 1}, map[string]any{"pbxTrustedNetworks": []any{network}})
		f.vendor.take()
		create := map[string]any{"domainId": 1, "pbxTrustedNetwork": map[string]any{"network": "10.0.0.0/8"}}
		wantResponse(t, f, "PbxConfigService.CreatePbxTrustedNetwork", create, map[string]any{"pbxTrustedNetwork": network})
		for _, target := range targets(f.vendor.take()) {
			if strings.HasPrefix(target, "GET ") && !strings.HasSuffix(target, "/trustedNetworks/4") {
				t.Errorf("%s: want the new row by its id, got %s", row, target)
			}
		}
	}
}

// TestParentsAreThoseOfThePath: a row that states other parents has those of the path, in a
// list and alone, and is counted. The user of a device is no parent.
func TestParentsAreThoseOfThePath(t *testing.T) {
	t.Parallel()
	const row = `{"queueMemberId":"5","pbxDeviceId":"5","domainId":"7","queueId":8,"userId":"9","groupId":"6"}`
	for operation, c := range map[string]struct {
		rpc           string
		request, want map[string]any
		misread       []string
	}{
		"ReadSIPQueueMember": {
			"PbxConfigService.GetPbxQueueMember", map[string]any{"domainId": 1, "queueId": 2, "queueMemberId": 5},
			map[string]any{"pbxQueueMember": map[string]any{"domainId": 1.0, "queueId": 2.0, "groupId": 6.0}}, []string{"domainId", "queueId"},
		},
		"ListSIPQueueMembers": {
			"PbxConfigService.ListPbxQueueMembers", map[string]any{"domainId": 1, "queueId": 2, "filter": "queue_id = 2"},
			map[string]any{"pbxQueueMembers": []any{map[string]any{"domainId": 1.0, "queueId": 2.0, "groupId": 6.0}}}, []string{"domainId", "queueId"},
		},
		"ReadPBXUserDevice": {
			"PbxConfigService.GetPbxUserDevice", map[string]any{"domainId": 1, "userId": 2, "pbxDeviceId": 5},
			map[string]any{"pbxUserDevice": map[string]any{"domainId": 1.0, "userId": 2.0}}, []string{"domainId", "userId"},
		},
		"ListSIPGroupUsers": {
			"PbxConfigService.ListPbxGroupUsers", map[string]any{"domainId": 1, "groupId": 2},
			map[string]any{"pbxGroupUsers": []any{map[string]any{"domainId": 1.0, "groupId": 2.0, "userId": 9.0}}}, []string{"domainId", "groupId"},
		},
		"ReadPBXDevice": {
			"PbxConfigService.GetPbxDevice", map[string]any{"domainId": 1, "pbxDeviceId": 5},
			map[string]any{"pbxDevice": map[string]any{"domainId": 1.0, "userId": 9.0}}, []string{"domainId"},
		},
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			f := startInfinity(t, json200(row), withToken())
			wantResponse(t, f, c.rpc, c.request, c.want)
			var misread []string
			for _, difference := range f.vendorStatus(t, "infinity").Drift.MisreadValues {
				misread = append(misread, difference.Member)
			}
			slices.Sort(misread)
			if diff := cmp.Diff(c.misread, misread); diff != "" {
				t.Errorf("misread: %s", diff)
			}
		})
	}
}

// TestUnknownRingStrategy: a word that the contract does not know is kept in
// additional_fields.
func TestUnknownRingStrategy(t *testing.T) {
	t.Parallel()
	f := startInfinity(t, json200(`{"queueMemberId":"1","ringStrategy":"roundRobin","ringSecs":"5"}`))
	request := map[string]any{"domainId": 1, "queueId": 1, "queueMemberId": 1}
	wantResponse(t, f, "PbxConfigService.GetPbxQueueMember", request, map[string]any{"pbxQueueMember": map[string]any{
		"ringSeconds": 5.0, "queueId": 1.0, "additionalFields": map[string]any{"ringStrategy": "roundRobin"},
	}}, "pbxQueueMember.ringStrategy")
}

// TestBrokenLists: what is not a whole list is an error, never a shorter list.
func TestBrokenLists(t *testing.T) {
	t.Parallel()
	const one = `{"userId":"1","user":"a.b"}` + "\n"
	announced := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.Itoa(len(body)+100))
			_, _ = w.Write([]byte(body)) // the client may have gone
		}
	}
	chunked := func(body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			_, _ = w.Write([]byte(body)) // the client may have gone
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	}
	cut := verdict{code: codes.Unavailable, reason: "UPSTREAM_BAD_RESPONSE", status: "200", vendor: "infinity"}
	bad := verdict{code: codes.Internal, reason: "UPSTREAM_BAD_RESPONSE", status: "200", vendor: "infinity"}
	no := verdict{code: codes.Unknown, reason: "UPSTREAM_REJECTED", status: "200", vendor: "infinity"}
	huge := `{"userId":"2","note":"` + strings.Repeat("x", 10<<20) + `"}` + "\n"
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   verdict
	}{
		"cut between two rows":             {announced(one), cut},
		"cut within a row":                 {announced(one + `{"userId":"2","us`), cut},
		"cut between two rows, chunked":    {chunked(one), cut},
		"cut within a row, chunked":        {chunked(one + `{"userId":"2","us`), cut},
		"an end within a row":              {json200(one + `{"userId":"2","us`), cut},
		"an end within an array":           {json200("[" + one + ","), cut},
		"a row of more than 8 MiB":         {json200(one + huge + one), bad},
		"a row that is broken":             {json200(one + `{"userId":}`), bad},
		"a message":                        {json200("\"access denied\"\n"), no},
		"a number":                         {json200("17\n"), bad},
		"a row and then something else":    {json200(one + "oops\n"), bad},
		"more bytes than the cap in total": {json200(strings.Repeat(one, 200)), bad},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flags := []string{"--upstream-max-bytes=64MiB"}
			if strings.HasPrefix(name, "more bytes") {
				flags = []string{"--upstream-max-bytes=4KiB"}
			}
			for i := range 2 {
				f := startInfinity(t, c.answer, flags...)
				made, err := f.protocols()[i].call(t.Context(), mustCall(t, listUsers, usersRequest(listUsers)))
				if err != nil {
					t.Fatal(err)
				}
				for _, problem := range append(c.want.check(made), promises(made)...) {
					t.Errorf("%s: %s", f.protocols()[i].name(), problem)
				}
			}
		})
	}
}

// TestLondonTime: date-times without a zone are read in the one that is configured,
// filters are written in it, with and without summer time.
func TestLondonTime(t *testing.T) {
	t.Parallel()
	row := `{"pbxDeviceId":"1","createDatetime":"2026-01-15 12:00:00","updateDatetime":"2026-07-15 12:00:00"}`
	for zone, want := range map[string][2]string{
		"Europe/London": {"2026-01-15T12:00:00Z", "2026-07-15T11:00:00Z"},
		"UTC":           {"2026-01-15T12:00:00Z", "2026-07-15T12:00:00Z"},
	} {
		f := startInfinity(t, json200(row), "--infinity-time-zone="+zone)
		times := map[string]any{"createTime": want[0], "updateTime": want[1]}
		wantResponse(t, f, "PbxConfigService.GetPbxDevice", map[string]any{"domainId": 1, "pbxDeviceId": 1}, map[string]any{"pbxDevice": times})
		f.vendor.take()
		request := map[string]any{"domainId": 1, "filter": fmt.Sprintf("update_time = %q", want[1])}
		wantResponse(t, f, "PbxConfigService.ListPbxDevices", request, map[string]any{"pbxDevices": []any{times}})
		if got := targets(f.vendor.take()); len(got) != 2 || !strings.Contains(got[0], "filter%5B%5D=updateDatetime-eq-value-2026-07-15+12%3A00%3A00") {
			t.Errorf("%s: want the filter in the zone of the vendor, got %q", zone, got)
		}
	}
}
