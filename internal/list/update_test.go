package list_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
)

const invitesUpdatable = "allowed: expire_time, name"

// shown writes changes as "name", and "-name" for those that clear.
func shown(changes []list.Change) string {
	var parts []string
	for _, change := range changes {
		sign := ""
		if change.Clear {
			sign = "-"
		}
		parts = append(parts, sign+string(change.Field.Name()))
	}
	return strings.Join(parts, " ")
}

func TestChangesOfInvite(t *testing.T) {
	t.Parallel()
	named := &sipfacadev1.SipUserInvite{Uuid: "u", Name: proto.String("Front desk")}
	full := &sipfacadev1.SipUserInvite{Uuid: "u", Name: proto.String("n"), ExpireTime: at(0), CreateTime: at(1), Token: proto.String("t")}
	cases := map[string]struct {
		invite *sipfacadev1.SipUserInvite
		mask   []string
		want   string
		wrong  []string
	}{
		"absent mask":            {invite: named, want: "name"},
		"absent mask, all set":   {invite: full, want: "name expire_time"},
		"absent mask, only id":   {invite: &sipfacadev1.SipUserInvite{Uuid: "u"}, wrong: []string{"update_mask: the update is empty: set a field that can be changed"}},
		"wildcard":               {invite: named, mask: []string{"*"}, want: "name -expire_time"},
		"wildcard twice":         {invite: named, mask: []string{"*", "*"}, want: "name -expire_time"},
		"wildcard, all set":      {invite: full, mask: []string{"*"}, want: "name expire_time"},
		"wildcard, required":     {invite: &sipfacadev1.SipUserInvite{}, mask: []string{"*"}, wrong: []string{"invite.name: is required and cannot be cleared"}},
		"wildcard among others":  {invite: named, mask: []string{"name", "*"}, wrong: []string{"update_mask: `*` must be the only path"}},
		"named":                  {invite: full, mask: []string{"expire_time"}, want: "expire_time"},
		"named in JSON":          {invite: named, mask: []string{"expireTime", "name", "expire_time"}, want: "name -expire_time"},
		"named, id set":          {invite: named, mask: []string{"name"}, want: "name"},
		"named, required, unset": {invite: &sipfacadev1.SipUserInvite{}, mask: []string{"name", "name"}, wrong: []string{"invite.name: is required and cannot be cleared"}},
		"everything wrong": {
			invite: &sipfacadev1.SipUserInvite{},
			mask:   []string{"bogus", "other.x", "", "uuid", "create_time", "createTime", "account.name", "name.first", "name", "bogus"},
			wrong: []string{
				`update_mask: unknown field "bogus"; ` + invitesUpdatable,
				`update_mask: unknown field "other.x"`,
				`update_mask: unknown field ""`,
				"update_mask: uuid identifies the resource and cannot be changed",
				"update_mask: create_time is output only",
				"update_mask: account is output only",
				`update_mask: "name.first" reaches into a field: name name as a whole`,
				`update_mask: unknown field "bogus"`,
				"invite.name: is required and cannot be cleared",
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			changes, err := list.Update{Field: "invite", Resource: c.invite, Mask: &fieldmaskpb.FieldMask{Paths: c.mask}}.Changes()
			if c.wrong != nil {
				if diff := cmp.Diff(c.wrong, violationsOf(t, err)); diff != "" {
					t.Error(diff)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, shown(changes)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestChangesWithoutMask(t *testing.T) {
	t.Parallel()
	profile := &sipfacadev1.MessagingProfile{StickySender: proto.Bool(false), LongCodeWeight: proto.Int32(0), CallbackUrl: proto.String("")}
	changes, err := list.Update{Field: "messaging_profile", Resource: profile}.Changes()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("callback_url long_code_weight sticky_sender", shown(changes)); diff != "" {
		t.Error(diff)
	}
}

func TestChangesOfNumbersAndBools(t *testing.T) {
	t.Parallel()
	connection := &sipfacadev1.SipConnection{Name: proto.String("n"), Port: proto.Int32(5060)}
	_, err := list.Update{Field: "sip_connection", Resource: connection, Mask: &fieldmaskpb.FieldMask{Paths: []string{"*"}}}.Changes()
	const all = "has no empty value: give it a value, or name the fields to change in the update mask"
	want := []string{"sip_connection.active: " + all, "sip_connection.product_id: " + all, "sip_connection.shaken_verify_policy: " + all}
	if diff := cmp.Diff(want, violationsOf(t, err)); diff != "" {
		t.Error(diff)
	}
	_, err = list.Update{Field: "sip_connection", Resource: connection, Mask: &fieldmaskpb.FieldMask{Paths: []string{"active", "port"}}}.Changes()
	want = []string{"sip_connection.active: has no empty value: give it a value, or leave it out of the update"}
	if diff := cmp.Diff(want, violationsOf(t, err)); diff != "" {
		t.Error(diff)
	}
	changes, err := list.Update{Field: "sip_connection", Resource: connection, Mask: &fieldmaskpb.FieldMask{
		Paths: []string{"outboundVoiceProfileUuid", "class4_ingress_trunk_settings", "port"},
	}}.Changes()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("port -class4_ingress_trunk_settings -outbound_voice_profile_uuid", shown(changes)); diff != "" {
		t.Error(diff)
	}
}

func TestChangesOfEnum(t *testing.T) {
	t.Parallel()
	changes, err := list.Update{Field: "p", Resource: &sipfacadev1.OutboundVoiceProfile{}, Mask: &fieldmaskpb.FieldMask{Paths: []string{"recording_format"}}}.Changes()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("-recording_format", shown(changes)); diff != "" {
		t.Error(diff)
	}
}

// field describes a field of the made-up resource below.
func field(name string, number int32, kind descriptorpb.FieldDescriptorProto_Type, marks ...annotations.FieldBehavior) *descriptorpb.FieldDescriptorProto {
	options := &descriptorpb.FieldOptions{}
	if len(marks) > 0 {
		proto.SetExtension(options, annotations.E_FieldBehavior, marks)
	}
	return &descriptorpb.FieldDescriptorProto{
		Name: proto.String(name), Number: proto.Int32(number), Type: kind.Enum(), Options: options,
		Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
	}
}

// newExtension is a resource with every mark, which no OpenTACT resource has.
func newExtension(t *testing.T) *dynamicpb.Message {
	t.Helper()
	const (
		text   = descriptorpb.FieldDescriptorProto_TYPE_STRING
		truth  = descriptorpb.FieldDescriptorProto_TYPE_BOOL
		number = descriptorpb.FieldDescriptorProto_TYPE_INT32
	)
	numbers := field("numbers", 5, text)
	numbers.Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("extension.proto"), Syntax: proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{{
			Name: proto.String("Extension"),
			Field: []*descriptorpb.FieldDescriptorProto{
				field("pin", 7, text, annotations.FieldBehavior_INPUT_ONLY),
				field("user", 1, text, annotations.FieldBehavior_IMMUTABLE),
				field("password", 2, text, annotations.FieldBehavior_INPUT_ONLY, annotations.FieldBehavior_REQUIRED),
				field("ring", 3, truth),
				field("attempts", 4, number),
				numbers,
				field("label", 6, text),
			},
		}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return dynamicpb.NewMessage(file.Messages().Get(0))
}

func TestChangesByMark(t *testing.T) {
	t.Parallel()
	changes, err := list.Update{Field: "extension", Resource: newExtension(t), Mask: &fieldmaskpb.FieldMask{Paths: []string{"*"}}}.Changes()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("ring attempts numbers -label", shown(changes)); diff != "" {
		t.Error(diff)
	}
	changes, err = list.Update{Field: "extension", Resource: newExtension(t), Mask: &fieldmaskpb.FieldMask{Paths: []string{"pin", "numbers", "ring"}}}.Changes()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("ring numbers -pin", shown(changes)); diff != "" {
		t.Error(diff)
	}
	resource := newExtension(t)
	resource.Set(resource.Descriptor().Fields().ByName("user"), protoreflect.ValueOfString("alice"))
	_, err = list.Update{Field: "extension", Resource: resource}.Changes()
	if diff := cmp.Diff([]string{"update_mask: the update is empty: set a field that can be changed"}, violationsOf(t, err)); diff != "" {
		t.Error(diff)
	}
	_, err = list.Update{Field: "extension", Resource: resource, Derived: true}.Changes()
	if diff := cmp.Diff([]string{"extension: the update is empty: set a field that can be changed"}, violationsOf(t, err)); diff != "" {
		t.Errorf("a body: %s", diff)
	}
	resource = newExtension(t)
	resource.Set(resource.Descriptor().Fields().ByName("password"), protoreflect.ValueOfString("secret"))
	changes, err = list.Update{Field: "extension", Resource: resource, Mask: &fieldmaskpb.FieldMask{Paths: []string{"*"}}}.Changes()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("password ring attempts numbers -label", shown(changes)); diff != "" {
		t.Error(diff)
	}
}

// TestImmutableFields: the caller's own mask refuses them. Otherwise they have to be those
// of the stored resource, and are not written.
func TestImmutableFields(t *testing.T) {
	t.Parallel()
	const refusal = "is immutable: it is set when the resource is created"
	empty := newExtension(t)
	update := func(user string, paths ...string) list.Update {
		resource := dynamicpb.NewMessage(empty.Descriptor())
		resource.Set(resource.Descriptor().Fields().ByName("user"), protoreflect.ValueOfString(user))
		resource.Set(resource.Descriptor().Fields().ByName("label"), protoreflect.ValueOfString("new"))
		return list.Update{Field: "extension", Resource: resource, Mask: &fieldmaskpb.FieldMask{Paths: paths}}
	}
	stored := update("alice").Resource
	if _, err := update("alice", "user", "label").Changes(); violationsOf(t, err)[0] != "update_mask: user "+refusal {
		t.Errorf("a mask of its own: %v", err)
	}
	for name, u := range map[string]list.Update{
		"no mask": update("alice"), "whole": update("alice", "*"),
		"a body": {Field: "extension", Resource: update("alice").Resource, Mask: &fieldmaskpb.FieldMask{Paths: []string{"user", "label"}}, Derived: true},
	} {
		changes, err := u.Changes()
		if err != nil || strings.Contains(shown(changes), "user") || !strings.Contains(shown(changes), "label") {
			t.Errorf("%s: %s, %v", name, shown(changes), err)
		}
		if len(u.Fixed()) != 1 || u.Check(stored) != nil {
			t.Errorf("%s: %v, %v", name, u.Fixed(), u.Check(stored))
		}
	}
	if u := update("bob"); len(violationsOf(t, u.Check(stored))) != 1 || violationsOf(t, u.Check(stored))[0] != "extension.user: "+refusal {
		t.Errorf("another value: %v", u.Check(stored))
	}
	cleared := list.Update{Field: "extension", Resource: newLike(empty, "label"), Mask: &fieldmaskpb.FieldMask{Paths: []string{"user", "label"}}, Derived: true}
	if len(violationsOf(t, cleared.Check(stored))) != 1 {
		t.Errorf("a null: %v", cleared.Check(stored))
	}
	if u := update("bob", "label"); u.Fixed() != nil || u.Check(stored) != nil {
		t.Errorf("a mask that does not name it: %v", u.Check(stored))
	}
}

// newLike returns a message of the same type with one string field.
func newLike(message *dynamicpb.Message, field protoreflect.Name) *dynamicpb.Message {
	made := dynamicpb.NewMessage(message.Descriptor())
	made.Set(made.Descriptor().Fields().ByName(field), protoreflect.ValueOfString("new"))
	return made
}

// TestApplyKeepsRelations: a relation is left out only if its key changes, and what is applied
// is a copy.
func TestApplyKeepsRelations(t *testing.T) {
	t.Parallel()
	const profile, other = "701ce000-0000-4000-8000-00000000000a", "701ce000-0000-4000-8000-00000000000b"
	fields := (&sipfacadev1.SipConnection{}).ProtoReflect().Descriptor().Fields()
	for name, c := range map[string]struct {
		wanted  *sipfacadev1.SipConnection
		clear   bool
		product bool
		profile bool
	}{
		"the same":        {&sipfacadev1.SipConnection{ProductId: new(int32(3)), OutboundVoiceProfileUuid: new(strings.ToUpper(profile))}, false, true, true},
		"another":         {&sipfacadev1.SipConnection{ProductId: new(int32(4)), OutboundVoiceProfileUuid: new(profile)}, false, false, true},
		"another by UUID": {&sipfacadev1.SipConnection{ProductId: new(int32(3)), OutboundVoiceProfileUuid: new(other)}, false, true, false},
		"cleared":         {&sipfacadev1.SipConnection{}, true, false, false},
	} {
		stored := &sipfacadev1.SipConnection{
			ProductId: new(int32(3)), Product: &sipfacadev1.SipConnectionProduct{Name: "a"},
			OutboundVoiceProfileUuid: new(profile), OutboundVoiceProfile: &sipfacadev1.OutboundVoiceProfile{Name: new("b")},
		}
		list.Apply(stored, c.wanted, []list.Change{
			{Field: fields.ByName("product_id"), Clear: c.clear}, {Field: fields.ByName("outbound_voice_profile_uuid"), Clear: c.clear},
		})
		if (stored.Product != nil) != c.product || (stored.OutboundVoiceProfile != nil) != c.profile || stored.GetProductId() != c.wanted.GetProductId() {
			t.Errorf("%s: %v", name, stored)
		}
	}
	wanted := &sipfacadev1.SipConnection{Class4IngressTrunkSettings: &sipfacadev1.TrunkSettings{}}
	stored := &sipfacadev1.SipConnection{}
	list.Apply(stored, wanted, []list.Change{{Field: fields.ByName("class4_ingress_trunk_settings")}})
	if got := stored.GetClass4IngressTrunkSettings(); got == nil || got == wanted.GetClass4IngressTrunkSettings() {
		t.Errorf("%v is no copy", got)
	}
}
