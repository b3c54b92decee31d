package opentact

import (
	"context"
	"strings"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

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
