package generation_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/generation"
	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/status"
)

// services are those of OpenTACT.
func services() (found []protoreflect.ServiceDescriptor) {
	for _, file := range []protoreflect.FileDescriptor{
		pb.File_sipfacade_v1_sip_connection_service_proto, pb.File_sipfacade_v1_sip_app_service_proto, pb.File_sipfacade_v1_profile_service_proto,
	} {
		found = append(found, file.Services().Get(0))
	}
	return found
}

// TestTableNamesTheContract: every call, argument and field of the table exists.
func TestTableNamesTheContract(t *testing.T) {
	t.Parallel()
	methods := map[string]protoreflect.MethodDescriptor{}
	for _, service := range services() {
		for i := range service.Methods().Len() {
			method := service.Methods().Get(i)
			methods[string(service.Name())+"."+string(method.Name())] = method
			methods[string(method.Input().Name())] = method
		}
	}
	for _, call := range mapping.OpenTACT.Calls {
		if methods[call.Service+"."+call.Method] == nil || len(call.In) == 0 || call.Instead == "" {
			t.Errorf("%+v", call)
		}
	}
	for _, argument := range mapping.OpenTACT.Arguments {
		for _, request := range argument.Requests {
			if method := methods[request]; method == nil || method.Input().Fields().ByTextName(argument.Field) == nil || argument.Instead == "" {
				t.Errorf("%s.%s", request, argument.Field)
			}
		}
	}
	for _, resource := range mapping.OpenTACT.Resources {
		for _, field := range resource.Fields {
			isDoubly := slices.ContainsFunc(field.Shown, func(g opentactapi.Generation) bool { return field.In.Has(g) })
			if (len(field.In) > 0) != (field.Instead != "") || isDoubly {
				t.Errorf("%s.%s: in %v, instead %q", resource.Message, field.Name, field.In, field.Instead)
			}
		}
	}
}

func TestCheckCall(t *testing.T) {
	t.Parallel()
	for _, g := range opentactapi.Generations() {
		c := generation.New(g, services()...)
		err := c.CheckCall(pb.SipConnectionService_ListSipDomains_FullMethodName)
		if (grpcstatus.Code(err) == codes.Unimplemented) != (g == opentactapi.Generation1) {
			t.Errorf("generation %d: %v", g, err)
		}
		if err := c.CheckCall(pb.SipConnectionService_ListSipConnections_FullMethodName); err != nil {
			t.Errorf("generation %d: %v", g, err)
		}
	}
}

// TestShownFields: a voice profile that was read can be sent back since generation 2,
// although its tech_prefix cannot be written, as long as that is the stored one.
func TestShownFields(t *testing.T) {
	t.Parallel()
	profile := func(prefix int32, etag *string) *pb.OutboundVoiceProfile {
		return &pb.OutboundVoiceProfile{Name: new("n"), TechPrefix: new(prefix), Etag: etag}
	}
	update := func(profile *pb.OutboundVoiceProfile, paths ...string) proto.Message {
		return &pb.UpdateOutboundVoiceProfileRequest{OutboundVoiceProfile: profile, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths}}
	}
	etag := new("e")
	for name, c := range map[string]struct {
		generation opentactapi.Generation
		request    proto.Message
		derived    bool
		refused    bool
	}{
		"read and sent back":        {2, update(profile(1, etag), "name", "tech_prefix", "etag"), true, false},
		"without the etag":          {2, update(profile(1, nil), "name", "tech_prefix"), true, false},
		"nothing else":              {2, update(&pb.OutboundVoiceProfile{Uuid: "u", TechPrefix: new(int32(1))}, "tech_prefix"), true, true},
		"without a mask":            {3, update(profile(1, etag)), false, false},
		"every field":               {3, update(profile(1, etag), "*"), false, false},
		"by the caller's own mask":  {2, update(profile(1, etag), "name", "tech_prefix"), false, true},
		"cleared":                   {2, update(&pb.OutboundVoiceProfile{Etag: etag}, "tech_prefix"), true, true},
		"create":                    {2, &pb.CreateOutboundVoiceProfileRequest{OutboundVoiceProfile: profile(1, etag)}, false, true},
		"not shown":                 {2, update(&pb.OutboundVoiceProfile{MaxRate: new(1.0), Etag: etag}, "max_rate"), true, true},
		"taken in generation 1":     {1, update(profile(1, nil), "tech_prefix"), false, false},
		"not named by the own mask": {2, update(profile(1, nil), "name"), false, false},
	} {
		err := generation.New(c.generation, services()...).CheckFields(c.request, c.derived)
		if (err != nil) != c.refused || err != nil && status.Reason(err) != "UPSTREAM_GENERATION" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for prefix, refused := range map[int32]bool{1: false, 2: true} {
		shown := []protoreflect.FieldDescriptor{profile(1, nil).ProtoReflect().Descriptor().Fields().ByName("tech_prefix")}
		err := generation.New(2, services()...).CheckShown("outbound_voice_profile", shown, profile(prefix, etag), profile(1, nil))
		if (err != nil) != refused || refused && status.Violations(err)[0].GetField() != "outbound_voice_profile.tech_prefix" {
			t.Errorf("tech_prefix %d: %v", prefix, err)
		}
	}
}

// TestCheckFields: a field counts if the request writes it.
func TestCheckFields(t *testing.T) {
	t.Parallel()
	mask := func(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }
	whole := &pb.SipConnection{Name: new("n"), Subdomain: new("abc"), Hostname: new("h"), ShakenVerifyPolicy: new(int32(0))}
	for name, c := range map[string]struct {
		generation opentactapi.Generation
		request    proto.Message
		want       []string
	}{
		"create, 1":       {1, &pb.CreateSipConnectionRequest{SipConnection: whole}, []string{"sip_connection.hostname", "sip_connection.shaken_verify_policy"}},
		"create, 2":       {2, &pb.CreateSipConnectionRequest{SipConnection: whole}, []string{"sip_connection.subdomain", "sip_connection.shaken_verify_policy"}},
		"create, 3":       {3, &pb.CreateSipConnectionRequest{SipConnection: whole}, []string{"sip_connection.subdomain"}},
		"mask":            {1, &pb.UpdateSipConnectionRequest{SipConnection: whole, UpdateMask: mask("name")}, nil},
		"mask, JSON name": {1, &pb.UpdateSipConnectionRequest{SipConnection: &pb.SipConnection{}, UpdateMask: mask("shakenVerifyPolicy")}, []string{"sip_connection.shaken_verify_policy"}},
		"every field":     {3, &pb.UpdateSipConnectionRequest{SipConnection: whole, UpdateMask: mask("*")}, []string{"sip_connection.subdomain"}},
		"argument":        {1, &pb.ListSipUserInvitesRequest{SipDomain: "a.example"}, []string{"sip_domain"}},
		"argument, 2":     {2, &pb.ListSipUserInvitesRequest{SipDomain: "a.example"}, nil},
		"output only":     {2, &pb.CreateSipAppRequest{SipApp: &pb.SipApp{TechPrefix: new(int32(1))}}, nil},
		"no resource":     {1, &pb.CreateSipConnectionRequest{}, nil},
		"another request": {1, &pb.GetSipConnectionRequest{}, nil},
	} {
		err := generation.New(c.generation, services()...).CheckFields(c.request, false)
		var got []string
		for _, violation := range status.Violations(err) {
			got = append(got, violation.GetField())
		}
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil && status.Reason(err) != "UPSTREAM_GENERATION" {
			t.Errorf("%s: %v %s", name, err, diff)
		}
	}
}
