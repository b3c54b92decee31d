package infinity

import (
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestListings(t *testing.T) {
	t.Parallel()
	s := seeded()
	for _, test := range []struct {
		path, query, key string
		want             []string
	}{
		{"/1/devices", "filter[]=userId-eq-value-1", "pbxDeviceId", []string{"1", "2"}},
		{"/1/devices", "filter[0]=userId-eq-value-25&filter[1]=pbxDeviceName-eq-value-Reception left", "pbxDeviceId", []string{"13"}},
		{"/1/devices", "filter[]=userId-eq-value-", "pbxDeviceId", []string{"15", "16"}},
		{"/1/devices", "filter[]=userId-eq-value-0", "pbxDeviceId", []string{}},
		{"/1/devices", "filter[]=user-eq-value-amelia.hart", "pbxDeviceId", []string{"1", "2"}},
		{"/1/devices", "filter[]=user-eq-value-Amelia.Hart", "pbxDeviceId", []string{}},
		{"/1/devices", "filter[]=createDatetime-eq-value-2019-03-14 09:07:00", "pbxDeviceId", []string{"1"}},
		{"/1/devices", "filter[]=updateDatetime-eq-value-0000-00-00 00:00:00", "pbxDeviceId", []string{"6", "12"}},
		{"/1/devices", "filter[]=domainId-eq-value-2", "pbxDeviceId", []string{}},
		{"/1/trustednetworks", "filter[]=description-eq-value-Bristol office - workshop & warehouse", "trustedNetworkId", []string{"2"}},
		{"/1/queues", "filter[]=displayName-eq-value-Sales Line&filter[]=queueName-eq-value-support-queue", "queueId", []string{}},
		{"/1/queues", "filter[]=createdBy-eq-value-provisioning", "queueId", []string{"1", "2", "3"}},

		{"/1/devices", "sort[]=pbxDeviceId-desc&limit=3", "pbxDeviceId", []string{"16", "15", "14"}},
		{"/1/devices", "sort[]=pbxDeviceId-asc&offset=8&limit=3", "pbxDeviceId", []string{"9", "10", "11"}},
		{"/1/devices", "sort[]=userId-asc&sort[]=pbxDeviceId-desc", "pbxDeviceId", []string{"16", "15", "2", "1", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "14", "13"}},
		{"/1/devices", "sort[]=userId-desc&limit=4", "pbxDeviceId", []string{"13", "14", "12", "11"}},
		{"/1/devices", "limit=0", "pbxDeviceId", []string{}},
		{"/1/devices", "offset=14", "pbxDeviceId", []string{"15", "16"}},
		{"/1/devices", "offset=16", "pbxDeviceId", []string{}},
		{"/1/devices", "offset=1000000&limit=1", "pbxDeviceId", []string{}},
		{"/1/devices", "filter[]=userId-eq-value-25&offset=1&limit=5", "pbxDeviceId", []string{"14"}},
		{"/1/users/25/devices", "sort[]=pbxDeviceName-desc", "pbxDeviceId", []string{"14", "13"}},
		{"/1/users/25/devices", "filter[]=pbxDeviceId-eq-value-14", "pbxDeviceName", []string{"Reception right"}},
		{"/1/users/3/groups", "sort[]=groupId-desc&limit=1", "groupId", []string{"6"}},
		{"/1/users/3/groups", "filter[]=groupName-eq-value-sales", "groupId", []string{"1"}},
		{"/1/trustednetworks", "sort[]=network-desc", "trustedNetworkId", []string{"3", "2", "1"}},

		{"/1/users", "limit=1&offset=5&filter[]=nonsense&sort[]=nonsense", "userId", numbers(1, 26)},
		{"/1/groups", "limit=1", "groupId", numbers(1, 7)},
		{"/1/groups/1/users", "limit=1", "userId", numbers(3, 7)},
		{"/1/queues/1/members", "limit=1", "queueMemberId", numbers(1, 3)},
		{"", "limit=1", "domainId", numbers(1, 3)},
	} {
		got := do(t, s, "GET", test.path+"?"+encoded(test.query), "")
		if got.Code != 200 {
			t.Errorf("%s?%s: %d %s", test.path, test.query, got.Code, got.Text)
			continue
		}
		differ(t, test.path+"?"+test.query, test.want, of(got.rows(t), test.key))
	}
}

// encoded leaves the separators of a query alone, if no value holds them.
func encoded(query string) string {
	query = strings.ReplaceAll(query, " & ", " %26 ")
	return strings.ReplaceAll(query, " ", "%20")
}

func TestListingsAreCheckedStrictly(t *testing.T) {
	t.Parallel()
	s := seeded()
	const form = "filter[0] must be {field}-{operand}-value-{value}"
	for _, test := range []struct{ query, message string }{
		{"filter[]=userId", form},
		{"filter[]=userId-eq-1", form},
		{"filter[]=userId-eq-1-1", form},
		{"filter[]=", form},
		{"filter[]=userId-gt-value-1", `filter[0] has the unknown operand "gt"; use eq`},
		{"filter[]=userId-EQ-value-1", `filter[0] has the unknown operand "EQ"; use eq`},
		{"filter[]=userid-eq-value-1", `filter[0] names the unknown field "userid"`},
		{"filter[]=userId-eq-value-1&filter[]=colour-eq-value-1", `filter[1] names the unknown field "colour"`},
		{"filter[]=userId-eq-value-one", "filter[0] compares a number with one"},
		{"filter=userId-eq-value-1", "filter must be an array, filter[]"},
		{"sort[]=userId", "sort[0] must be {field}-asc or {field}-desc"},
		{"sort[]=userId-up", "sort[0] must be {field}-asc or {field}-desc"},
		{"sort[]=userId-ASC", "sort[0] must be {field}-asc or {field}-desc"},
		{"sort[]=colour-asc", `sort[0] names the unknown field "colour"`},
		{"sort=userId-asc", "sort must be an array, sort[]"},
		{"limit=-1", "limit must be a whole number from 0 to 2147483647"},
		{"limit=", "limit must be a whole number from 0 to 2147483647"},
		{"limit=ten", "limit must be a whole number from 0 to 2147483647"},
		{"limit[]=1", "limit must not be an array"},
		{"limit=1&limit=2", "limit is given twice with different values"},
		{"offset=1.5&limit=x", "limit must be a whole number from 0 to 2147483647; offset must be a whole number from 0 to 2147483647"},
		{"page=2", "page is not a known parameter"},
	} {
		if got := do(t, s, "GET", "/1/devices?"+test.query, ""); got.Code != 400 || got.says(t) != test.message {
			t.Errorf("%s: want %q, got %d %s", test.query, test.message, got.Code, got.Text)
		}
	}
}

func TestNumbersAreSortedAsNumbers(t *testing.T) {
	t.Parallel()
	s := seeded()
	if err := s.AddDevices(DomainUS, 100); err != nil {
		t.Fatal(err)
	}
	ids := of(do(t, s, "GET", "/2/devices?sort[]=pbxDeviceId-desc", "").rows(t), "pbxDeviceId")
	want := numbers(17, 125)
	slices.Reverse(want)
	differ(t, "ids", want, ids)
}

// TestPagesTile walks a list in pages, as a client does.
func TestPagesTile(t *testing.T) {
	t.Parallel()
	s := seeded()
	if err := s.AddDevices(DomainUK, 2500); err != nil {
		t.Fatal(err)
	}
	whole := do(t, s, "GET", "/1/devices?sort[]=pbxDeviceName-asc&sort[]=pbxDeviceId-asc", "").Text
	var pages strings.Builder
	for offset := 0; ; offset += 700 {
		query := url.Values{"sort[]": {"pbxDeviceName-asc", "pbxDeviceId-asc"}, "limit": {"700"}, "offset": {decimal(offset)}}
		page := do(t, s, "GET", "/1/devices?"+query.Encode(), "")
		if page.Text == "\n" {
			break
		}
		pages.WriteString(page.Text)
	}
	if pages.String() != whole || strings.Count(whole, "\n") != 2516 {
		t.Errorf("the pages have %d rows, the whole has %d", strings.Count(pages.String(), "\n"), strings.Count(whole, "\n"))
	}
}
