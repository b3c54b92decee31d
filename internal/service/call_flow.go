package service

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// ExecuteCallFlow runs a call flow on a call. That the flow is right has been
// checked with the rest of the request.
func (s *SipAppService) ExecuteCallFlow(ctx context.Context, request *pb.ExecuteCallFlowRequest) (*pb.ExecuteCallFlowResponse, error) {
	uuid := canonical(request.GetCallUuid())
	call, err := s.vendor.ExecuteCallFlow(ctx, uuid, request.GetCallFlowXml())
	if err != nil {
		return nil, err
	}
	if call == nil { // confirmed, but not shown
		return &pb.ExecuteCallFlowResponse{SipAppCall: &pb.SipAppCall{Uuid: uuid}}, nil
	}
	return &pb.ExecuteCallFlowResponse{SipAppCall: sipAppCall(call)}, nil
}

func sipAppCall(from *opentact.Call) *pb.SipAppCall {
	to := &pb.SipAppCall{
		Uuid:       from.UUID,
		From:       from.From,
		To:         from.To,
		State:      from.State,
		Source:     from.Source,
		SipApp:     sipApp(from.App),
		CreateTime: instant(from.CreatedOn),
		UpdateTime: instant(from.ModifiedOn),
	}
	if from.TN != nil {
		to.PhoneNumber = phoneNumber(from.TN.Digits)
	}
	return to
}
