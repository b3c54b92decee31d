package validation

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/callflow"
	"github.com/sipfacade/sipfacade/internal/status"
)

// custom are the rules that the contract states in words, because no rule language
// can: by the request that they are about.
var custom = map[protoreflect.FullName]func(request proto.Message) []*fieldViolation{
	"sipfacade.v1.ExecuteCallFlowRequest": callFlowViolations,
}

// callFlowViolations finds the first mistake of the XML. That there is any is a
// rule of its own.
func callFlowViolations(request proto.Message) []*fieldViolation {
	execute, ok := request.(*sipfacadev1.ExecuteCallFlowRequest)
	if !ok || execute.GetCallFlowXml() == "" || len(execute.GetCallFlowXml()) > maxCallFlowBytes {
		return nil
	}
	if mistake := callflow.Check(execute.GetCallFlowXml()); mistake != nil {
		return []*fieldViolation{status.Violation("call_flow_xml", "%s", mistake)}
	}
	return nil
}

// maxCallFlowBytes is where the contract's own rule refuses the call flow; a larger
// one is not read.
const maxCallFlowBytes = 256 << 10
