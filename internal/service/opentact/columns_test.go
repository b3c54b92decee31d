package opentact

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/etag/etagtest"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

const otherUUID = "5e0c1c50-0000-4000-8000-00000000000a"

// isWritten reports whether callers write the field of a resource.
func isWritten(field protoreflect.FieldDescriptor) bool {
	behaviors, _ := proto.GetExtension(field.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	chosen := !slices.Contains(behaviors, annotations.FieldBehavior_IDENTIFIER) || slices.Contains(behaviors, annotations.FieldBehavior_REQUIRED)
	// The path of a call states the domain of an invite.
	return chosen && field.FullName() != "sipfacade.v1.SipUserInvite.sip_domain" && !slices.Contains(behaviors, annotations.FieldBehavior_OUTPUT_ONLY)
}

// TestColumnsAreTheWritableFields: no field that callers may write is forgotten, and
// none that they may not is sent.
func TestColumnsAreTheWritableFields(t *testing.T) {
	t.Parallel()
	for resource, written := range writable {
		descriptor, err := protoregistry.GlobalFiles.FindDescriptorByName(resource)
		if err != nil {
			t.Fatal(err)
		}
		message, ok := descriptor.(protoreflect.MessageDescriptor)
		if !ok {
			t.Fatalf("%s is no message", resource)
		}
		var want, got []string
		for i := range message.Fields().Len() {
			if field := message.Fields().Get(i); isWritten(field) {
				want = append(want, string(field.Name()))
			}
		}
		vendorNames := map[string]bool{}
		for _, column := range written {
			got = append(got, string(column.field))
			for _, name := range column.names {
				if vendorNames[name] || name == "" {
					t.Errorf("%s: %q stands for two fields, or for none", resource, name)
				}
				vendorNames[name] = true
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", resource, diff)
		}
	}
}

// TestEveryWrittenResourceHasColumns: what the calls of the contract create and
// update is in the table.
func TestEveryWrittenResourceHasColumns(t *testing.T) {
	t.Parallel()
	var methods []protoreflect.MethodDescriptor
	for _, file := range []protoreflect.FileDescriptor{
		pb.File_sipfacade_v1_sip_connection_service_proto, pb.File_sipfacade_v1_sip_app_service_proto, pb.File_sipfacade_v1_profile_service_proto,
	} {
		for i := range file.Services().Get(0).Methods().Len() {
			methods = append(methods, file.Services().Get(0).Methods().Get(i))
		}
	}
	for _, method := range methods {
		rule, _ := proto.GetExtension(method.Options(), annotations.E_Http).(*annotations.HttpRule)
		body := method.Input().Fields().ByName(protoreflect.Name(rule.GetBody()))
		if body == nil {
			continue
		}
		if _, ok := writable[body.Message().FullName()]; !ok {
			t.Errorf("%s writes %s", method.Name(), body.Message().FullName())
		}
	}
}

func TestVendorNames(t *testing.T) {
	t.Parallel()
	want := map[string]string{"name": "name", "expired_on": "expire_time"}
	if diff := cmp.Diff(want, VendorNames()["sipfacade.v1.SipUserInvite"]); diff != "" {
		t.Error(diff)
	}
	for theirs, want := range map[string]string{
		"product": "product_id", "is_active": "active", "class4_egress_trunk_stings": "class4_egress_trunk_settings", "tech_prefix": "",
	} {
		if got := VendorNames()["sipfacade.v1.SipConnection"][theirs]; got != want {
			t.Errorf("%s is called %q", theirs, got)
		}
	}
}

// TestCreation: what is set is sent, also false, zero and empty, under the vendor's
// names and in the order of the contract.
func TestCreation(t *testing.T) {
	t.Parallel()
	media := pb.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA_TRANSCODING
	for name, c := range map[string]struct {
		body opentact.Object
		want string
	}{
		"nothing": {sipConnectionBody.creation(&pb.SipConnection{}), `{}`},
		"falsy": {
			sipConnectionBody.creation(&pb.SipConnection{Name: new(""), Port: new(int32(0)), Active: new(false)}),
			`{"name":"","port":0,"is_active":false}`,
		},
		"whole": {
			sipConnectionBody.creation(&pb.SipConnection{
				OutboundVoiceProfileUuid: new(strings.ToUpper(otherUUID)), Name: new("HQ"), Subdomain: new("HQ"), Ip: new("198.51.100.1"), Port: new(int32(5060)), Active: new(true), ProductId: new(int32(3)),
				Class4IngressTrunkSettings: &pb.TrunkSettings{MediaType: &media, OtherSettings: &structpb.Struct{Fields: map[string]*structpb.Value{"z": structpb.NewNullValue(), "call_limit": structpb.NewNumberValue(10)}}},
				Class4EgressTrunkSettings:  &pb.TrunkSettings{},
			}),
			`{"name":"HQ","subdomain":"HQ","ip":"198.51.100.1","port":5060,"is_active":true,"product":3,` +
				`"class4_ingress_trunk_settings":{"call_limit":10,"media_type":"Proxy Media + Transcoding","z":null},"class4_egress_trunk_settings":{},"outbound_voice_profile":"` + otherUUID + `"}`,
		},
		"output only": {
			sipUserInviteBody.creation(&pb.SipUserInvite{Uuid: otherUUID, Token: new("t"), CreateTime: timestamppb.New(time.Unix(1, 0)), Name: new("Desk"), ExpireTime: timestamppb.New(time.Date(2026, 12, 31, 23, 59, 59, 5e6, time.UTC))}),
			`{"name":"Desk","expired_on":"2026-12-31T23:59:59.005Z"}`,
		},
	} {
		got, err := c.body.JSON()
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v, want %s", name, got, err, c.want)
		}
	}
}

// TestUpdate: only what the mask names is sent, and null for what it clears.
func TestUpdate(t *testing.T) {
	t.Parallel()
	connection := &pb.SipConnection{Uuid: otherUUID, Name: new("HQ"), Port: new(int32(5060)), Active: new(false)}
	for want, paths := range map[string][]string{
		`{"name":"HQ","port":5060,"is_active":false}`: nil,
		`{"port":5060}`:                             {"port"},
		`{"name":"HQ","subdomain":null}`:            {"subdomain", "name"},
		`{"ip":null,"outbound_voice_profile":null}`: {"outboundVoiceProfileUuid", "ip"},
		`{"class4_egress_trunk_settings":null}`:     {"class4_egress_trunk_settings"},
	} {
		changes, err := list.Update{Field: "sip_connection", Resource: connection, Mask: &fieldmaskpb.FieldMask{Paths: paths}}.Changes()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := sipConnectionBody.update(connection, changes).JSON(); err != nil || string(got) != want {
			t.Errorf("%v: %s, %v, want %s", paths, got, err, want)
		}
	}
}

// TestEcho: what is known after a write is what was sent and the id.
func TestEcho(t *testing.T) {
	t.Parallel()
	wanted := &pb.SipUserInvite{Uuid: strings.ToUpper(otherUUID), Name: new("Desk"), Token: new("never sent"), CreateTime: timestamppb.New(time.Unix(1, 0)), Account: &pb.OpentactAccount{Name: "x"}}
	before := proto.Clone(wanted)
	want := &pb.SipUserInvite{Uuid: otherUUID, Name: new("Desk")}
	if diff := cmp.Diff(want, echo(wanted, sipUserInviteBody.columns, "uuid", otherUUID), etagtest.Ignore()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&pb.SipUserInvite{Name: new("Desk")}, echo(wanted, sipUserInviteBody.columns, "uuid", ""), etagtest.Ignore()); diff != "" {
		t.Error(diff)
	}
	if !proto.Equal(before, wanted) {
		t.Error("the request was changed")
	}
}

// TestKnownPrefersWhatIsStored: what was sent is returned only if the vendor does not show
// what it stored.
func TestKnownPrefersWhatIsStored(t *testing.T) {
	t.Parallel()
	const route = "connection/" + connectionUUID + "/invites"
	const stored = `{"uuid":"` + otherUUID + `","name":"stored"}`
	for name, c := range map[string]struct {
		answers map[string]string
		want    *pb.SipUserInvite
		reads   int
	}{
		"answered":           {map[string]string{"PATCH": success(stored)}, &pb.SipUserInvite{Uuid: otherUUID, SipConnectionUuid: new(connectionUUID), Name: new("stored")}, 0},
		"read back":          {map[string]string{"PATCH": success("{}"), "GET": success("[" + stored + "]")}, &pb.SipUserInvite{Uuid: otherUUID, SipConnectionUuid: new(connectionUUID), Name: new("stored")}, 1},
		"reading back fails": {map[string]string{"PATCH": ""}, &pb.SipUserInvite{Uuid: otherUUID, SipConnectionUuid: new(connectionUUID), Name: new("wanted")}, 1},
		"not listed":         {map[string]string{"PATCH": "", "GET": success("[]")}, &pb.SipUserInvite{Uuid: otherUUID, SipConnectionUuid: new(connectionUUID), Name: new("wanted")}, 1},
	} {
		answers := map[string]string{}
		for method, body := range c.answers {
			answers[map[string]string{"PATCH": "PATCH " + route + "/" + otherUUID, "GET": "GET " + route}[method]] = body
		}
		s, v := serviceOf(t, answers)
		got, err := sipUserInvites.update(t.Context(), s.Backend, &pb.UpdateSipUserInviteRequest{}, &pb.SipUserInvite{Uuid: strings.ToUpper(otherUUID), Name: new("wanted")}, connectionUUID)
		if diff := cmp.Diff(c.want, got, etagtest.Ignore()); diff != "" || err != nil || len(v.seen) != 1+c.reads {
			t.Errorf("%s: %v after %v %s", name, err, v.seen, diff)
		}
	}
}
