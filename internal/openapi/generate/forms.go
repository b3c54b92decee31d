package main

import (
	"fmt"
	"slices"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/openapi"
)

// form is what a schema of a message is for. The forms of one message differ in the members
// that it has, in which of them are required, and in the rules that hold.
type form struct {
	// suffix of the component's name.
	suffix string
	// input says that callers send it.
	input bool
}

var (
	formRead   = form{}                                  // what is answered
	formCreate = form{suffix: "Create", input: true}     // the body of a create
	formUpdate = form{suffix: "Update", input: true}     // the body of a PATCH
	formInput  = form{suffix: "Input", input: true}      // a part of one of these
	formCall   = form{suffix: "", input: true}           // the parameters of a call, as a body
	mayBeNull  = &openapi.Schema{Type: []string{"null"}} // clears a member
)

// refer returns a reference to the form of a message, and makes that if it is not there. The
// base is its generated schema if the generated document has that inline.
func (t *transformer) refer(message protoreflect.MessageDescriptor, as form, base *openapi.Schema) (*openapi.Schema, error) {
	if message.Fields().Len() == 0 {
		return &openapi.Schema{Ref: openapi.SchemaRef("Empty")}, nil
	}
	name := string(message.Name()) + as.suffix
	ref := &openapi.Schema{Ref: openapi.SchemaRef(name)}
	if t.forms[name] {
		return ref, nil
	}
	t.forms[name] = true
	if t.made.Components.Schemas[name] != nil {
		return nil, fmt.Errorf("two schemas are called %s", name)
	}
	if base == nil || base.Ref != "" {
		base = t.base.Components.Schemas[string(message.FullName())]
	}
	if base == nil {
		return nil, fmt.Errorf("the generated document has no %s", message.FullName())
	}
	made, err := t.object(message, as, base)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t.made.Components.Schemas[name] = made
	return ref, nil
}

// object makes the form of a message.
func (t *transformer) object(message protoreflect.MessageDescriptor, as form, base *openapi.Schema) (*openapi.Schema, error) {
	made := &openapi.Schema{Type: openapi.Types{"object"}, Description: comment(message)}
	for field := range contract.Fields(message) {
		generated := base.Properties.Get(field.JSONName())
		if generated == nil && as == formCall {
			continue // a variable of the path
		}
		if generated == nil {
			return nil, fmt.Errorf("the generated schema has no %s", field.JSONName())
		}
		if !as.input && contract.Behaves(field, annotations.FieldBehavior_INPUT_ONLY) {
			continue
		}
		property, err := t.property(field, as, generated)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", field.Name(), err)
		}
		made.Properties = append(made.Properties, openapi.Property{Name: field.JSONName(), Schema: property})
		if isRequired(field, as) {
			made.Required = append(made.Required, field.JSONName())
		}
	}
	if as.input {
		made.AdditionalProperties = &openapi.Schema{Nothing: true}
		describeRules(made, messageRules(message).GetCel())
	}
	return made, nil
}

// property makes the schema of a member.
func (t *transformer) property(field protoreflect.FieldDescriptor, as form, generated *openapi.Schema) (*openapi.Schema, error) {
	if isIgnored(field, as) {
		return t.ignored(field, generated)
	}
	inner := as
	if as.input {
		inner = formInput
	}
	property, err := t.value(field, inner, generated)
	if err != nil {
		return nil, err
	}
	if as == formUpdate && clears(field) {
		property = orNull(property)
	}
	property.ReadOnly = !as.input && contract.Behaves(field, annotations.FieldBehavior_OUTPUT_ONLY)
	property.WriteOnly = contract.Behaves(field, annotations.FieldBehavior_INPUT_ONLY)
	return property, nil
}

// ignored makes the schema of a member that a body may have without effect. Of other
// resources in it the document says no more than that they are objects.
func (t *transformer) ignored(field protoreflect.FieldDescriptor, generated *openapi.Schema) (*openapi.Schema, error) {
	if contract.IsRelation(field) {
		made := &openapi.Schema{Type: openapi.Types{"object"}, AdditionalProperties: &openapi.Schema{Anything: true}}
		if field.IsList() {
			made = &openapi.Schema{Type: openapi.Types{"array"}, Items: made}
		}
		made.Description, made.ReadOnly = comment(field), true
		return made, nil
	}
	made, err := t.value(field, formRead, generated)
	if err != nil {
		return nil, err
	}
	made.ReadOnly = true
	return made, nil
}

// isRequired reports whether a member is always answered, or must be sent.
func isRequired(field protoreflect.FieldDescriptor, as form) bool {
	switch as {
	case formRead:
		return !field.HasPresence()
	case formUpdate:
		return false
	case formCreate:
		return contract.Behaves(field, annotations.FieldBehavior_REQUIRED)
	default:
		rules := rulesOf(field)
		return contract.Behaves(field, annotations.FieldBehavior_REQUIRED) || rules.GetRequired() || rules.GetRepeated().GetMinItems() > 0
	}
}

// fixed are the marks of members that an update does not write.
var fixed = []annotations.FieldBehavior{
	annotations.FieldBehavior_OUTPUT_ONLY, annotations.FieldBehavior_IDENTIFIER, annotations.FieldBehavior_IMMUTABLE,
}

// updatable reports whether an update writes a field.
func updatable(field protoreflect.FieldDescriptor) bool {
	return !slices.ContainsFunc(contract.Behaviors(field), func(mark annotations.FieldBehavior) bool {
		return slices.Contains(fixed, mark)
	})
}

// isIgnored reports whether the service does not write a member of a body, but accepts it,
// because a resource that was read has it. The etag is one that an update compares.
func isIgnored(field protoreflect.FieldDescriptor, as form) bool {
	switch {
	case !as.input, as == formUpdate && field.Name() == contract.Etag:
		return false
	case as == formUpdate:
		return !updatable(field)
	default:
		given := contract.Behaves(field, annotations.FieldBehavior_IDENTIFIER) && !contract.Behaves(field, annotations.FieldBehavior_REQUIRED)
		return contract.Behaves(field, annotations.FieldBehavior_OUTPUT_ONLY) || given // unless the caller chooses the id
	}
}

// clears reports whether an update accepts null for a field. The code that reads updates
// decides.
func clears(field protoreflect.FieldDescriptor) bool {
	asked := list.Update{
		Field: "resource", Resource: dynamicpb.NewMessage(field.ContainingMessage()), Derived: true,
		Mask: &fieldmaskpb.FieldMask{Paths: []string{string(field.Name())}},
	}
	_, err := asked.Changes()
	return err == nil
}

// orNull returns a schema that also allows null.
func orNull(schema *openapi.Schema) *openapi.Schema {
	if schema.Ref != "" {
		text := schema.Description
		schema.Description = ""
		return &openapi.Schema{AnyOf: []*openapi.Schema{schema, mayBeNull}, Description: text}
	}
	schema.Type = append(schema.Type, "null")
	if schema.Enum != nil {
		schema.Enum = append(schema.Enum, nil)
	}
	return schema
}
