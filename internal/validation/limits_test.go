package validation_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/validation"
)

// hostile are requests of megabytes that are made to be expensive, as they arrive over
// gRPC, and what is wrong with each.
func hostile(t testing.TB) map[string]struct {
	request proto.Message
	want    string
} {
	t.Helper()
	keys := map[string]any{}
	for i := range 100_000 {
		keys[fmt.Sprint("setting", i)] = 1
	}
	deep := map[string]any{}
	for range 1000 {
		deep = map[string]any{"a": deep}
	}
	paths := make([]string, 300_000)
	for i := range paths {
		paths[i] = fmt.Sprint("path", i)
	}
	long := strings.Repeat("0:", 2<<20)
	create := func(settings map[string]any, other *pb.SipConnection) proto.Message {
		other.Name = new("abc")
		if settings != nil {
			other.Class4EgressTrunkSettings = trunk(t, settings)
		}
		return &pb.CreateSipConnectionRequest{SipConnection: other}
	}
	const tooLong = "must be at most 4096 bytes"
	return map[string]struct {
		request proto.Message
		want    string
	}{
		"ids":           {&pb.AddPbxGroupUsersRequest{DomainId: 1, GroupId: 1, UserIds: make([]uint32, 4<<20)}, "user_ids: must have at most 1000 elements"},
		"uuids":         {&pb.AssignSipAppTnLeasesRequest{SipAppUuid: id, RemoveTnLeaseUuids: make([]string, 2<<20)}, "remove_tn_lease_uuids: must have at most 1000 elements"},
		"mask":          {&pb.UpdateSipConnectionRequest{SipConnection: &pb.SipConnection{Uuid: id}, UpdateMask: mask(paths...)}, "update_mask: has more than 100 paths"},
		"settings":      {create(keys, &pb.SipConnection{}), "sip_connection.class4_egress_trunk_settings.other_settings: has more than 1000 values in all"},
		"deep settings": {create(deep, &pb.SipConnection{}), "sip_connection.class4_egress_trunk_settings.other_settings: is nested deeper than 16 levels"},
		"leases": {
			create(nil, &pb.SipConnection{TnLeases: &pb.TnLeaseList{Items: slices.Repeat([]*pb.TnLease{{}}, 2<<20)}}),
			"sip_connection.tn_leases.items: the request has more than 20000 messages, list elements and map entries in all",
		},
		"address":    {create(nil, &pb.SipConnection{Ip: new(long)}), "sip_connection.ip: " + tooLong},
		"network":    {&pb.CreatePbxTrustedNetworkRequest{DomainId: 1, PbxTrustedNetwork: &pb.PbxTrustedNetwork{Network: new(long)}}, "pbx_trusted_network.network: " + tooLong},
		"uuid":       {&pb.GetSipConnectionRequest{Uuid: long}, "uuid: " + tooLong},
		"name":       {create(nil, &pb.SipConnection{Subdomain: new(long)}), "sip_connection.subdomain: must be at most 255 characters"},
		"filter":     {&pb.ListSipConnectionsRequest{Filter: long}, "filter: must be at most 8192 bytes"},
		"order":      {&pb.ListSipConnectionsRequest{OrderBy: long}, "order_by: must be at most 1024 bytes"},
		"page token": {&pb.ListSipConnectionsRequest{PageToken: long, PageSize: -1}, "page_size: want a whole number from 0 to 2147483647"},
		"call flow":  {&pb.ExecuteCallFlowRequest{CallUuid: id, CallFlowXml: long}, "call_flow_xml: must be at most 262144 bytes"},
	}
}

func trunk(t testing.TB, members map[string]any) *pb.TrunkSettings {
	t.Helper()
	return &pb.TrunkSettings{OtherSettings: settings(t, members)}
}

// wholeValidator knows the requests of all services.
func wholeValidator(t testing.TB) *validation.Validator {
	t.Helper()
	services := func(file protoreflect.FileDescriptor) protoreflect.ServiceDescriptor { return file.Services().Get(0) }
	v, err := validation.New(
		services(pb.File_sipfacade_v1_sip_connection_service_proto),
		services(pb.File_sipfacade_v1_sip_app_service_proto),
		services(pb.File_sipfacade_v1_pbx_config_service_proto),
	)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// check returns what a validator says of a request, and how many bytes the check allocates
// once the rules are compiled.
func check(v *validation.Validator, request proto.Message) (allocated uint64, err error) {
	_ = v.Check(request.ProtoReflect().New().Interface(), nil) // compiles them
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err = v.Check(request, nil)
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, err
}

// TestHostileRequests: a request beyond a limit is answered with this one violation, and
// the check allocates no more than a request of usual size does.
func TestHostileRequests(t *testing.T) {
	v := wholeValidator(t)
	for name, c := range hostile(t) {
		allocated, err := check(v, c.request)
		if diff := cmp.Diff([]string{c.want}, told(t, err)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if allocated > 1<<20 {
			t.Errorf("%s: the check allocated %d bytes", name, allocated)
		}
	}
}

// TestWorstWithinTheLimits: the rules of a request that exceeds no limit cost at most a
// few kilobytes for each violation.
func TestWorstWithinTheLimits(t *testing.T) {
	v := wholeValidator(t)
	ids := make([]string, 1000)
	for i := range ids {
		ids[i] = fmt.Sprint("x", i)
	}
	allocated, err := check(v, &pb.AssignSipAppTnLeasesRequest{SipAppUuid: id, AddTnLeaseUuids: ids})
	if lines := told(t, err); len(lines) != 25 {
		t.Errorf("%d violations are named", len(lines))
	}
	if allocated > 4<<20 {
		t.Errorf("the check allocated %d bytes", allocated)
	}
}

// TestOutputOnlyIsNotJudged: rules are on what callers write, not on rows that were read
// and are sent back.
func TestOutputOnlyIsNotJudged(t *testing.T) {
	v := wholeValidator(t)
	wrong := &pb.TnLease{SipConnection: &pb.SipConnection{Uuid: "x", Ip: new("x"), Port: new(int32(0)), ProductId: new(int32(0))}}
	request := &pb.CreateSipConnectionRequest{SipConnection: &pb.SipConnection{
		Name: new("abc"), TnLeases: &pb.TnLeaseList{Items: slices.Repeat([]*pb.TnLease{wrong}, 9000)},
	}}
	allocated, err := check(v, request)
	if err != nil {
		t.Errorf("%.300v", err)
	}
	if allocated > 1<<20 {
		t.Errorf("the check allocated %d bytes", allocated)
	}
	request.SipConnection.Ip = new("x")
	if lines := told(t, v.Check(request, nil)); len(lines) != 1 || !strings.HasPrefix(lines[0], "sip_connection.ip: ") {
		t.Errorf("told %q", lines)
	}
}

func BenchmarkCheckHostile(b *testing.B) {
	v := wholeValidator(b)
	for name, c := range hostile(b) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if v.Check(c.request, nil) == nil {
					b.Fatal("no violation")
				}
			}
		})
	}
}
