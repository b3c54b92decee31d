package list_test

import (
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
	`port < 5061`:                         "a",
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
