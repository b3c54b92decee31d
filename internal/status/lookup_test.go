package status_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/status"
)

// services are those of the contract.
func services() []protoreflect.ServiceDescriptor { return contract.Services(protoregistry.GlobalFiles) }

func unknownOutcome() error {
	return status.New(codes.Unknown, pb.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN, "nobody knows")
}

// lookupOf returns what an error says about how to look.
func lookupOf(err error) (method, request string) {
	metadata := detailOf[*errdetails.ErrorInfo](err).GetMetadata()
	return metadata["lookupMethod"], metadata["lookupRequest"]
}

// TestEveryWriteHasALookup: the error of each write but a call flow names a call, and
// that of no read does.
func TestEveryWriteHasALookup(t *testing.T) {
	t.Parallel()
	subjects := status.NewSubjects(nil, mapping.NaturalKeys(), services()...)
	for _, service := range services() {
		for i := range service.Methods().Len() {
			method := service.Methods().Get(i)
			made, err := protoregistry.GlobalTypes.FindMessageByName(method.Input().FullName())
			if err != nil {
				t.Fatal(err)
			}
			reads := contract.OnlyReads(method)
			full := contract.FullMethod(method)
			named, _ := lookupOf(subjects.WithLookup(unknownOutcome(), full, made.New().Interface()))
			if want := !reads && method.Name() != "ExecuteCallFlow"; (named != "") != want {
				t.Errorf("%s: lookupMethod %q", full, named)
			}
		}
	}
}

func TestLookupRequests(t *testing.T) {
	t.Parallel()
	subjects := status.NewSubjects(nil, mapping.NaturalKeys(), services()...)
	connections, pbx := "/sipfacade.v1.SipConnectionService/", "/sipfacade.v1.PbxConfigService/"
	for name, c := range map[string]struct {
		method          string
		request         proto.Message
		asks, withWords string
	}{
		"texts and booleans that were sent, quoted": {
			connections + "CreateSipConnection",
			&pb.CreateSipConnectionRequest{SipConnection: &pb.SipConnection{
				Uuid: "x", Name: new(`a "b" \ c`), Subdomain: new(""), Port: new(int32(5060)), Active: new(false), OutboundVoiceProfileUuid: new("y"),
			}},
			"sipfacade.v1.SipConnectionService/ListSipConnections", `{"filter":"name = \"a \\\"b\\\" \\\\ c\" AND active = false"}`,
		},
		"an update": {
			connections + "UpdateSipUserInvite",
			&pb.UpdateSipUserInviteRequest{SipConnectionUuid: "c", SipUserInvite: &pb.SipUserInvite{Uuid: "i", Name: new("n")}},
			"sipfacade.v1.SipConnectionService/GetSipUserInvite", `{"sipConnectionUuid":"c","uuid":"i"}`,
		},
		"an assignment": {
			connections + "AssignSipConnectionTnLeases", &pb.AssignSipConnectionTnLeasesRequest{SipConnectionUuid: "c"},
			"sipfacade.v1.SipConnectionService/ListSipConnectionTnLeases", `{"sipConnectionUuid":"c"}`,
		},
		"a MAC address as it is sent": {
			pbx + "CreatePbxDevice", &pb.CreatePbxDeviceRequest{DomainId: 1, PbxDevice: &pb.PbxDevice{MacAddress: new("10-20-30-1a-2b-3c")}},
			"sipfacade.v1.PbxConfigService/ListPbxDevices", `{"domainId":1,"filter":"mac_address = \"10:20:30:1a:2b:3c\""}`,
		},
		"a natural key of numbers": {
			pbx + "CreatePbxQueueMember",
			&pb.CreatePbxQueueMemberRequest{DomainId: 1, QueueId: 2, PbxQueueMember: &pb.PbxQueueMember{GroupId: new(uint32(3)), RingOrder: new(int32(0))}},
			"sipfacade.v1.PbxConfigService/ListPbxQueueMembers", `{"domainId":1,"queueId":2,"filter":"group_id = 3 AND ring_order = 0"}`,
		},
	} {
		method, request := lookupOf(subjects.WithLookup(unknownOutcome(), c.method, c.request))
		if diff := cmp.Diff([]string{c.asks, c.withWords}, []string{method, request}); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	known := status.New(codes.NotFound, pb.ErrorReason_ERROR_REASON_RESOURCE_NOT_FOUND, "gone")
	if method, _ := lookupOf(subjects.WithLookup(known, connections+"DeleteSipConnection", &pb.DeleteSipConnectionRequest{Uuid: "x"})); method != "" {
		t.Errorf("an error whose outcome is known names %s", method)
	}
}

func TestShouldRetry(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code    codes.Code
		reason  pb.ErrorReason
		details []*errdetails.RetryInfo
		want    bool
	}{
		"not reachable":        {codes.Unavailable, pb.ErrorReason_ERROR_REASON_UPSTREAM_UNREACHABLE, nil, true},
		"rate limit":           {codes.ResourceExhausted, pb.ErrorReason_ERROR_REASON_UPSTREAM_RATE_LIMITED, nil, true},
		"too large":            {codes.ResourceExhausted, pb.ErrorReason_ERROR_REASON_REQUEST_TOO_LARGE, nil, false},
		"deadline":             {codes.DeadlineExceeded, pb.ErrorReason_ERROR_REASON_CALLER_DEADLINE, nil, true},
		"deadline, write sent": {codes.DeadlineExceeded, pb.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN, nil, false},
		"unknown, with a time": {codes.Unknown, pb.ErrorReason_ERROR_REASON_OUTCOME_UNKNOWN, []*errdetails.RetryInfo{{}}, true},
		"cancelled":            {codes.Canceled, pb.ErrorReason_ERROR_REASON_CALLER_CANCELLED, nil, false},
		"invalid":              {codes.InvalidArgument, pb.ErrorReason_ERROR_REASON_REQUEST_INVALID, nil, false},
		"conflict":             {codes.Aborted, pb.ErrorReason_ERROR_REASON_CONFLICT, nil, false},
	} {
		err := status.New(c.code, c.reason, "")
		if len(c.details) > 0 {
			err = status.New(c.code, c.reason, "", c.details[0])
		}
		if got := status.ShouldRetry(err); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
}

func TestRename(t *testing.T) {
	t.Parallel()
	upper := func(field string) string { return "<" + field + ">" }
	renamed := status.Rename(status.Invalid(status.BrokenRule("a.b", "RULE", "is wrong")), upper)
	if got := status.Violations(renamed)[0].GetField(); got != "<a.b>" {
		t.Errorf("got %s", got)
	}
	var shown interface{ GRPCStatus() *grpcstatus.Status }
	if !errors.As(renamed, &shown) || shown.GRPCStatus().Message() != "invalid request: <a.b>: is wrong" {
		t.Errorf("got %v", renamed)
	}
	other := unknownOutcome()
	if got := status.Rename(other, upper); !errors.Is(got, other) {
		t.Errorf("an error without violations became %v", got)
	}
}
