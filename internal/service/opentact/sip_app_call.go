package opentact

import (
	"context"
	"strings"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// ListSipAppCalls lists the calls that are online.
func (s *SipAppService) ListSipAppCalls(ctx context.Context, request *pb.ListSipAppCallsRequest) (*pb.ListSipAppCallsResponse, error) {
	calls, next, err := page(s.tokens, request, "uuid", nowhere[pb.SipAppCall], func(begin func() opentact.Keep[pb.SipAppCall]) error {
		return opentact.List(ctx, s.vendor, opentact.ListOnlineCalls, sipAppCallKind, begin)
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
	call, err := opentact.ExecuteCallFlow(ctx, s.vendor, sipAppCallKind, uuid, request.GetCallFlowXml())
	if err != nil {
		return nil, err
	}
	if call == nil { // confirmed, but not shown
		call = &pb.SipAppCall{Uuid: uuid}
	}
	return &pb.ExecuteCallFlowResponse{SipAppCall: call}, nil
}
