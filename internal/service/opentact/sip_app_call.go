package opentact

import (
	"context"
	"strings"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// ListSipAppCalls lists the calls that are online.
func (s *SipAppService) ListSipAppCalls(ctx context.Context, request *pb.ListSipAppCallsRequest) (*pb.ListSipAppCallsResponse, error) {
	calls, next, err := page(s.Tokens(ctx), request, "uuid", nowhere[pb.SipAppCall], func(begin func() opentact.Keep[pb.SipAppCall]) error {
		return opentact.List(ctx, s.Vendor, opentact.ListOnlineCalls, sipAppCallKind, begin)
	})
	if err != nil {
		return nil, err
	}
	return &pb.ListSipAppCallsResponse{SipAppCalls: calls, NextPageToken: next}, nil
}

// ExecuteCallFlow runs a call flow on a call. That the flow is right has been checked with
// the rest of the request.
func (s *SipAppService) ExecuteCallFlow(ctx context.Context, request *pb.ExecuteCallFlowRequest) (*pb.ExecuteCallFlowResponse, error) {
	uuid := strings.ToLower(request.GetCallUuid())
	call, err := s.sendCallFlow(ctx, request, uuid)
	if err != nil {
		return nil, err
	}
	if call == nil { // confirmed, but not shown
		call = &pb.SipAppCall{Uuid: uuid}
	}
	return &pb.ExecuteCallFlowResponse{SipAppCall: call}, nil
}

// sendCallFlow runs the call flow, or checks that the call is online.
func (s *SipAppService) sendCallFlow(ctx context.Context, request *pb.ExecuteCallFlowRequest, uuid string) (*pb.SipAppCall, error) {
	if !request.GetValidateOnly() {
		return opentact.ExecuteCallFlow(ctx, s.Vendor, sipAppCallKind, uuid, request.GetCallFlowXml())
	}
	wanted := func(call *pb.SipAppCall) bool { return call.GetUuid() == uuid }
	call, err := opentact.Find(ctx, s.Vendor, opentact.ListOnlineCalls, sipAppCallKind, wanted)
	if err != nil {
		return nil, upstream.BeforeWrite(err, opentact.ExecuteRoute)
	}
	return call, s.Vendor.PlanCallFlow(ctx, uuid, request.GetCallFlowXml())
}
