package validation

import (
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/callflow"
	"github.com/sipfacade/sipfacade/internal/status"
)

// callFlowField is the field of ExecuteCallFlowRequest with the XML document.
const callFlowField = "call_flow_xml"

// callFlowViolations returns the first mistake of the XML of an ExecuteCallFlowRequest,
// which no rule language can find. XML that breaks a rule is not read: it is missing or
// too long.
func callFlowViolations(request proto.Message, found []*fieldViolation) []*fieldViolation {
	execute, ok := request.(*sipfacadev1.ExecuteCallFlowRequest)
	if !ok || names(found, callFlowField) {
		return nil
	}
	if mistake := callflow.Check(execute.GetCallFlowXml()); mistake != nil {
		return []*fieldViolation{status.BrokenRule(callFlowField, "CALL_FLOW", "%s", mistake)}
	}
	return nil
}
