package main

import (
	"fmt"
	"iter"
	"regexp"
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/openapi"
)

// rulesOf returns the rules of a field, nil if it has none.
func rulesOf(field protoreflect.FieldDescriptor) *validate.FieldRules {
	rules, _ := proto.GetExtension(field.Options(), validate.E_Field).(*validate.FieldRules)
	return rules
}

// messageRules returns the rules of a message, nil if it has none.
func messageRules(message protoreflect.MessageDescriptor) *validate.MessageRules {
	rules, _ := proto.GetExtension(message.Options(), validate.E_Message).(*validate.MessageRules)
	return rules
}

// constrain states the rules of a field in its schema, and those that no schema can state
// in the description.
func constrain(field protoreflect.FieldDescriptor, made *openapi.Schema) error {
	rules := rulesOf(field)
	if rules == nil {
		return nil
	}
	if err := constrainBy(rules, made); err != nil {
		return err
	}
	if rules.GetRequired() && !field.HasPresence() {
		requireValue(field, made)
	}
	return nil
}

// constrainBy states rules, which are those of a field or of the elements of one.
func constrainBy(rules *validate.FieldRules, made *openapi.Schema) error {
	var rest []string
	known := statements()
	for rule, value := range typeRules(rules) {
		if state := known[rule.FullName()]; state != nil {
			state(made, value)
		} else {
			rest = append(rest, string(rule.Name()))
		}
	}
	if items := rules.GetRepeated().GetItems(); items != nil {
		if err := constrainBy(items, made.Items); err != nil {
			return err
		}
	}
	if len(rest) > 0 {
		return fmt.Errorf("the document cannot state the rule %s", strings.Join(rest, ", "))
	}
	describeRules(made, rules.GetCel())
	return nil
}

// typeRules goes through the rules for the type of a field, in the order of their numbers.
func typeRules(rules *validate.FieldRules) iter.Seq2[protoreflect.FieldDescriptor, protoreflect.Value] {
	return func(yield func(protoreflect.FieldDescriptor, protoreflect.Value) bool) {
		message := rules.ProtoReflect()
		kind := message.WhichOneof(message.Descriptor().Oneofs().ByName("type"))
		if kind == nil {
			return
		}
		stated := message.Get(kind).Message()
		for rule := range contract.Fields(stated.Descriptor()) {
			if stated.Has(rule) && !yield(rule, stated.Get(rule)) {
				return
			}
		}
	}
}

// requireValue states that a value without presence is not the empty one.
func requireValue(field protoreflect.FieldDescriptor, made *openapi.Schema) {
	switch {
	case field.IsList():
		if made.MinItems == nil {
			made.MinItems = new(uint64(1))
		}
	case field.Kind() == protoreflect.StringKind:
		if made.MinLength == nil && made.Pattern == "" {
			made.MinLength = new(uint64(1))
		}
	case made.Minimum != nil && *made.Minimum == 0:
		made.Minimum = new(float64(1))
	}
}

// celMatches is the form of CEL expressions that a schema can state.
var celMatches = regexp.MustCompile(`^this\.matches\('([^'\\]*)'\)$`)

// describeRules states CEL rules, and describes those that a schema cannot state.
func describeRules(made *openapi.Schema, rules []*validate.Rule) {
	for _, rule := range rules {
		if found := celMatches.FindStringSubmatch(rule.GetExpression()); found != nil {
			made.Pattern = found[1]
		} else {
			made.Description = strings.TrimSpace(made.Description + "\n\nRule: " + rule.GetMessage() + ".")
		}
	}
}
