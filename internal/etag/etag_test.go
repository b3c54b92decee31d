package etag

import (
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
)

func maker(t testing.TB, secret string) *Maker {
	t.Helper()
	made, err := NewMaker([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func settings(t testing.TB, members map[string]any) *pb.TrunkSettings {
	t.Helper()
	other, err := structpb.NewStruct(members)
	if err != nil {
		t.Fatal(err)
	}
	return &pb.TrunkSettings{OtherSettings: other}
}

// TestWhatChangesAnEtag: every value of the resource itself does, its relations and the
// etag do not.
func TestWhatChangesAnEtag(t *testing.T) {
	t.Parallel()
	m := maker(t, "secret")
	stored := &pb.SipConnection{
		Uuid: "u", Name: new("n"), Active: new(true), UpdateTime: timestamppb.New(timestamppb.Now().AsTime()),
		Class4EgressTrunkSettings: settings(t, map[string]any{"a": 1, "b": 2, "c": []any{"x"}}),
	}
	want := m.Of(stored)
	if len(want) != 20 {
		t.Errorf("%q has %d characters", want, len(want))
	}
	for name, change := range map[string]struct {
		change func(c *pb.SipConnection)
		same   bool
	}{
		"nothing":     {func(*pb.SipConnection) {}, true},
		"the etag":    {func(c *pb.SipConnection) { c.Etag = new("x") }, true},
		"an owner":    {func(c *pb.SipConnection) { c.Account = &pb.OpentactAccount{Uuid: "a"} }, true},
		"a relation":  {func(c *pb.SipConnection) { c.TnLeases = &pb.TnLeaseList{Items: []*pb.TnLease{{Uuid: "l"}}} }, true},
		"its key":     {func(c *pb.SipConnection) { c.Product, c.ProductId = &pb.SipConnectionProduct{Name: "p"}, new(int32(3)) }, true},
		"a text":      {func(c *pb.SipConnection) { c.Name = new("m") }, false},
		"a boolean":   {func(c *pb.SipConnection) { c.Active = new(false) }, false},
		"its absence": {func(c *pb.SipConnection) { c.Active = nil }, false},
		"a time":      {func(c *pb.SipConnection) { c.UpdateTime = timestamppb.New(c.GetUpdateTime().AsTime().Add(1)) }, false},
		"a setting":   {func(c *pb.SipConnection) { c.Class4EgressTrunkSettings = settings(t, map[string]any{"a": 1}) }, false},
		"a new field": {func(c *pb.SipConnection) { c.Port = new(int32(5060)) }, false},
	} {
		changed := proto.CloneOf(stored)
		change.change(changed)
		for range 20 { // maps have no order of their own
			if got := m.Of(changed); (got == want) != change.same {
				t.Errorf("%s: %q, before %q", name, got, want)
			}
		}
	}
}

// TestKeyOfEtags: without the secret nobody can make an etag of a guessed resource.
func TestKeyOfEtags(t *testing.T) {
	t.Parallel()
	user := &pb.PbxUser{UserId: new(uint32(1)), AdditionalFields: map[string]string{"a": "1", "b": "2"}}
	one, again, other := maker(t, "one").Of(user), maker(t, "one").Of(user), maker(t, "two").Of(user)
	if one != again || one == other {
		t.Error("an etag depends on more than the secret and the resource, or not on the secret")
	}
}

func BenchmarkOf(b *testing.B) {
	m, stored := maker(b, "secret"), invite()
	b.ReportAllocs()
	for b.Loop() {
		m.Of(stored)
	}
}

func invite() *pb.SipUserInvite {
	return &pb.SipUserInvite{
		Uuid: "3b2f6a50-93f5-4a52-8d0c-0b1a2c3d4e5f", Name: new("Front desk"), Token: new("b7c1f0a94be04c6f8f5d2f6a1d3e9c87"),
		CreateTime: timestamppb.Now(), UpdateTime: timestamppb.Now(), ExpireTime: timestamppb.Now(),
	}
}

// TestFields: each field of a resource with an etag changes the etag, but relations, their
// keys and the etag itself.
func TestFields(t *testing.T) {
	t.Parallel()
	m := maker(t, "a")
	for _, resource := range []proto.Message{
		&pb.SipConnection{}, &pb.SipUserInvite{}, &pb.SipDomain{}, &pb.SipUser{}, &pb.SipApp{}, &pb.MessagingProfile{}, &pb.OutboundVoiceProfile{},
		&pb.PbxDomain{}, &pb.PbxUser{}, &pb.PbxGroup{}, &pb.PbxQueue{}, &pb.PbxQueueMember{}, &pb.PbxTrustedNetwork{}, &pb.PbxDevice{},
	} {
		empty, seen := m.Of(resource), map[string]protoreflect.Name{}
		if empty == "" {
			t.Errorf("%s has no etag", resource.ProtoReflect().Descriptor().Name())
		}
		for i := range resource.ProtoReflect().Descriptor().Fields().Len() {
			field := resource.ProtoReflect().Descriptor().Fields().Get(i)
			changed := proto.Clone(resource)
			fill(changed.ProtoReflect(), field)
			same := field.Name() == contract.Etag || contract.IsRelation(field) || contract.IsReference(field)
			got := m.Of(changed)
			if (got == empty) != same {
				t.Errorf("%s: %q, without it %q", field.FullName(), got, empty)
			}
			if other, ok := seen[got]; ok && !same {
				t.Errorf("%s and %s give the same etag", field.FullName(), other)
			}
			seen[got] = field.Name()
		}
	}
}

// fill sets a field to a value that is not the one of an empty field.
func fill(message protoreflect.Message, field protoreflect.FieldDescriptor) {
	switch {
	case field.IsMap():
		message.Mutable(field).Map().Set(protoreflect.ValueOfString("a").MapKey(), protoreflect.ValueOfString("b"))
	case field.IsList():
		message.Mutable(field).List().AppendMutable()
	case field.Message() != nil:
		inner := message.Mutable(field).Message()
		if first := inner.Descriptor().Fields().Get(0); !first.IsMap() && !first.IsList() && first.Message() == nil {
			fill(inner, first)
		}
	default:
		message.Set(field, map[protoreflect.Kind]protoreflect.Value{
			protoreflect.StringKind: protoreflect.ValueOfString("a"), protoreflect.BoolKind: protoreflect.ValueOfBool(true),
			protoreflect.Int32Kind: protoreflect.ValueOfInt32(1), protoreflect.Int64Kind: protoreflect.ValueOfInt64(1),
			protoreflect.Uint32Kind: protoreflect.ValueOfUint32(1), protoreflect.DoubleKind: protoreflect.ValueOfFloat64(1),
			protoreflect.EnumKind: protoreflect.ValueOfEnum(1),
		}[field.Kind()])
	}
}

// TestFreeForm: values of different kinds and places give different etags, however they are
// nested.
func TestFreeForm(t *testing.T) {
	t.Parallel()
	m, seen := maker(t, "a"), map[string]string{}
	for _, text := range []string{
		`{}`, `{"a":null}`, `{"a":false}`, `{"a":true}`, `{"a":0}`, `{"a":1}`, `{"a":""}`, `{"a":"b"}`, `{"a":{}}`, `{"a":[]}`,
		`{"a":[[]]}`, `{"a":[[],[]]}`, `{"a":["b"]}`, `{"a":["b","c"]}`, `{"a":["c","b"]}`, `{"a":"b","c":"d"}`, `{"a":{"c":"d"}}`,
		`{"a":{"b":1},"c":2}`, `{"a":{"b":1,"c":2}}`, `{"ab":""}`, `{"a":"1"}`,
	} {
		free := &structpb.Struct{}
		if err := protojson.Unmarshal([]byte(text), free); err != nil {
			t.Fatal(err)
		}
		etag := m.Of(&pb.SipApp{Class4EgressTrunkSettings: &pb.TrunkSettings{OtherSettings: free}})
		if other, ok := seen[etag]; ok {
			t.Errorf("%s and %s have the same etag", text, other)
		}
		seen[etag] = text
	}
}

// TestAdditionalFields: names and values of what is not modelled count, and where one ends and
// the other begins.
func TestAdditionalFields(t *testing.T) {
	t.Parallel()
	m, seen := maker(t, "a"), map[string]int{}
	for i, fields := range []map[string]string{
		nil, {"a": ""}, {"a": "b"}, {"a": "c"}, {"b": "b"}, {"ab": ""}, {"a": "b", "c": "d"}, {"a": "d", "c": "b"},
		{"a": "\x01b\x01c", "c": ""},
	} {
		etag := m.Of(&pb.PbxUser{AdditionalFields: fields})
		if other, ok := seen[etag]; ok {
			t.Errorf("the fields %d and %d have the same etag", i, other)
		}
		seen[etag] = i
	}
}

// TestTexts: of two texts that differ the etags do, required ones included.
func TestTexts(t *testing.T) {
	t.Parallel()
	m, seen := maker(t, "a"), map[string]*pb.SipConnection{}
	for _, connection := range []*pb.SipConnection{
		{Uuid: "a"}, {Uuid: "b"}, {Name: new("a")}, {Name: new("b")}, {Name: new("")}, {Uuid: "a", Name: new("b")}, {Uuid: "b", Name: new("a")},
	} {
		etag := m.Of(connection)
		if other := seen[etag]; other != nil {
			t.Errorf("%v and %v have the same etag", connection, other)
		}
		seen[etag] = connection
	}
}

// TestStampAll: each of a page has the etag that it would have by itself, and what has none
// stays as it is.
func TestStampAll(t *testing.T) {
	t.Parallel()
	m := maker(t, "a")
	var page []*pb.PbxQueue
	for id := range uint32(50) {
		page = append(page, &pb.PbxQueue{QueueId: &id})
	}
	StampAll(m, page)
	for _, queue := range page {
		if queue.GetEtag() == "" || queue.GetEtag() != m.Of(queue) {
			t.Errorf("queue %d has the etag %q, want %q", queue.GetQueueId(), queue.GetEtag(), m.Of(queue))
		}
	}
	lease := &pb.TnLease{Uuid: "a"}
	m.Stamp(lease)
	if got := m.Of(lease); got != "" || !proto.Equal(lease, &pb.TnLease{Uuid: "a"}) {
		t.Errorf("a lease has the etag %q: %v", got, lease)
	}
}

// BenchmarkStampAll is what the etags of a page cost.
func BenchmarkStampAll(b *testing.B) {
	m, page := maker(b, "secret"), make([]*pb.SipUserInvite, 1000)
	for i := range page {
		page[i] = invite()
	}
	b.ReportAllocs()
	for b.Loop() {
		StampAll(m, page)
	}
}

// TestRotate: after a change of the secret, etags are others, and those of the secret before
// still match.
func TestRotate(t *testing.T) {
	t.Parallel()
	rotated, connection := maker(t, "one"), &pb.SipConnection{Uuid: "a"}
	first := rotated.Of(connection)
	if err := rotated.Rotate([]byte("two")); err != nil || rotated.Of(connection) == first || !rotated.Matches(connection, first) {
		t.Errorf("the etag of the secret before does not match, or is the same, or %v", err)
	}
	if err := rotated.Rotate([]byte("three")); err != nil || rotated.Matches(connection, first) {
		t.Errorf("an etag of two secrets ago matches, or %v", err)
	}
	if got := rotated.Of(connection); got != maker(t, "three").Of(connection) || !rotated.Matches(connection, got) || rotated.Matches(connection, "") {
		t.Errorf("the etag of the secret in use: %s", got)
	}
}
