package received_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/limits"
	"github.com/sipfacade/sipfacade/internal/received"
	"github.com/sipfacade/sipfacade/internal/status"
)

// updateCall is how UpdateSipConnection is mapped to HTTP.
func updateCall() received.Call {
	request := (&pb.UpdateSipConnectionRequest{}).ProtoReflect().Descriptor()
	resource := request.Fields().ByName("sip_connection")
	return received.Call{
		Message: request, Body: "sip_connection", Mask: request.Fields().ByName("update_mask"),
		IDs: [][]protoreflect.FieldDescriptor{{resource, resource.Message().Fields().ByName("uuid")}},
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	body := updateCall().Message.Fields().ByName("sip_connection").Message()
	in := &received.Request{Call: updateCall(), SnakeCase: []protoreflect.FieldDescriptor{body.Fields().ByName("tech_prefix")}}
	in.Query = []received.Parameter{{Name: "sip_connection_name", Field: "sip_connection_name"}}
	for path, want := range map[string]string{
		"sip_connection":             "body",
		"sip_connection.ip":          "ip",
		"sip_connection.product_id":  "productId",
		"sip_connection.tech_prefix": "tech_prefix",
		"sip_connection.nmae":        "nmae",
		"sip_connection.uuid":        "uuid",
		"update_mask":                "updateMask",
		"sip_connection_name":        "sip_connection_name",
		"body":                       "body",
		"grpc-timeout":               "grpc-timeout",
		"":                           "",
		`sip_connection.class4_egress_trunk_settings.other_settings["a.b_c"]["d]"].e_f`: `class4EgressTrunkSettings.otherSettings["a.b_c"]["d]"].e_f`,
		"sip_connection.class4_egress_trunk_settings.media_type":                        "class4EgressTrunkSettings.mediaType",
		`sip_connection.ip["open`: `ip["open`,
		"sip_connection[0].x_y":   "[0].x_y",
	} {
		if got := in.Name(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	whole := &received.Request{Call: received.Call{Message: (&pb.AddPbxGroupUsersRequest{}).ProtoReflect().Descriptor(), Body: "*"}}
	if got := whole.Name("user_ids[3]"); got != "userIds[3]" {
		t.Errorf("got %s", got)
	}
	without := &received.Request{Call: received.Call{Message: (&pb.ListPbxUsersRequest{}).ProtoReflect().Descriptor()}}
	without.Query = []received.Parameter{{Name: "page_size", Field: "page_size"}}
	if got := without.Name("page_size") + " " + without.Name("domain_id"); got != "page_size domainId" {
		t.Errorf("got %s", got)
	}
}

// FuzzName checks that every path gets a name, which is never longer than the path but
// for that of the whole body.
func FuzzName(f *testing.F) {
	for _, seed := range []string{"sip_connection.ip", `a["b`, "a[0][1].b", "[", "sip_connection[", `x["]"].y`, ".."} {
		f.Add(seed)
	}
	in := &received.Request{Call: updateCall()}
	f.Fuzz(func(t *testing.T, path string) {
		if got := in.Name(path); len(got) > len(path) {
			t.Errorf("%q is named %q", path, got)
		}
	})
}

func TestMergeInto(t *testing.T) {
	t.Parallel()
	named := func(name string) *pb.SipConnection { return &pb.SipConnection{Uuid: "u", Name: new(name)} }
	for name, c := range map[string]struct {
		members []string
		request *pb.UpdateSipConnectionRequest
		mask    *fieldmaskpb.FieldMask
		derived bool
	}{
		"values need no mask":    {[]string{"name"}, &pb.UpdateSipConnectionRequest{SipConnection: named("a")}, nil, true},
		"null clears":            {[]string{"name", "ip"}, &pb.UpdateSipConnectionRequest{SipConnection: named("a")}, &fieldmaskpb.FieldMask{Paths: []string{"name", "ip"}}, true},
		"ids and output only":    {[]string{"uuid", "create_time", "ip"}, &pb.UpdateSipConnectionRequest{SipConnection: named("a")}, &fieldmaskpb.FieldMask{Paths: []string{"ip"}}, true},
		"only output only":       {[]string{"create_time"}, &pb.UpdateSipConnectionRequest{SipConnection: named("a")}, nil, true},
		"the caller's mask wins": {[]string{"ip"}, &pb.UpdateSipConnectionRequest{SipConnection: named("a"), UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"port"}}}, &fieldmaskpb.FieldMask{Paths: []string{"port"}}, false},
		"an empty mask does not": {[]string{"ip"}, &pb.UpdateSipConnectionRequest{SipConnection: named("a"), UpdateMask: &fieldmaskpb.FieldMask{}}, &fieldmaskpb.FieldMask{Paths: []string{"ip"}}, true},
	} {
		in := &received.Request{Call: updateCall(), Members: c.members}
		in.MergeInto(c.request.ProtoReflect())
		if diff := cmp.Diff(c.mask, c.request.GetUpdateMask(), protocmp.Transform()); diff != "" || in.MaskDerived() != c.derived {
			t.Errorf("%s: derived %t, %s", name, in.MaskDerived(), diff)
		}
	}
	if (*received.Request)(nil).MaskDerived() {
		t.Error("a mask of a gRPC call is derived")
	}
}

func TestIDs(t *testing.T) {
	t.Parallel()
	for inBody, want := range map[string]int{"": 1, "a": 0, "A": 0, "b": 1} {
		in := &received.Request{Call: updateCall(), Members: []string{"uuid"}}
		in.KeepIDs((&pb.SipConnection{Uuid: inBody}).ProtoReflect())
		in.MergeInto((&pb.UpdateSipConnectionRequest{SipConnection: &pb.SipConnection{Uuid: "a"}}).ProtoReflect())
		if len(in.Violations) != want {
			t.Errorf("%q in the body: %v", inBody, in.Violations)
		}
	}
	for name, in := range map[string]*received.Request{
		"no id in the body": {Call: updateCall()}, "null": {Call: updateCall(), Members: []string{"uuid"}, Nulls: []string{"uuid"}},
	} {
		in.KeepIDs((&pb.SipConnection{}).ProtoReflect())
		in.MergeInto((&pb.UpdateSipConnectionRequest{SipConnection: &pb.SipConnection{Uuid: "a"}}).ProtoReflect())
		if len(in.Violations) > 0 {
			t.Errorf("%s: %v", name, in.Violations)
		}
	}
}

// TestEmptyGuards: an update that states its etag as an empty text is refused. One without an
// etag is not, and neither is a create, which ignores it.
func TestEmptyGuards(t *testing.T) {
	t.Parallel()
	create := (&pb.CreateSipConnectionRequest{}).ProtoReflect().Descriptor()
	creation := received.Call{Message: create, Body: "sip_connection"}
	connection := func(etag *string) *pb.SipConnection { return &pb.SipConnection{Etag: etag} }
	for name, c := range map[string]struct {
		in      *received.Request
		message proto.Message
		want    int
	}{
		"empty":    {&received.Request{Call: updateCall(), Members: []string{"etag"}}, &pb.UpdateSipConnectionRequest{SipConnection: connection(new(""))}, 1},
		"given":    {&received.Request{Call: updateCall(), Members: []string{"etag"}}, &pb.UpdateSipConnectionRequest{SipConnection: connection(new("e"))}, 0},
		"null":     {&received.Request{Call: updateCall(), Members: []string{"etag"}, Nulls: []string{"etag"}}, &pb.UpdateSipConnectionRequest{SipConnection: connection(nil)}, 0},
		"none":     {&received.Request{Call: updateCall()}, &pb.UpdateSipConnectionRequest{}, 0},
		"a create": {&received.Request{Call: creation, Members: []string{"etag"}}, &pb.CreateSipConnectionRequest{SipConnection: connection(new(""))}, 0},
	} {
		if c.in.MergeInto(c.message.ProtoReflect()); len(c.in.Violations) != c.want {
			t.Errorf("%s: %v", name, c.in.Violations)
		}
	}
}

func TestWithoutMisread(t *testing.T) {
	t.Parallel()
	violations := func(fields ...string) (list []*errdetails.BadRequest_FieldViolation) {
		for _, field := range fields {
			list = append(list, status.BrokenRule(field, "RULE", ""))
		}
		return list
	}
	for name, c := range map[string]struct{ misread, rules, want []string }{
		"nothing":            {nil, []string{"a"}, []string{"a"}},
		"the same":           {[]string{"a.b"}, []string{"a.b", "a.bc"}, []string{"a.bc"}},
		"a part of it":       {[]string{"a"}, []string{"a.b", "b"}, []string{"b"}},
		"what it is part of": {[]string{"a.b"}, []string{"a", "b"}, []string{"b"}},
		"a list":             {[]string{"ids[0]"}, []string{"ids", "ids[1]", "idsx"}, []string{"idsx"}},
		"without a name":     {[]string{""}, []string{"a"}, []string{"a"}},
	} {
		in := &received.Request{Violations: violations(c.misread...)}
		var got []string
		for _, violation := range in.WithoutMisread(violations(c.rules...)) {
			got = append(got, violation.GetField())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestContext(t *testing.T) {
	t.Parallel()
	in := &received.Request{}
	if got := received.FromContext(received.NewContext(t.Context(), in)); got != in {
		t.Errorf("got %v", got)
	}
	if got := received.FromContext(t.Context()); got != nil {
		t.Errorf("a gRPC call has %v", got)
	}
}

func TestRefuseEnds(t *testing.T) {
	t.Parallel()
	in := &received.Request{}
	for range 2 * limits.MaxViolations {
		in.Refuse("a", "RULE", "is wrong")
	}
	if len(in.Violations) != limits.MaxViolations || !in.Full() {
		t.Errorf("%d violations", len(in.Violations))
	}
}
