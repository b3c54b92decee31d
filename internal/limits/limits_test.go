package limits_test

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/limits"
)

// settings is a Struct with so many members.
func settings(members int) *pb.TrunkSettings {
	object := &structpb.Struct{Fields: map[string]*structpb.Value{}}
	for i := range members {
		object.Fields[fmt.Sprint("setting_", i)] = structpb.NewNumberValue(1)
	}
	return &pb.TrunkSettings{OtherSettings: object}
}

// nested is a Struct with values so deep, by turns in objects and lists.
func nested(levels int) *pb.TrunkSettings {
	value := structpb.NewBoolValue(true)
	for i := range levels {
		if i%2 == 0 && i < levels-1 {
			value = structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{value}})
		} else {
			value = structpb.NewStructValue(&structpb.Struct{Fields: map[string]*structpb.Value{"a": value}})
		}
	}
	return &pb.TrunkSettings{OtherSettings: value.GetStructValue()}
}

func leases(number int) *pb.SipConnection {
	connection := &pb.SipConnection{TnLeases: &pb.TnLeaseList{}}
	for range number {
		connection.TnLeases.Items = append(connection.TnLeases.Items, &pb.TnLease{})
	}
	return connection
}

func fields(number int) map[string]string {
	entries := map[string]string{}
	for i := range number {
		entries[fmt.Sprint(i)] = ""
	}
	return entries
}

func mask(paths int) *fieldmaskpb.FieldMask {
	return &fieldmaskpb.FieldMask{Paths: slices.Repeat([]string{"name"}, paths)}
}

// requests are requests at a limit and beyond it, with what is said of each.
var requests = map[string]struct {
	request proto.Message
	want    string
	// wire says whether the limit holds before the request is unmarshalled, too.
	wire bool
}{
	"ids":               {&pb.AddPbxGroupUsersRequest{UserIds: make([]uint32, 1000)}, "", true},
	"ids, too many":     {&pb.AddPbxGroupUsersRequest{UserIds: make([]uint32, 1001)}, "user_ids: must have at most 1000 elements", true},
	"uuids":             {&pb.AssignSipAppTnLeasesRequest{AddTnLeaseUuids: make([]string, 1000)}, "", true},
	"uuids, too many":   {&pb.AssignSipAppTnLeasesRequest{RemoveTnLeaseUuids: make([]string, 1001)}, "remove_tn_lease_uuids: must have at most 1000 elements", true},
	"mask":              {&pb.UpdateSipAppRequest{UpdateMask: mask(100)}, "", true},
	"mask, too long":    {&pb.UpdateSipAppRequest{UpdateMask: mask(101)}, "update_mask: has more than 100 paths", true},
	"Struct":            {settings(1000), "", true},
	"Struct, too large": {settings(1001), "other_settings: has more than 1000 values in all", false},
	"Struct, deep":      {nested(16), "", true},
	"Struct, too deep":  {nested(17), "other_settings: is nested deeper than 16 levels", false},
	"Struct, NaN":       {numbers(math.NaN()), "other_settings: holds a number that is not finite, which JSON does not have", false},
	"Struct, infinite":  {numbers(1, math.Inf(-1)), "other_settings: holds a number that is not finite, which JSON does not have", false},
	"Struct, finite":    {numbers(math.MaxFloat64), "", true},
	"leases":            {leases(19999), "", true},
	"leases, too many":  {leases(20000), "tn_leases.items: the request has more than 20000 messages, list elements and map entries in all", true},
	"leases, further down": {
		&pb.CreateSipConnectionRequest{SipConnection: leases(20000)},
		"sip_connection.tn_leases.items: the request has more than 20000 messages, list elements and map entries in all", true,
	},
	"map, too large": {
		&pb.PbxUser{AdditionalFields: fields(20001)},
		"additional_fields: the request has more than 20000 messages, list elements and map entries in all", true,
	},
	"many Structs": {
		&pb.SipUser{Groups: slices.Repeat([]*structpb.Struct{settings(999).GetOtherSettings()}, 21)},
		"groups: the request has more than 20000 messages, list elements and map entries in all", false,
	},
	"pattern":           {&pb.PbxDevice{MacAddress: new(strings.Repeat("x", 4096))}, "", true},
	"pattern, too long": {&pb.PbxDevice{MacAddress: new(strings.Repeat("x", 4097))}, "mac_address: must be at most 4096 bytes", false},
	"a bounded string":  {&pb.PbxUser{Login: new(strings.Repeat("x", 1<<20))}, "", true},
}

// numbers are settings that hold a list of numbers.
func numbers(values ...float64) *pb.TrunkSettings {
	list := &structpb.ListValue{}
	for _, value := range values {
		list.Values = append(list.Values, structpb.NewNumberValue(value))
	}
	return &pb.TrunkSettings{OtherSettings: &structpb.Struct{Fields: map[string]*structpb.Value{"list": structpb.NewListValue(list)}}}
}

func said(excess *limits.Excess) string {
	if excess == nil {
		return ""
	}
	return excess.Field + ": " + excess.Problem
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range requests {
		if got := said(limits.Check(c.request)); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestCheckWire: what fits is never refused, and lists are counted as Check counts them.
func TestCheckWire(t *testing.T) {
	t.Parallel()
	for name, c := range requests {
		data, err := proto.Marshal(c.request)
		if err != nil {
			t.Fatal(err)
		}
		got := said(limits.CheckWire(c.request.ProtoReflect().Descriptor(), data))
		if c.wire && got != c.want || c.want == "" && got != "" {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestCheckWireForms: the wire has forms of one request that no marshaller writes.
func TestCheckWireForms(t *testing.T) {
	t.Parallel()
	add, connection := &pb.AddPbxGroupUsersRequest{}, &pb.SipConnection{}
	single := protowire.AppendVarint(protowire.AppendTag(nil, 3, protowire.VarintType), 7)
	account := connection.ProtoReflect().Descriptor().Fields().ByName("account").Number()
	empty := protowire.AppendBytes(protowire.AppendTag(nil, account, protowire.BytesType), nil)
	paths := protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), "a")
	for name, c := range map[string]struct {
		into proto.Message
		data []byte
		want string
	}{
		"not packed":        {add, slices.Repeat(single, 1001), "user_ids: must have at most 1000 elements"},
		"a message, merged": {connection, slices.Repeat(empty, 20001), "account: the request has more than 20000 messages, list elements and map entries in all"},
		"mask paths":        {&fieldmaskpb.FieldMask{}, slices.Repeat(paths, 101), ": has more than 100 paths"},
		"not protobuf":      {add, []byte{0xff}, ""},
		"cut off":           {add, []byte{0x1a, 9, 1}, ""},
		"unknown field":     {add, protowire.AppendVarint(protowire.AppendTag(nil, 99, protowire.VarintType), 7), ""},
		"wrong type":        {add, protowire.AppendFixed32(protowire.AppendTag(nil, 3, protowire.Fixed32Type), 7), ""},
	} {
		if got := said(limits.CheckWire(c.into.ProtoReflect().Descriptor(), c.data)); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

// TestCost: the check of a request of 4 MiB allocates next to nothing, whatever is in it.
func TestCost(t *testing.T) {
	const size = 4 << 20
	messages := protowire.AppendBytes(protowire.AppendTag(nil, 19, protowire.BytesType), nil)
	for name, c := range map[string]struct {
		into proto.Message
		data []byte
	}{
		"varints":  {&pb.AddPbxGroupUsersRequest{}, protowire.AppendBytes(protowire.AppendTag(nil, 3, protowire.BytesType), make([]byte, size-8))},
		"messages": {&pb.SipConnection{}, slices.Repeat(messages, size/len(messages))},
		"text":     {&pb.PbxDevice{}, protowire.AppendBytes(protowire.AppendTag(nil, 3, protowire.BytesType), make([]byte, size-8))},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		excess := limits.CheckWire(c.into.ProtoReflect().Descriptor(), c.data)
		runtime.ReadMemStats(&after)
		if spent := after.TotalAlloc - before.TotalAlloc; spent > size/4 {
			t.Errorf("%s: %d bytes cost %d bytes of memory (%v)", name, len(c.data), spent, excess)
		}
	}
}

// FuzzCheckWire: what passes on the wire has no more elements once it is unmarshalled.
func FuzzCheckWire(f *testing.F) {
	for _, c := range requests {
		if data, err := proto.Marshal(c.request); err == nil && len(data) < 1<<14 {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, request := range []proto.Message{&pb.CreateSipConnectionRequest{}, &pb.AddPbxGroupUsersRequest{}, &pb.UpdatePbxUserRequest{}} {
			excess := limits.CheckWire(request.ProtoReflect().Descriptor(), data)
			if excess != nil || proto.Unmarshal(data, request) != nil {
				continue
			}
			if late := limits.Check(request); late != nil && late.Problem == limits.TooManyElements {
				t.Errorf("%T passes on the wire and then: %v", request, late)
			}
		}
	})
}
