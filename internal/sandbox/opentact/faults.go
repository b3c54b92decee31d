package opentact

import (
	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
)

// NewFaultMenu returns an empty menu for this vendor.
func NewFaultMenu() *fault.Menu {
	return fault.NewMenu(fault.Dialect{
		Vendor:      "opentact",
		Routes:      Operations(),
		ErrorBody:   errorBody,
		ContentType: "application/json; charset=utf-8",
		Shapes:      shapes(),
	})
}

func errorBody(status int, message string) []byte {
	envelope := object{{"success", false}, {"message", message}}
	if status != 0 {
		envelope = append(envelope, member{"status", status})
	}
	return appendValue(nil, envelope)
}

// rewriting makes a shape of a function on the decoded answer.
func rewriting(name, explain string, change func(any) any) fault.Shape {
	return fault.Shape{Name: name, Explain: explain, Rewrite: func(_ string, body []byte) ([]byte, error) {
		return fault.RewriteJSON(body, change)
	}}
}

// ofPayload makes a shape of a function on the payload.
func ofPayload(name, explain string, change func(any) any) fault.Shape {
	return rewriting(name, explain, func(answer any) any {
		envelope, isObject := answer.(map[string]any)
		if !isObject {
			return answer
		}
		envelope["payload"] = change(envelope["payload"])
		return envelope
	})
}
