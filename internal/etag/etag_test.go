package etag

import (
	"testing"

	"google.golang.org/protobuf/proto"
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
	m := maker(b, "secret")
	invite := &pb.SipUserInvite{
		Uuid: "3b2f6a50-93f5-4a52-8d0c-0b1a2c3d4e5f", Name: new("Front desk"), Token: new("b7c1f0a94be04c6f8f5d2f6a1d3e9c87"),
		CreateTime: timestamppb.Now(), UpdateTime: timestamppb.Now(), ExpireTime: timestamppb.Now(),
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Of(invite)
	}
}

// TestPlans: each field of a resource with an etag is hashed, or known to be left out.
func TestPlans(t *testing.T) {
	t.Parallel()
	for _, resource := range []proto.Message{
		&pb.SipConnection{}, &pb.SipUserInvite{}, &pb.SipApp{}, &pb.MessagingProfile{}, &pb.OutboundVoiceProfile{},
		&pb.PbxDomain{}, &pb.PbxUser{}, &pb.PbxGroup{}, &pb.PbxQueue{}, &pb.PbxQueueMember{}, &pb.PbxTrustedNetwork{}, &pb.PbxDevice{},
	} {
		descriptor := resource.ProtoReflect().Descriptor()
		made := maker(t, "a").planOf(resource)
		left := descriptor.Fields().Len() - len(made.hashed) - 1 // the etag
		for i := range descriptor.Fields().Len() {
			if field := descriptor.Fields().Get(i); field.IsMap() || contract.IsRelation(field) || contract.RelationOf(field) != nil {
				left--
			}
		}
		if made.etag < 0 || left != 0 || len(made.hashed) == 0 {
			t.Errorf("%s: %d fields are hashed and %d are in no plan", descriptor.Name(), len(made.hashed), left)
		}
	}
}
