package main

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/openapi"
)

// parameters completes the parameters of an operation: names and rules, and the headers.
func (t *transformer) parameters(called *method, operation *openapi.Operation) error {
	var kept []*openapi.Parameter
	for _, parameter := range operation.Parameters {
		field, err := called.field(parameter.Name)
		if err != nil {
			return err
		}
		switch {
		case parameter.In == "path":
			parameter.Name = field.JSONName()
		case field.Name() == contract.RequestID, field.Name() == contract.ValidateOnly:
			continue // the document has them once
		}
		parameter.Description = comment(field)
		if field.Name() == contract.UpdateMask {
			parameter.Description = maskText(called.resource())
		}
		if parameter.Schema, err = t.parameterSchema(field, parameter); err != nil {
			return err
		}
		kept = append(kept, parameter)
	}
	kept = append(kept, t.sharedParameters(called)...)
	operation.Parameters = kept
	return nil
}

// parameterSchema returns what the text of a parameter may be.
func (t *transformer) parameterSchema(field protoreflect.FieldDescriptor, parameter *openapi.Parameter) (*openapi.Schema, error) {
	made, err := t.value(field, formCall, parameter.Schema)
	if err != nil {
		return nil, err
	}
	if parameter.In == "path" {
		requireValue(field, made)
	}
	made.Description = ""
	return made, nil
}

// sharedParameters returns those that are the same for all calls that have them.
func (t *transformer) sharedParameters(called *method) []*openapi.Parameter {
	var found []*openapi.Parameter
	add := func(holds bool, name string) {
		if holds {
			found = append(found, &openapi.Parameter{Ref: "#/components/parameters/" + name})
		}
	}
	t.fillRequestID(called)
	add(called.takes(contract.ValidateOnly), "validateOnly")
	add(called.takes(contract.RequestID), "requestId")
	add(called.takes(contract.RequestID), "idempotencyKey")
	add(called.takes(contract.Etag) || called.verb == "patch" && called.resource().Fields().ByName(contract.Etag) != nil, "ifMatch")
	add(true, "explain")
	return found
}

// fillRequestID gives the parameters of request ids the rule of the field.
func (t *transformer) fillRequestID(called *method) {
	field := called.Input().Fields().ByName(contract.RequestID)
	if field == nil {
		return
	}
	for _, name := range []string{"requestId", "idempotencyKey"} {
		pattern := rulesOf(field).GetString().GetPattern()
		t.made.Components.Parameters[name].Schema = &openapi.Schema{Type: openapi.Types{"string"}, Pattern: pattern}
	}
}

// maskText describes the parameter updateMask of a resource.
func maskText(resource protoreflect.MessageDescriptor) string {
	var names []string
	for field := range contract.Fields(resource) {
		if updatable(field) {
			names = append(names, "`"+field.JSONName()+"`")
		}
	}
	slices.Sort(names)
	return "Which members to write, separated by commas, or `*` for all: " + strings.Join(names, ", ") +
		". Without it the members of the body are written, and `null` clears one. With it, a named member that the body does not have is cleared."
}
