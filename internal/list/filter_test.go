package list_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/wrapperspb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
)

func connections() []*sipfacadev1.SipConnection {
	return []*sipfacadev1.SipConnection{
		{
			Uuid: "a", Name: proto.String("Sales Berlin"), Port: proto.Int32(5060), Active: proto.Bool(true),
			ProductId: proto.Int32(7), Class4IngressTrunkId: proto.Int64(9007199254740993), CreateTime: at(0),
			Account:                    &sipfacadev1.OpentactAccount{Name: "Acme", Balance: proto.Float64(99.5)},
			Class4IngressTrunkSettings: &sipfacadev1.TrunkSettings{MediaType: sipfacadev1.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA.Enum()},
			OutboundVoiceProfileUuid:   proto.String("*98"),
			Class4EgressResourceIpId:   proto.Int64(-4),
			Class4EgressTrunkSettings:  &sipfacadev1.TrunkSettings{},
			Class4IngressResourceIpId:  proto.Int64(0),
			Class4TrunkPrefixId:        proto.Int64(10),
			Product:                    &sipfacadev1.SipConnectionProduct{Id: proto.Int32(0)},
			TnLeases:                   &sipfacadev1.TnLeaseList{Items: []*sipfacadev1.TnLease{{Uuid: "l"}}},
			OutboundVoiceProfile:       &sipfacadev1.OutboundVoiceProfile{RecordingFormat: proto.String("wav")},
			Subdomain:                  proto.String(""),
			UpdateTime:                 at(60),
			Class4EgressTrunkId:        proto.Int64(1),
		},
		{
			Uuid: "b", Name: proto.String("sales Ütrecht"), Port: proto.Int32(5061), Active: proto.Bool(false),
			CreateTime: at(1), Account: &sipfacadev1.OpentactAccount{Balance: proto.Float64(-1)},
			OutboundVoiceProfileUuid: proto.String("198"),
			Class4IngressTrunkId:     proto.Int64(9007199254740992),
		},
		{Uuid: "c"},
	}
}

// filterCases are filters and the ids of the connections that pass them.
var filterCases = map[string]string{
	``:                                    "abc",
	"  \n ":                               "abc",
	`name = "Sales Berlin"`:               "a",
	`name = 'Sales Berlin'`:               "a",
	`name != "Sales Berlin"`:              "bc",
	`name = ""`:                           "c",
	`name != ""`:                          "ab",
	`subdomain = ""`:                      "abc",
	`subdomain < "x"`:                     "a",
	`subdomain:*`:                         "a",
	`name:sales`:                          "ab",
	`name:"ÜTRECHT"`:                      "b",
	`name:""`:                             "ab",
	`name:"*"`:                            "",
	`name:*`:                              "ab",
	`NOT name:*`:                          "c",
	`-name:*`:                             "c",
	`name > "T"`:                          "b",
	`name >= "Sales Berlin"`:              "ab",
	`name <= "Sales Berlin"`:              "a",
	`uuid = a`:                            "a",
	`uuid = A`:                            "a",
	`uuid = "A" OR uuid = "B"`:            "ab",
	`outbound_voice_profile_uuid = "*98"`: "a",
	`outbound_voice_profile_uuid = *98`:   "a",
	`outbound_voice_profile_uuid:"98"`:    "ab",
	`port = 5060`:                         "a",
	`port != 5060`:                        "bc",
	`port > 5060`:                         "b",
	`port < 6000`:                         "ab",
	`port:5060`:                           "a",
	`port:*`:                              "ab",
	`port = 0x13C4`:                       "a",
	`class4_egress_resource_ip_id = -4`:   "a",
	`class4_egress_resource_ip_id < -3`:   "a",
	`class4_ingress_resource_ip_id = 0`:   "a",
	`class4_ingress_trunk_id = 9007199254740993`: "a",
	`class4_ingress_trunk_id = 9007199254740992`: "b",
	`active = true`:                        "a",
	`active = false`:                       "b",
	`active != false`:                      "ac",
	`active:true`:                          "a",
	`active:*`:                             "ab",
	`create_time = "2026-01-02T15:04:05Z"`: "a",
	`create_time = "2026-01-02T16:04:05+01:00"`:                            "a",
	`create_time > "2026-01-02T15:04:05.5Z"`:                               "b",
	`create_time < "2030-01-01T00:00:00Z"`:                                 "ab",
	`create_time != "2026-01-02T15:04:05Z"`:                                "bc",
	`create_time:*`:                                                        "ab",
	`account.name = "Acme"`:                                                "a",
	`account.name = ""`:                                                    "bc",
	`account.name:*`:                                                       "a",
	`createTime:* AND account.class4Id < 1`:                                "",
	`outboundVoiceProfile.recordingFormat = "wav"`:                         "a",
	`productId = 7 AND class4IngressTrunkSettings.mediaType = PROXY_MEDIA`: "a",
	`account.balance = 99.5`:                                               "a",
	`account.balance < 0`:                                                  "b",
	`account.balance >= -1`:                                                "ab",
	`account.balance > -1.5`:                                               "ab",
	`account.balance > .5`:                                                 "a",
	`product.id = 0`:                                                       "a",
	`product.id:*`:                                                         "a",
	`class4_ingress_trunk_settings.media_type = PROXY_MEDIA`:               "a",
	`class4_ingress_trunk_settings.media_type = "TRUNK_MEDIA_TYPE_PROXY_MEDIA"`: "a",
	`class4_ingress_trunk_settings.media_type:TRUNK_MEDIA_TYPE_PROXY_MEDIA`:     "a",
	`class4_ingress_trunk_settings.media_type != PROXY_MEDIA`:                   "bc",
	`class4_ingress_trunk_settings.media_type = UNSPECIFIED`:                    "bc",
	`outbound_voice_profile.recording_format != ""`:                             "a",
	`outbound_voice_profile.recording_format:*`:                                 "a",
	`uuid = "a" OR uuid = "b" AND name:utrecht OR name:ütrecht`:                 "b",
	`uuid = "a" OR (uuid = "b" AND name:ütrecht)`:                               "ab",
	`name:sales active = true`:                                                  "a",
	`( NOT ( name:berlin ) AND name:sales )`:                                    "b",
	`NOT (uuid = a OR uuid = b)`:                                                "c",
	"name:sales\n\tAND port = 5061":                                             "b",
	`name = "Ü" OR active:true`:                                                 "a",
	`(((uuid = a)))`:                                                            "a",
}

func TestFilter(t *testing.T) {
	t.Parallel()
	for filter, want := range filterCases {
		t.Run(filter, func(t *testing.T) {
			t.Parallel()
			query, err := list.Prepare[*sipfacadev1.SipConnection](newTokens(t),
				&sipfacadev1.ListSipConnectionsRequest{Filter: filter, OrderBy: "uuid"}, "uuid")
			if err != nil {
				t.Fatal(err)
			}
			page, _ := query.Page(connections())
			var got strings.Builder
			for _, row := range page {
				got.WriteString(row.GetUuid())
			}
			if got.String() != want {
				t.Errorf("got %q, want %q", got.String(), want)
			}
		})
	}
}

// TestFilterWithoutPresence: a text without presence is empty if it is not set, and a value
// with presence matches nothing.
func TestFilterWithoutPresence(t *testing.T) {
	t.Parallel()
	leases := []*sipfacadev1.TnLease{
		{Uuid: "a", Autorenew: new(true), Tn: &sipfacadev1.TelephoneNumber{PhoneNumber: "+12085687492"}},
		{Uuid: "b"},
	}
	for filter, want := range map[string]int{
		`autorenew = false`:                 0,
		`autorenew:*`:                       1,
		`tn.phone_number = "+12085687492"`:  1,
		`tn.phone_number:568`:               -1,
		`tn.phone_number:"568"`:             1,
		`tn.registered = false`:             0,
		`tn_order.state = ""`:               2,
		`uuid:*`:                            2,
		`sip_connection.uuid = ""`:          2,
		`messaging_profile.sticky_sender:*`: 0,
	} {
		query, err := list.Prepare[*sipfacadev1.TnLease](newTokens(t),
			&sipfacadev1.ListSipConnectionTnLeasesRequest{Filter: filter}, "uuid")
		if want < 0 {
			if err == nil {
				t.Errorf("%s: no error", filter)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if page, _ := query.Page(leases); len(page) != want {
			t.Errorf("%s: %d rows, want %d", filter, len(page), want)
		}
	}
}

func TestFilterUnsigned(t *testing.T) {
	t.Parallel()
	rows := []*wrapperspb.UInt64Value{{Value: 0}, {Value: 1 << 63}, {Value: 5}}
	for filter, want := range map[string][]uint64{
		`value > 4`:   {5, 1 << 63},
		`value <= 5`:  {0, 5},
		`value = 0`:   {0},
		`value != -0`: {5, 1 << 63},
	} {
		query, err := list.Prepare[*wrapperspb.UInt64Value](newTokens(t),
			&sipfacadev1.ListSipConnectionsRequest{Filter: filter}, "value")
		if err != nil {
			t.Fatal(err)
		}
		var got []uint64
		page, _ := query.Page(rows)
		for _, row := range page {
			got = append(got, row.GetValue())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", filter, diff)
		}
	}
	_, err := list.Prepare[*wrapperspb.UInt64Value](newTokens(t), &sipfacadev1.ListSipConnectionsRequest{Filter: `value = -1`})
	want := []string{"filter: compares value with -1: it takes a whole number that is not negative"}
	if diff := cmp.Diff(want, violationsOf(t, err)); diff != "" {
		t.Error(diff)
	}
}

const inviteFields = "account.*, create_time, created_by.*, expire_time, name, sip_connection.*, sip_connection_uuid, sip_domain, update_time, updated_by.*, uuid"

const noOperator = " is not an operator; those are :, =, !=, <, <=, > and >="

func TestFilterViolations(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("(", 33) + `name = "x"` + strings.Repeat(")", 33)
	for filter, want := range map[string][]string{
		`bogus = 1 AND other:2`: {`unknown field "bogus"; allowed: ` + inviteFields, `unknown field "other"`},
		`token = "x"`:           {`neither filter nor order can use field "token"; allowed: ` + inviteFields},
		`account.bogus = 1`: {`unknown field "account.bogus"; allowed: account.balance, account.class4_id, ` +
			`account.create_time, account.delete_time, account.email, account.level, account.name, ` +
			`account.time_zone, account.update_time, account.uuid`},
		`name.x = 1`:                   {`unknown field "name.x"; allowed: ` + inviteFields},
		`name = 5`:                     {`compares name with 5: it takes a string in quotes`},
		`account.balance = "5"`:        {`compares account.balance with "5": it takes a number`},
		`account.class4_id = 5.5`:      {`compares account.class4_id with 5.5: it takes a whole number`},
		`account.class4_id = x`:        {`compares account.class4_id with "x": it takes a whole number`},
		`sip_connection.active = 1`:    {`compares sip_connection.active with 1: it takes true or false without quotes`},
		`sip_connection.active="true"`: {`compares sip_connection.active with "true": it takes true or false without quotes`},
		`sip_connection.active:"true"`: {`compares sip_connection.active with "true": it takes true or false without quotes`},
		`sip_connection.active > true`: {`compares sip_connection.active with >, but only =, != and : apply to it`},
		`sip_connection.active`:        {`names sip_connection.active and compares it with nothing: write sip_connection.active = true`},
		`NOT name`:                     {`names name and compares it with nothing: write name:* to test whether it is set`},
		`sales`:                        {`has "sales" on its own: name the field to search in, as in name:"sales"`},
		`"name"`:                       {`has "name" on its own: name the field to search in, as in name:"sales"`},
		`-30`:                          {`has -30 on its own: name the field to search in, as in name:"sales"`},
		`4 = 4`:                        {`has 4 to the left of =: a field belongs there`},
		`name = (a OR b)`:              {`compares name with an expression: write one comparison for each literal`},
		`create_time > "yesterday"`:    {`compares create_time with "yesterday": it takes an RFC 3339 time in quotes, such as "2026-01-02T15:04:05Z"`},
		`create_time > "2026-01-02"`:   {`compares create_time with "2026-01-02": it takes an RFC 3339 time in quotes, such as "2026-01-02T15:04:05Z"`},
		`create_time > timestamp("2026-01-02T15:04:05Z")`: {
			`calls a function, "timestamp": compare a field with a literal instead, as in create_time > "2026-01-02T15:04:05Z"`,
		},
		`FUZZY(a, b)`:             {`calls a function, "FUZZY": compare a field with a literal instead, as in create_time > "2026-01-02T15:04:05Z"`},
		`NOT(name = "x")`:         {`needs a space between NOT and the parenthesis`},
		`AND()`:                   {`needs a space between AND and the parenthesis`},
		`account.class4_id = 010`: {`has the number "010", which begins with 0: write text in quotes`},
		`account.class4_id = 9223372036854775808`: {`has the number "9223372036854775808", which is none between -2^63 and 2^63`},
		`account.class4_id = 0x`:                  {`has the number "0x", which is none between -2^63 and 2^63`},
		`name = "x`:                               {`syntax error at line 1, column 8, near "\"x"`},
		`name = "x" AND`:                          {`syntax error at line 1, column 11, near "AND"`},
		"name = \"x\"\nAND (":                     {`does not close the parenthesis at line 2, column 5`},
		`(name`:                                   {`does not close the parenthesis at line 1, column 1`},
		`(name:a OR (name:b AND (name:c)`:         {`does not close the parenthesis at line 1, column 12`},
		`name ~ 1`:                                {`~` + noOperator},
		`name ~`:                                  {`~` + noOperator},
		`name =~ "x"`:                             {`=~` + noOperator},
		`name ~= x`:                               {`~=` + noOperator},
		`name !~ "x"`:                             {`!~` + noOperator},
		`name ! 1`:                                {`!` + noOperator},
		`name <> 1`:                               {`<>` + noOperator},
		`name=>x`:                                 {`=>` + noOperator},
		`name <=><=> 1`:                           {`"<=><=>"` + noOperator},
		`account.name LIKE "x"`:                   {`"LIKE"` + noOperator},
		`uuid:* AND name is 1`:                    {`"is"` + noOperator},
		`name not like "x"`: {
			`names name and compares it with nothing: write name:* to test whether it is set`, `has "not": write NOT`,
			`has "like" on its own: name the field to search in, as in name:"sales"`, `has "x" on its own: name the field to search in, as in name:"sales"`,
		},
		`name = a like "x"`: {
			`has "like" on its own: name the field to search in, as in name:"sales"`, `has "x" on its own: name the field to search in, as in name:"sales"`,
		},
		`name = "\q"`:                    {`syntax error at line 1, column 8, near "\"\\q\""`},
		`name ==`:                        {`has "==": write =`},
		`name = "a" and name:b`:          {`has "and": write AND`},
		`name = "a" Or name:b && uuid:*`: {`has "Or": write OR`, `has "&&": write AND`},
		`not name = "a"`:                 {`has "not": write NOT`},
		`not(name = "a")`:                {`has "not": write NOT`},
		`name = "a" || (name:b)`:         {`has "||": write OR`},
		`)`:                              {`syntax error at line 1, column 1, near ")"`},
		deep:                             {`nests deeper than 32 parentheses`},
		strings.Repeat("x", 8<<10+1):     {`is longer than 8192 bytes`},
		strings.Repeat("é", 50) + `:1`:   {`unknown field "` + strings.Repeat("é", 32) + `…"; allowed: ` + inviteFields},
	} {
		t.Run(filter, func(t *testing.T) {
			t.Parallel()
			_, err := list.Prepare[*sipfacadev1.SipUserInvite](newTokens(t),
				&sipfacadev1.ListSipUserInvitesRequest{Filter: filter}, "uuid")
			got := violationsOf(t, err)
			for i := range want {
				want[i] = "filter: " + want[i]
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFilterEnumViolations(t *testing.T) {
	t.Parallel()
	field := `class4_ingress_trunk_settings.media_type`
	_, err := list.Prepare[*sipfacadev1.SipConnection](newTokens(t), &sipfacadev1.ListSipConnectionsRequest{
		Filter: field + ` = "Proxy Media" AND ` + field + ` < PROXY_MEDIA AND tn_leases:"x" AND class4_ingress_trunk_settings.other_settings:*`,
	}, "uuid")
	got := strings.Join(violationsOf(t, err), "\n")
	for _, want := range []string{
		`it takes one of TRUNK_MEDIA_TYPE_UNSPECIFIED, TRUNK_MEDIA_TYPE_BYPASS_MEDIA, TRUNK_MEDIA_TYPE_PROXY_MEDIA_TRANSCODING, TRUNK_MEDIA_TYPE_PROXY_MEDIA`,
		field + ` with <, but only =, != and : apply to it`,
		`neither filter nor order can use field "tn_leases"; allowed: account.*, active, class4_egress_resource_ip_id,`,
		`can use field "class4_ingress_trunk_settings.other_settings"; allowed: ` + field,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

func TestFilterProblemsAreBounded(t *testing.T) {
	t.Parallel()
	var filter strings.Builder
	for i := range 150 {
		fmt.Fprintf(&filter, "f%d:1 ", i)
	}
	_, err := list.Prepare[*sipfacadev1.SipUserInvite](newTokens(t),
		&sipfacadev1.ListSipUserInvitesRequest{Filter: filter.String()}, "uuid")
	if got := violationsOf(t, err); len(got) != 8 {
		t.Errorf("%d violations, want 8", len(got))
	}
}

func TestEqualities(t *testing.T) {
	t.Parallel()
	type result struct {
		Equalities []list.Equality
		OK         bool
	}
	for filter, want := range map[string]result{
		``:           {nil, true},
		`name = "x"`: {[]list.Equality{{Path: "name", Value: "x"}}, true},
		`(name = "x" AND port = 5) active = true AND account.balance = 2`: {[]list.Equality{
			{Path: "name", Value: "x"}, {Path: "port", Value: int64(5)},
			{Path: "active", Value: true}, {Path: "account.balance", Value: 2.0},
		}, true},
		`create_time = "2026-01-02T15:04:05Z" AND (class4_ingress_trunk_settings.media_type = PROXY_MEDIA AND uuid = a)`: {[]list.Equality{
			{Path: "create_time", Value: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)},
			{Path: "class4_ingress_trunk_settings.media_type", Value: protoreflect.EnumNumber(3)},
			{Path: "uuid", Value: "a"},
		}, true},
		`name = "x" OR name = "y"`: {},
		`NOT name = "x"`:           {},
		`name = "x" AND port > 5`:  {[]list.Equality{{Path: "name", Value: "x"}}, false},
		`name = "x" AND (name:"y" OR port = 1) AND productId = 7`: {[]list.Equality{
			{Path: "name", Value: "x"}, {Path: "product_id", Value: int64(7)},
		}, false},
		`name:*`: {},
	} {
		query, err := list.Prepare[*sipfacadev1.SipConnection](newTokens(t),
			&sipfacadev1.ListSipConnectionsRequest{Filter: filter}, "uuid")
		if err != nil {
			t.Fatal(err)
		}
		got := result{}
		got.Equalities, got.OK = query.Equalities()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", filter, diff)
		}
	}
}
