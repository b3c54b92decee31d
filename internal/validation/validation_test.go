package validation_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/received"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/validation"
)

const id = "0d5f6c1e-6f0e-4c43-9d0a-5e8f4f4e0a01"

func newValidator(t testing.TB) *validation.Validator {
	t.Helper()
	v, err := validation.New(pb.File_sipfacade_v1_sip_connection_service_proto.Services().ByName("SipConnectionService"))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// told is what is wrong with a request as "field: description", sorted.
func told(t testing.TB, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	if grpcstatus.Code(err) != codes.InvalidArgument || status.Reason(err) != "REQUEST_INVALID" {
		t.Fatalf("not REQUEST_INVALID: %v", err)
	}
	var lines []string
	for _, violation := range status.Violations(err) {
		lines = append(lines, violation.GetField()+": "+violation.GetDescription())
	}
	slices.Sort(lines)
	return lines
}

func mask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

func settings(t testing.TB, members map[string]any) *structpb.Struct {
	t.Helper()
	object, err := structpb.NewStruct(members)
	if err != nil {
		t.Fatal(err)
	}
	return object
}

// uuids are n different UUIDs.
func uuids(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("0d5f6c1e-6f0e-4c43-9d0a-%012d", i)
	}
	return all
}

const (
	noUUID   = "want a UUID, for example 0193b7c2-5f4e-7c30-9a51-3d2e8f6b1a04"
	tooShort = "must be at least 3 characters"
	required = "value is required"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	media := pb.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA
	unspecified, odd := pb.TrunkMediaType_TRUNK_MEDIA_TYPE_UNSPECIFIED, pb.TrunkMediaType(77)
	good := &pb.SipConnection{
		Name: new("HQ"), Subdomain: new("northwind-hq"), Ip: new("198.51.100.17"), Port: new(int32(5060)), Active: new(false), ProductId: new(int32(3)),
		Class4IngressTrunkSettings: &pb.TrunkSettings{MediaType: &media},
		OutboundVoiceProfileUuid:   new(strings.ToUpper(id)),
	}
	bad := func() *pb.SipConnection {
		return &pb.SipConnection{
			Uuid: "x", Name: new(""), Subdomain: new("a"), Ip: new("::1"), Port: new(int32(80)), ProductId: new(int32(0)),
			Class4IngressTrunkSettings: &pb.TrunkSettings{MediaType: &unspecified},
			Class4EgressTrunkSettings:  &pb.TrunkSettings{MediaType: &odd},
			OutboundVoiceProfileUuid:   new("y"),
		}
	}
	cases := map[string]struct {
		request proto.Message
		want    []string // the beginning of each line
	}{
		"create":                        {&pb.CreateSipConnectionRequest{SipConnection: good}, nil},
		"create, only what is required": {&pb.CreateSipConnectionRequest{SipConnection: &pb.SipConnection{Name: new("x")}}, nil},
		"create, nothing":               {&pb.CreateSipConnectionRequest{}, []string{"sip_connection: " + required}},
		"create, an empty resource":     {&pb.CreateSipConnectionRequest{SipConnection: &pb.SipConnection{}}, []string{"sip_connection.name: " + required}},
		"create, everything wrong": {&pb.CreateSipConnectionRequest{SipConnection: bad()}, []string{
			"sip_connection.class4_egress_trunk_settings.media_type: want one of TRUNK_MEDIA_TYPE_BYPASS_MEDIA, TRUNK_MEDIA_TYPE_PROXY_MEDIA_TRANSCODING, TRUNK_MEDIA_TYPE_PROXY_MEDIA",
			"sip_connection.class4_ingress_trunk_settings.media_type: want one of TRUNK_MEDIA_TYPE_BYPASS_MEDIA, ",
			"sip_connection.ip: ", "sip_connection.name: ", "sip_connection.outbound_voice_profile_uuid: " + noUUID,
			"sip_connection.port: want a whole number from 1024 to 65535", "sip_connection.product_id: want a whole number from 1 to 1024",
			"sip_connection.subdomain: " + tooShort,
		}},
		"create, two places": {&pb.CreateSipUserInviteRequest{SipConnectionUuid: "x", SipUserInvite: &pb.SipUserInvite{}}, []string{
			"sip_connection_uuid: " + noUUID, "sip_user_invite.name: " + required}},
		"create, no parent":  {&pb.CreateSipUserInviteRequest{SipUserInvite: &pb.SipUserInvite{Name: new("ab")}}, []string{"sip_connection_uuid: " + required, "sip_user_invite.name: " + tooShort}},
		"create, characters": {&pb.CreateSipUserInviteRequest{SipConnectionUuid: id, SipUserInvite: &pb.SipUserInvite{Name: new(strings.Repeat("é", 255))}}, nil},
		"create, too many":   {&pb.CreateSipUserInviteRequest{SipConnectionUuid: id, SipUserInvite: &pb.SipUserInvite{Name: new(strings.Repeat("é", 256))}}, []string{"sip_user_invite.name: must be at most 255"}},
		"create, upper case": {&pb.CreateSipUserInviteRequest{SipConnectionUuid: strings.ToUpper(id), SipUserInvite: &pb.SipUserInvite{Name: new("abc")}}, nil},
		"create, another parent": {&pb.CreateSipUserInviteRequest{SipConnectionUuid: id, SipUserInvite: &pb.SipUserInvite{Name: new("abc"), SipConnectionUuid: new("5f1c2b3a-0000-4000-8000-000000000009")}},
			[]string{"sip_user_invite.sip_connection_uuid: differs from the value in the request"}},
		"create, another domain": {&pb.CreateSipUserInviteRequest{SipConnectionUuid: id, SipDomain: "a.example", SipUserInvite: &pb.SipUserInvite{Name: new("abc"), SipDomain: new("b.example")}},
			[]string{"sip_user_invite.sip_domain: differs from the value in the request"}},
		"create, the same parent":   {&pb.CreateSipUserInviteRequest{SipConnectionUuid: id, SipUserInvite: &pb.SipUserInvite{Name: new("abc"), SipConnectionUuid: new(strings.ToUpper(id))}}, nil},
		"get":                       {&pb.GetSipConnectionRequest{Uuid: id}, nil},
		"get, nothing":              {&pb.GetSipConnectionRequest{}, []string{"uuid: " + required}},
		"get, both ids wrong":       {&pb.GetSipUserInviteRequest{SipConnectionUuid: "x", Uuid: id[1:]}, []string{"sip_connection_uuid: " + noUUID, "uuid: " + noUUID}},
		"delete":                    {&pb.DeleteSipUserInviteRequest{SipConnectionUuid: id, Uuid: id}, nil},
		"delete, without dashes":    {&pb.DeleteSipConnectionRequest{Uuid: strings.ReplaceAll(id, "-", "")}, []string{"uuid: " + noUUID}},
		"update":                    {&pb.UpdateSipUserInviteRequest{SipConnectionUuid: id, SipUserInvite: &pb.SipUserInvite{Uuid: id, Name: new("abc")}}, nil},
		"update, no resource":       {&pb.UpdateSipUserInviteRequest{SipConnectionUuid: id}, []string{"sip_user_invite: " + required}},
		"update, no id":             {&pb.UpdateSipUserInviteRequest{SipConnectionUuid: id, SipUserInvite: &pb.SipUserInvite{Name: new("abc")}}, []string{"sip_user_invite.uuid: " + required}},
		"update, a bad id":          {&pb.UpdateSipUserInviteRequest{SipConnectionUuid: id, SipUserInvite: &pb.SipUserInvite{Uuid: "x", Name: new("abc")}}, []string{"sip_user_invite.uuid: " + noUUID}},
		"update, a long etag":       {&pb.UpdateSipConnectionRequest{SipConnection: &pb.SipConnection{Uuid: id, Port: new(int32(5060)), Etag: new(strings.Repeat("e", 129))}}, []string{"sip_connection.etag: must be at most 128 bytes"}},
		"update, its etag is long":  {&pb.UpdateSipConnectionRequest{SipConnection: &pb.SipConnection{Uuid: id, Port: new(int32(5060)), Etag: new(strings.Repeat("e", 129))}, UpdateMask: mask("port")}, []string{"sip_connection.etag: must be at most 128 bytes"}},
		"update, name not required": {&pb.UpdateSipConnectionRequest{SipConnection: &pb.SipConnection{Uuid: id, Port: new(int32(5060))}}, nil},
		"update, the mask leaves out": {&pb.UpdateSipConnectionRequest{SipConnection: func() *pb.SipConnection {
			c := bad()
			c.Uuid, c.Port = id, new(int32(5060))
			return c
		}(), UpdateMask: mask("port")}, nil},
		"update, the mask names": {&pb.UpdateSipConnectionRequest{SipConnection: bad(), UpdateMask: mask("port", "class4EgressTrunkSettings")}, []string{
			"sip_connection.class4_egress_trunk_settings.media_type: ", "sip_connection.port: ", "sip_connection.uuid: " + noUUID,
		}},
		"update, the mask names in JSON": {&pb.UpdateSipConnectionRequest{SipConnection: &pb.SipConnection{Uuid: id, ProductId: new(int32(0))}, UpdateMask: mask("productId")}, []string{"sip_connection.product_id: "}},
		"update, any field": {&pb.UpdateSipConnectionRequest{SipConnection: bad(), UpdateMask: mask("*")}, slices.Sorted(slices.Values([]string{
			"sip_connection.active: has no empty value: give it a value, or name the fields to change in the update mask",
			"sip_connection.class4_egress_trunk_settings.media_type: ",
			"sip_connection.class4_ingress_trunk_settings.media_type: ", "sip_connection.ip: ", "sip_connection.name: ", "sip_connection.outbound_voice_profile_uuid: ",
			"sip_connection.port: ", "sip_connection.product_id: ", "sip_connection.subdomain: ", "sip_connection.uuid: ",
			"sip_connection.shaken_verify_policy: has no empty value: give it a value, or name the fields to change in the update mask",
		}))},
		"update, an empty mask counts as none": {&pb.UpdateSipConnectionRequest{SipConnection: &pb.SipConnection{Uuid: id, Port: new(int32(1))}, UpdateMask: mask()}, []string{"sip_connection.port: "}},
		"update, rules and mask": {&pb.UpdateSipUserInviteRequest{SipConnectionUuid: "x", SipUserInvite: &pb.SipUserInvite{Uuid: id, Name: new("a")}, UpdateMask: mask("name", "token", "bogus")}, []string{
			"sip_connection_uuid: " + noUUID, "sip_user_invite.name: " + tooShort, "update_mask: token is output only", `update_mask: unknown field "bogus"`,
		}},
		"update, the mask alone is the handler's": {&pb.UpdateSipUserInviteRequest{SipConnectionUuid: id, SipUserInvite: &pb.SipUserInvite{Uuid: id}, UpdateMask: mask("bogus")}, nil},
		"update, output only values":              {&pb.UpdateSipUserInviteRequest{SipConnectionUuid: "x", SipUserInvite: &pb.SipUserInvite{Uuid: id, Token: new("t")}}, []string{"sip_connection_uuid: ", "update_mask: the update is empty"}},

		"assign":                {&pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: id, AddTnLeaseUuids: uuids(1000)}, nil},
		"assign, nothing":       {&pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: id}, []string{"add_tn_lease_uuids: name at least one lease to add or to remove"}},
		"assign, too many":      {&pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: id, AddTnLeaseUuids: uuids(600), RemoveTnLeaseUuids: uuids(1001)[600:]}, []string{"add_tn_lease_uuids: name at most 1000 leases to add and to remove together"}},
		"assign, in both":       {&pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: id, AddTnLeaseUuids: []string{id}, RemoveTnLeaseUuids: []string{strings.ToUpper(id)}}, []string{"remove_tn_lease_uuids: name each lease once, and not both to add and to remove"}},
		"assign, twice":         {&pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: id, AddTnLeaseUuids: []string{id, id}}, []string{"add_tn_lease_uuids: name each lease once"}},
		"assign, both":          {&pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: id, AddTnLeaseUuids: []string{id}, RemoveTnLeaseUuids: []string{id}}, []string{"remove_tn_lease_uuids: name each lease once"}},
		"assign, all of it bad": {&pb.AssignSipConnectionTnLeasesRequest{AddTnLeaseUuids: []string{"x", id, "x"}, RemoveTnLeaseUuids: []string{"y"}}, []string{"add_tn_lease_uuids: name each lease once", "add_tn_lease_uuids[0]: " + noUUID, "add_tn_lease_uuids[2]: " + noUUID, "remove_tn_lease_uuids[0]: " + noUUID, "sip_connection_uuid: " + required}},

		"list":                  {&pb.ListSipConnectionsRequest{PageSize: 5000, Filter: `name = "x"`, OrderBy: "name desc"}, nil},
		"list, negative":        {&pb.ListSipConnectionsRequest{PageSize: -1}, []string{"page_size: "}},
		"list, rules and more":  {&pb.ListSipUserInvitesRequest{SipConnectionUuid: "x", PageSize: -1, Filter: `nome = "x"`, OrderBy: "name sideways"}, []string{"filter: unknown field \"nome\"", "order_by: \"name sideways\"", "page_size: ", "sip_connection_uuid: " + noUUID}},
		"list, one rule broken": {&pb.ListSipUserInvitesRequest{SipConnectionUuid: "x", PageSize: 7, Filter: `name = "x"`, OrderBy: "name"}, []string{"sip_connection_uuid: " + noUUID}},
		"list, other rows":      {&pb.ListSipConnectionTnLeasesRequest{SipConnectionUuid: "x", Filter: "autorenew = true", OrderBy: "tn.phone_number, bogus"}, []string{"order_by: unknown field \"bogus\"", "sip_connection_uuid: " + noUUID}},
		"list, a long filter":   {&pb.ListSipConnectionsRequest{Filter: strings.Repeat("x", 8193), OrderBy: strings.Repeat("y", 1025), PageSize: -1}, []string{"filter: ", "order_by: ", "page_size: "}},
		"list, the filter alone is the handler's": {&pb.ListSipConnectionsRequest{Filter: "bogus = 1"}, nil},
		"list, a token is the handler's":          {&pb.ListSipConnectionsRequest{PageSize: -1, PageToken: "bogus"}, []string{"page_size: "}},
	}
	v := newValidator(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := proto.Clone(c.request)
			got := told(t, v.Check(c.request, nil))
			if len(got) != len(c.want) {
				t.Fatalf("told %q, want %q", got, c.want)
			}
			for i, beginning := range c.want {
				if !strings.HasPrefix(got[i], beginning) {
					t.Errorf("told %q, want %q…", got[i], beginning)
				}
			}
			if !proto.Equal(before, c.request) {
				t.Error("the request was changed")
			}
		})
	}
}

// TestOtherSettings: settings that are not modelled pass, whatever they are. The one that is
// modelled has a field of its own, which lacks the words that the contract does not know.
func TestOtherSettings(t *testing.T) {
	t.Parallel()
	v := newValidator(t)
	for name, c := range map[string]struct {
		settings map[string]any
		want     []string
	}{
		"none":                 {map[string]any{}, nil},
		"some":                 {map[string]any{"call_limit": 10, "codecs": []any{"PCMU"}, "deep": map[string]any{"media_type": "x"}}, nil},
		"the modelled one":     {map[string]any{"media_type": "Proxy Media"}, []string{"sip_connection.class4_egress_trunk_settings.other_settings: must not have the media type, which has a field of its own"}},
		"of another word":      {map[string]any{"media_type": "Carrier Pigeon"}, nil},
		"of no word":           {map[string]any{"media_type": 7}, nil},
		"the modelled, empty":  {map[string]any{"media_type": ""}, []string{"sip_connection.class4_egress_trunk_settings.other_settings: must not have the media type, which has a field of its own"}},
		"the modelled, nulled": {map[string]any{"media_type": nil}, []string{"sip_connection.class4_egress_trunk_settings.other_settings: must not have the media type, which has a field of its own"}},
	} {
		request := &pb.CreateSipConnectionRequest{SipConnection: &pb.SipConnection{
			Name: new("HQ"), Class4EgressTrunkSettings: &pb.TrunkSettings{OtherSettings: settings(t, c.settings)},
		}}
		if diff := cmp.Diff(c.want, told(t, v.Check(request, nil))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestEveryRequestCompiles: the rules of every service of the contract, and an empty
// request of every method has an answer.
func TestEveryRequestCompiles(t *testing.T) {
	t.Parallel()
	services := contract.Services(protoregistry.GlobalFiles)
	v, err := validation.New(services...)
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range contract.Methods(services) {
		input := method.Input()
		kind, err := protoregistry.GlobalTypes.FindMessageByName(input.FullName())
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range told(t, v.Check(kind.New().Interface(), nil)) {
			if strings.HasPrefix(line, ":") {
				t.Errorf("%s: %q names no field", input.Name(), line)
			}
		}
	}
}

// TestEveryViolationNamesAField: also those of rules on whole messages.
func TestEveryViolationNamesAField(t *testing.T) {
	t.Parallel()
	request := &pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: "x", AddTnLeaseUuids: append(uuids(1000), "x", "x"), RemoveTnLeaseUuids: []string{"x"}}
	for _, line := range told(t, newValidator(t).Check(request, nil)) {
		field, _, _ := strings.Cut(line, ":")
		name, _, _ := strings.Cut(field, "[")
		if request.ProtoReflect().Descriptor().Fields().ByName(protoreflect.Name(name)) == nil {
			t.Errorf("%q names no field", line)
		}
	}
}

// TestRequestOfAnotherService: what is not the contract's, such as a health check,
// has no rules.
func TestRequestOfAnotherService(t *testing.T) {
	t.Parallel()
	if err := newValidator(t).Check(&fieldmaskpb.FieldMask{}, nil); err != nil {
		t.Errorf("got %v", err)
	}
}

func BenchmarkCheck(b *testing.B) {
	v := newValidator(b)
	requests := map[string]proto.Message{
		"create": &pb.CreateSipUserInviteRequest{SipConnectionUuid: id, SipUserInvite: &pb.SipUserInvite{Name: new("Front desk")}},
		"assign": &pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: id, AddTnLeaseUuids: uuids(1000)},
		"list":   &pb.ListSipConnectionsRequest{Filter: `name = "x"`},
	}
	for name, request := range requests {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := v.Check(request, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestOrder: rules come before what only the handler would find.
func TestOrder(t *testing.T) {
	t.Parallel()
	request := &pb.ListSipUserInvitesRequest{SipConnectionUuid: "x", Filter: "bogus = 1"}
	var fields []string
	for _, violation := range status.Violations(newValidator(t).Check(request, nil)) {
		fields = append(fields, violation.GetField())
	}
	if diff := cmp.Diff([]string{"sip_connection_uuid", "filter"}, fields); diff != "" {
		t.Error(diff)
	}
}

// TestReadAndRulesTogether: what the JSON gateway could not read and the rules that the
// rest breaks are reported at once, and nothing twice.
func TestReadAndRulesTogether(t *testing.T) {
	t.Parallel()
	v := wholeValidator(t)
	call := received.Call{Message: (&pb.CreateSipConnectionRequest{}).ProtoReflect().Descriptor(), Body: "sip_connection"}
	request := func() *pb.CreateSipConnectionRequest {
		return &pb.CreateSipConnectionRequest{SipConnection: &pb.SipConnection{Ip: new("x")}}
	}
	for name, c := range map[string]struct {
		in   received.Request
		want []string
	}{
		"a field of the wrong type is not missing": {
			received.Request{Violations: []*errdetails.BadRequest_FieldViolation{status.BrokenRule("sip_connection.name", "WRONG_TYPE", "want a string")}},
			[]string{"sip_connection.name WRONG_TYPE", "sip_connection.ip STRING_IPV4"},
		},
		"an unknown field beside a missing one": {
			received.Request{Violations: []*errdetails.BadRequest_FieldViolation{status.BrokenRule("sip_connection.nmae", "UNKNOWN_FIELD", "unknown")}},
			[]string{"sip_connection.nmae UNKNOWN_FIELD", "sip_connection.ip STRING_IPV4", "sip_connection.name REQUIRED"},
		},
		"half a body is not judged": {
			received.Request{Partial: true, Violations: []*errdetails.BadRequest_FieldViolation{status.BrokenRule("body", "INVALID_JSON", "ends early")}},
			[]string{"body INVALID_JSON"},
		},
		"only rules": {received.Request{}, []string{"sip_connection.ip STRING_IPV4", "sip_connection.name REQUIRED"}},
	} {
		c.in.Call = call
		var got []string
		for _, violation := range status.Violations(v.Check(request(), &c.in)) {
			got = append(got, violation.GetField()+" "+violation.GetReason())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	unread := errors.New("too large")
	if err := v.Check(request(), &received.Request{Call: call, Unread: unread}); !errors.Is(err, unread) {
		t.Errorf("got %v", err)
	}
}
