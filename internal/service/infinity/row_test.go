package infinity

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/etag/etagtest"
	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// pbxContract is what the test holds a kind to, without its type.
type pbxContract struct {
	descriptor protoreflect.MessageDescriptor
	columns    []column
	ids        []string
	id         protoreflect.Name
	natural    []protoreflect.Name
	show       func(*infinity.Client, infinity.Row, place) proto.Message
}

func contractOf[M any, R service.Message[M]](k *pbxKind[M, R]) pbxContract {
	return pbxContract{R(nil).ProtoReflect().Descriptor(), k.columns, k.IDs, k.id, k.natural,
		func(client *infinity.Client, row infinity.Row, at place) proto.Message {
			return k.show(Backend{Vendor: client}, k.List, row, at)
		}}
}

func pbxContracts() []pbxContract {
	return []pbxContract{
		contractOf(&pbxDomains), contractOf(&pbxUsers), contractOf(&pbxGroups), contractOf(&pbxGroupUsers), contractOf(&pbxUserGroups),
		contractOf(&pbxUserDevices), contractOf(&pbxQueues), contractOf(&pbxQueueMembers), contractOf(&pbxTrustedNetworks), contractOf(&pbxDevices),
	}
}

// pbxNames are the vendor's names that are more than the field's in camel case, by
// the full name of the field, from the vendor's document.
var pbxNames = map[protoreflect.FullName][]string{
	"sipfacade.v1.PbxDomain.domain":                     {"domain", "domainName"},
	"sipfacade.v1.PbxDomain.call_recording_enabled":     {"rec"},
	"sipfacade.v1.PbxQueueMember.ring_seconds":          {"ringSecs"},
	"sipfacade.v1.PbxTrustedNetwork.trusted_network_id": {"trustedNetworkId", "networkId", "sipTrustedNetworkId"},
	"sipfacade.v1.PbxDevice.mac_address":                {"deviceMacAddress"},
	"sipfacade.v1.PbxDevice.create_time":                {"createDatetime"},
	"sipfacade.v1.PbxDevice.update_time":                {"updateDatetime"},
	"sipfacade.v1.PbxUser.login":                        {"user"},
	"sipfacade.v1.PbxGroupUser.user_login":              {"user"},
	"sipfacade.v1.PbxUserDevice.user_login":             {"user"},
	"sipfacade.v1.PbxDevice.user_login":                 {"user"},
	"sipfacade.v1.PbxUser.create_time":                  {"createDatetime"},
	"sipfacade.v1.PbxUser.update_time":                  {"updateDatetime"},
	"sipfacade.v1.PbxUserDevice.update_time":            {"updateDatetime"},
}

// sampleMembers are values of each type, as the vendor writes them.
func sampleMembers(field protoreflect.FieldDescriptor, name string) []infinity.Member {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return []infinity.Member{said(name, "1"), stated(name, "1"), stated(name, "true")}
	case protoreflect.Uint32Kind, protoreflect.Int32Kind:
		return []infinity.Member{said(name, "7"), stated(name, "7"), stated(name, "7.0")}
	case protoreflect.EnumKind:
		return []infinity.Member{said(name, "huntLongestIdle"), said(name, "HUNTLONGESTIDLE")}
	case protoreflect.MessageKind:
		return []infinity.Member{said(name, "2026-01-02 03:04:05")}
	default:
		return []infinity.Member{said(name, "007"), stated(name, "7")}
	}
}

// TestPbxFieldsAreReached: every field of every resource is filled from each of its
// vendor names and nothing is left over; a secret is not filled, and not kept beside.
func TestPbxFieldsAreReached(t *testing.T) {
	t.Parallel()
	client, told := pbxClient(t, &pbxVendor{}, time.UTC)
	for _, kind := range pbxContracts() {
		for i := range kind.descriptor.Fields().Len() {
			field := kind.descriptor.Fields().Get(i)
			if field.Name() == "additional_fields" || field.Name() == contract.Etag {
				continue
			}
			names := pbxNames[field.FullName()]
			if names == nil {
				names = []string{field.JSONName()}
			}
			marks, _ := proto.GetExtension(field.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
			secret := slices.Contains(marks, annotations.FieldBehavior_INPUT_ONLY)
			for _, name := range names {
				for _, member := range sampleMembers(field, name) {
					shown := kind.show(client, infinity.Row{member}, nil).ProtoReflect()
					if shown.Has(field) == secret {
						t.Errorf("%s from %s %q: set %v", field.FullName(), name, member.Value.Text, !secret)
					}
					shown.Clear(field)
					if left := shown.Interface(); !proto.Equal(left, shown.Type().New().Interface()) {
						t.Errorf("%s from %s: also %v", field.FullName(), name, left)
					}
				}
			}
		}
	}
	if len(told.told) > 0 {
		t.Errorf("not read: %v", told.told)
	}
}

// TestPbxColumns: what can be written is what is neither output only nor the
// identifier, each field has one column, and names are not shared.
func TestPbxColumns(t *testing.T) {
	t.Parallel()
	for _, kind := range pbxContracts() {
		taken := map[string]protoreflect.Name{}
		ours := 1
		if kind.descriptor.Fields().ByName(contract.Etag) != nil {
			ours++
		}
		if len(kind.columns) != kind.descriptor.Fields().Len()-ours || kind.descriptor.Fields().ByName("additional_fields") == nil {
			t.Errorf("%s: %d columns", kind.descriptor.Name(), len(kind.columns))
		}
		for _, column := range kind.columns {
			field := kind.descriptor.Fields().ByName(column.field)
			marks, _ := proto.GetExtension(field.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
			fixed := slices.Contains(marks, annotations.FieldBehavior_OUTPUT_ONLY) || slices.Contains(marks, annotations.FieldBehavior_IDENTIFIER)
			if column.writable == fixed || column.createOnly != slices.Contains(marks, annotations.FieldBehavior_IMMUTABLE) ||
				column.secret != slices.Contains(marks, annotations.FieldBehavior_INPUT_ONLY) || column.flag != (field.Kind() == protoreflect.BoolKind) ||
				column.sortable == (field.Kind() == protoreflect.StringKind || field.Kind() == protoreflect.EnumKind) {
				t.Errorf("%s: %+v for %v", field.FullName(), column, marks)
			}
			for _, name := range column.names {
				if other, ok := taken[name]; ok {
					t.Errorf("%s: %s is %s and %s", kind.descriptor.Name(), name, other, column.field)
				}
				taken[name] = column.field
			}
		}
		for _, name := range kind.ids {
			if taken[name] != kind.id {
				t.Errorf("%s: the id %s goes to %q", kind.descriptor.Name(), name, taken[name])
			}
		}
		for _, name := range kind.natural {
			if kind.descriptor.Fields().ByName(name) == nil {
				t.Errorf("%s has no %s", kind.descriptor.Name(), name)
			}
		}
	}
}

func TestPbxVendorNames(t *testing.T) {
	t.Parallel()
	for resource, want := range map[protoreflect.FullName]map[string]string{
		"sipfacade.v1.PbxQueueMember":    {"ringSecs": "ring_seconds", "queueMemberId": "queue_member_id"},
		"sipfacade.v1.PbxDevice":         {"deviceMacAddress": "mac_address"},
		"sipfacade.v1.PbxDomain":         {"rec": "call_recording_enabled", "domainName": "domain"},
		"sipfacade.v1.PbxUser":           {"ukCallerId": "uk_caller_id"},
		"sipfacade.v1.PbxTrustedNetwork": {"networkId": "trusted_network_id"},
	} {
		for theirs, ours := range want {
			if got := VendorNames()[resource][theirs]; got != ours {
				t.Errorf("%s: %s is %q", resource, theirs, got)
			}
		}
	}
}

func TestPbxShow(t *testing.T) {
	t.Parallel()
	all := pb.PbxRingStrategy_PBX_RING_STRATEGY_ALL
	for name, c := range map[string]struct {
		kind pbxContract
		row  infinity.Row
		at   place
		want proto.Message
		told []string
	}{
		"nothing": {contractOf(&pbxUsers), nil, nil, &pb.PbxUser{}, nil},
		"empty values": {
			contractOf(&pbxUsers), infinity.Row{said("userId", ""), stated("user", "null"), said("createDatetime", "0000-00-00 00:00:00"), said("displayName", ""), stated("dashboard", "null")}, nil,
			&pb.PbxUser{}, nil,
		},
		"falsy values": {
			contractOf(&pbxUsers), infinity.Row{said("dashboard", "0"), stated("mobileFollow", "false"), said("userId", "0"), said("ukPhoneId", "0")}, nil,
			&pb.PbxUser{Dashboard: new(false), MobileFollow: new(false)}, nil,
		},
		"as written": {
			contractOf(&pbxUsers), infinity.Row{said("extensionNumber", "007"), said("ukCallerId", "+441632960001"), said("displayName", " x ")}, nil,
			&pb.PbxUser{ExtensionNumber: new("007"), UkCallerId: new("+441632960001"), DisplayName: new(" x ")}, nil,
		},
		"parents": {
			contractOf(&pbxQueueMembers), infinity.Row{said("queueMemberId", "1")}, in(3, parent{"queue_id", 9}),
			&pb.PbxQueueMember{QueueMemberId: new(uint32(1)), DomainId: new(uint32(3)), QueueId: new(uint32(9))}, nil,
		},
		"parents of a device": {contractOf(&pbxUserDevices), infinity.Row{said("pbxDeviceId", "1")}, in(3, parent{"user_id", 8}), &pb.PbxUserDevice{PbxDeviceId: new(uint32(1)), DomainId: new(uint32(3)), UserId: new(uint32(8))}, nil},
		"the same parent":     {contractOf(&pbxUsers), infinity.Row{said("domainId", "3")}, in(3), &pb.PbxUser{DomainId: new(uint32(3))}, nil},
		"another parent":      {contractOf(&pbxUsers), infinity.Row{said("domainId", "4")}, in(3), &pb.PbxUser{DomainId: new(uint32(3))}, []string{"ListSIPUsers domainId"}},
		"two other parents": {
			contractOf(&pbxQueueMembers), infinity.Row{said("domainId", "4"), stated("queueId", "5"), said("groupId", "6")}, in(3, parent{"queue_id", 9}),
			&pb.PbxQueueMember{DomainId: new(uint32(3)), QueueId: new(uint32(9)), GroupId: new(uint32(6))},
			[]string{"ListSIPQueueMembers domainId", "ListSIPQueueMembers queueId"},
		},
		"a parent that cannot be read": {
			contractOf(&pbxUsers), infinity.Row{said("domainId", "three")}, in(3), &pb.PbxUser{DomainId: new(uint32(3))}, []string{"ListSIPUsers domainId"},
		},
		"the user of a device in the domain": {
			contractOf(&pbxDevices), infinity.Row{said("userId", "5")}, in(3), &pb.PbxDevice{DomainId: new(uint32(3)), UserId: new(uint32(5))}, nil,
		},
		"not read": {
			contractOf(&pbxUsers), infinity.Row{said("userId", "seven"), stated("domainId", "4294967296"), stated("ukPhoneId", "{}"), said("dashboard", "maybe"), said("createDatetime", "soon")}, nil,
			&pb.PbxUser{}, []string{"ListSIPUsers createDatetime", "ListSIPUsers dashboard", "ListSIPUsers domainId", "ListSIPUsers ukPhoneId", "ListSIPUsers userId"},
		},
		"word": {contractOf(&pbxQueueMembers), infinity.Row{said("ringStrategy", "all"), stated("ringAttempts", "0")}, nil, &pb.PbxQueueMember{RingStrategy: &all, RingAttempts: new(int32(0))}, nil},
		"unknown word": {
			contractOf(&pbxQueueMembers), infinity.Row{said("ringStrategy", "random"), stated("ringOrder", "2147483648")}, nil,
			&pb.PbxQueueMember{AdditionalFields: map[string]string{"ringStrategy": "random"}},
			[]string{"ListSIPQueueMembers ringOrder", "ListSIPQueueMembers ringStrategy"},
		},
		"not modelled": {
			contractOf(&pbxGroups), infinity.Row{said("colour", "red"), stated("size", "1.50"), stated("tags", `["a"]`), stated("note", "null"), said("empty", "")}, nil,
			&pb.PbxGroup{AdditionalFields: map[string]string{"colour": "red", "size": "1.50", "tags": `["a"]`, "note": "null", "empty": ""}}, nil,
		},
		"two names for a field": {
			contractOf(&pbxDomains), infinity.Row{said("domain", ""), said("domainName", "a.example"), said("domain", "b.example")}, nil,
			&pb.PbxDomain{Domain: "b.example", AdditionalFields: map[string]string{"domainName": "a.example"}}, nil,
		},
		"the first name cannot be read": {
			contractOf(&pbxTrustedNetworks), infinity.Row{said("networkId", "77"), said("trustedNetworkId", "four")}, nil,
			&pb.PbxTrustedNetwork{TrustedNetworkId: new(uint32(77))}, []string{"ListSIPTrustedNetworks trustedNetworkId"},
		},
		"the first name states none": {
			contractOf(&pbxTrustedNetworks), infinity.Row{said("sipTrustedNetworkId", "8"), said("networkId", "77"), said("trustedNetworkId", "0")}, nil,
			&pb.PbxTrustedNetwork{TrustedNetworkId: new(uint32(77)), AdditionalFields: map[string]string{"sipTrustedNetworkId": "8"}}, nil,
		},
	} {
		client, told := pbxClient(t, &pbxVendor{}, time.UTC)
		if diff := cmp.Diff(c.want, c.kind.show(client, c.row, c.at), etagtest.Ignore()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(c.told, told.told); diff != "" {
			t.Errorf("%s: misreads %s", name, diff)
		}
	}
}

// TestPbxNamesGoByTheTable: of several names of a field the first one of the table counts, in
// whatever order they come, in rows and in the answers of creates.
func TestPbxNamesGoByTheTable(t *testing.T) {
	t.Parallel()
	const first, second, third = `"trustedNetworkId":"4"`, `"networkId":"77"`, `"sipTrustedNetworkId":"8"`
	want := &pb.PbxTrustedNetwork{
		TrustedNetworkId: new(uint32(4)), DomainId: new(uint32(3)), Network: new("10.0.0.0/8"),
		AdditionalFields: map[string]string{"networkId": "77", "sipTrustedNetworkId": "8"},
	}
	for _, ids := range [][]string{
		{first, second, third}, {first, third, second}, {second, first, third}, {second, third, first}, {third, first, second}, {third, second, first},
	} {
		row := "{" + strings.Join(ids, ",") + `,"network":"10.0.0.0/8"}`
		s, vendor := pbxService(t, map[string]pbxAnswer{
			"GET /3/trustednetworks": ok(row), "POST /3/trustedNetworks": {200, row, ""}, "GET /3/trustedNetworks/4": ok(row),
		})
		listed, err := s.ListPbxTrustedNetworks(t.Context(), &pb.ListPbxTrustedNetworksRequest{DomainId: 3})
		if diff := cmp.Diff([]*pb.PbxTrustedNetwork{want}, listed.GetPbxTrustedNetworks(), etagtest.Ignore()); diff != "" || err != nil {
			t.Errorf("%s, listed: %v %s", row, err, diff)
		}
		created, err := s.CreatePbxTrustedNetwork(t.Context(), &pb.CreatePbxTrustedNetworkRequest{DomainId: 3, PbxTrustedNetwork: &pb.PbxTrustedNetwork{Network: new("10.0.0.0/8")}})
		if diff := cmp.Diff(want, created.GetPbxTrustedNetwork(), etagtest.Ignore()); diff != "" || err != nil {
			t.Errorf("%s, created: %v %s after %q", row, err, diff, vendor.seen)
		}
	}
}

func TestPbxShowInZone(t *testing.T) {
	t.Parallel()
	client, _ := pbxClient(t, &pbxVendor{}, time.FixedZone("", 2*60*60))
	shown := pbxDevices.show(Backend{Vendor: client}, pbxDevices.List, infinity.Row{said("createDatetime", "2026-01-02 03:04:05")}, nil)
	if got := shown.GetCreateTime().AsTime().Format(time.RFC3339); got != "2026-01-02T01:04:05Z" {
		t.Error(got)
	}
}

// TestAdditionalFieldsShowNoSecrets: what a text gives away by its form is not answered,
// and the row keeps it for an update that has to write it back.
func TestAdditionalFieldsShowNoSecrets(t *testing.T) {
	t.Parallel()
	row := infinity.Row{
		{Name: "color", Value: infinity.Value{Kind: '"', Text: "green & blue"}},
		{Name: "settings", Value: infinity.Value{Kind: '"', Text: `{"sip_ha1":"swordfish","a":1}`}},
		{Name: "webhook", Value: infinity.Value{Kind: '"', Text: "https://joe:swordfish@example.com/?access_token=swordfish&b=c"}},
		{Name: "nested", Value: infinity.Value{Kind: '{', Text: `{"a":"{\"userPIN\":\"swordfish\"}"}`}},
	}
	want := &pb.PbxUser{AdditionalFields: map[string]string{
		"color":    "green & blue",
		"settings": `{"sip_ha1":"[redacted]","a":1}`,
		"webhook":  "https://[redacted]@example.com/?access_token=[redacted]&b=c",
		"nested":   `{"a":"{\"userPIN\":\"[redacted]\"}"}`,
	}}
	got := pbxUsers.show(Backend{Vendor: infinity.New(infinity.Options{})}, pbxUsers.List, row, nil)
	if diff := cmp.Diff(want, got, etagtest.Ignore()); diff != "" {
		t.Error(diff)
	}
	if row[1].Value.Text != `{"sip_ha1":"swordfish","a":1}` {
		t.Errorf("the row holds %s", row[1].Value.Text)
	}
}
