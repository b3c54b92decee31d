package main

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/openapi"
)

// value makes the schema of a field from the generated one.
func (t *transformer) value(field protoreflect.FieldDescriptor, as form, generated *openapi.Schema) (*openapi.Schema, error) {
	made, err := generated.Clone()
	if err != nil {
		return nil, err
	}
	made.Description, made.ReadOnly, made.WriteOnly = comment(field), false, false
	single, element := made, field
	switch {
	case field.IsMap():
		single, element = made.AdditionalProperties, field.MapValue()
	case field.IsList():
		single = made.Items
	}
	if single == nil {
		return nil, fmt.Errorf("the generated schema does not say what it has inside")
	}
	if err := t.single(element, as, single); err != nil {
		return nil, err
	}
	if as.input {
		err = constrain(field, made)
	}
	return made, err
}

// single completes the schema of one value.
func (t *transformer) single(field protoreflect.FieldDescriptor, as form, made *openapi.Schema) error {
	if field.Message() != nil {
		return t.singleMessage(field.Message(), as, made)
	}
	if field.Enum() != nil {
		return t.singleEnum(field.Enum(), made)
	}
	if bounds, bounded := integers[field.Kind()]; bounded {
		made.Minimum, made.Maximum = new(bounds[0]), new(bounds[1])
	}
	if made.Format == "int64" && made.Type[0] == "string" {
		made.Pattern = "^-?[0-9]+$"
	}
	return nil
}

// integers are the bounds of the kinds that JSON has as numbers.
var integers = map[protoreflect.Kind][2]float64{
	protoreflect.Int32Kind: {math.MinInt32, math.MaxInt32}, protoreflect.Sint32Kind: {math.MinInt32, math.MaxInt32},
	protoreflect.Sfixed32Kind: {math.MinInt32, math.MaxInt32},
	protoreflect.Uint32Kind:   {0, math.MaxUint32}, protoreflect.Fixed32Kind: {0, math.MaxUint32},
}

// wellKnown has the messages of Google that JSON writes in a form of their own.
var wellKnown = map[protoreflect.FullName]openapi.Schema{
	"google.protobuf.Timestamp": {Type: openapi.Types{"string"}, Format: "date-time"},
	"google.protobuf.Duration":  {Type: openapi.Types{"string"}, Pattern: `^-?[0-9]+(\.[0-9]{1,9})?s$`},
	"google.protobuf.FieldMask": {Type: openapi.Types{"string"}},
	"google.protobuf.Struct":    {Type: openapi.Types{"object"}, AdditionalProperties: &openapi.Schema{Anything: true}},
	"google.protobuf.ListValue": {Type: openapi.Types{"array"}, Items: &openapi.Schema{Anything: true}},
	"google.protobuf.Value":     {},
}

// singleMessage refers to the form of a message, or writes a well-known one.
func (t *transformer) singleMessage(message protoreflect.MessageDescriptor, as form, made *openapi.Schema) error {
	text := made.Description
	if known, ok := wellKnown[message.FullName()]; ok {
		*made = known
		made.Description = text
		return nil
	}
	ref, err := t.refer(message, as, nil)
	if err != nil {
		return err
	}
	*made = *ref
	made.Description = text
	return nil
}

// singleEnum refers to an enum.
func (t *transformer) singleEnum(enum protoreflect.EnumDescriptor, made *openapi.Schema) error {
	name := string(enum.Name())
	*made = openapi.Schema{Ref: openapi.SchemaRef(name), Description: made.Description}
	if t.forms[name] {
		return nil
	}
	t.forms[name] = true
	schema := &openapi.Schema{Type: openapi.Types{"string"}, Description: comment(enum) + "\n"}
	for i := range enum.Values().Len() {
		value := enum.Values().Get(i)
		if value.Number() == 0 && t.contract.hidesZero[enum.FullName()] {
			continue // callers may not send it, and no answer has it
		}
		schema.Enum = append(schema.Enum, string(value.Name()))
		schema.Description += fmt.Sprintf("\n- `%s`: %s", value.Name(), firstSentence(comment(value)))
	}
	t.made.Components.Schemas[name] = schema
	return nil
}
