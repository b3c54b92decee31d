package main

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// spellOutLists rewrites the options below a descriptor that hold lists of messages: from
// `(rules) = {cel: [{…}, {…}]}`, which protobufjs 7 cannot parse, to `(rules).cel = {…}` for
// each element, which every parser reads. Other options stay as they are.
func spellOutLists(descriptor protoreflect.Message) {
	descriptor.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case field.IsExtension() || field.Message() == nil:
		case field.IsList():
			for i := range value.List().Len() {
				spellOutLists(value.List().Get(i).Message())
			}
		default:
			spellOutLists(value.Message())
			spellOutOptions(value.Message().Interface())
		}
		return true
	})
}

// spellOutOptions rewrites the extensions of one options message.
func spellOutOptions(options proto.Message) {
	message := options.ProtoReflect()
	field := message.Descriptor().Fields().ByName("uninterpreted_option")
	if field == nil {
		return // not options
	}
	message.Range(func(extension protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if extension.IsExtension() && !extension.IsList() && extension.Message() != nil && hasListOfMessages(value.Message()) {
			message.Clear(extension)
			list := message.Mutable(field).List()
			for _, option := range settings(extension, value.Message()) {
				list.Append(protoreflect.ValueOfMessage(option.ProtoReflect()))
			}
		}
		return true
	})
}

func hasListOfMessages(message protoreflect.Message) (found bool) {
	message.Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		found = found || field.IsList() && field.Message() != nil
		return !found
	})
	return found
}

// settings are the fields of an extension as options of their own, one for each element of
// a list.
func settings(extension protoreflect.FieldDescriptor, value protoreflect.Message) (options []*descriptorpb.UninterpretedOption) {
	for _, set := range literals(value) {
		options = append(options, &descriptorpb.UninterpretedOption{
			Name: []*descriptorpb.UninterpretedOption_NamePart{
				{NamePart: proto.String(string(extension.FullName())), IsExtension: proto.Bool(true)},
				{NamePart: proto.String(set.name), IsExtension: proto.Bool(false)},
			},
			IdentifierValue: proto.String(set.value), // the printer prints it as it is
		})
	}
	return options
}

// setting is a field's name and its value as proto source.
type setting struct{ name, value string }

// literals are the set fields of a message in the order of their declaration.
func literals(message protoreflect.Message) (set []setting) {
	for i := range message.Descriptor().Fields().Len() {
		field := message.Descriptor().Fields().Get(i)
		switch value := message.Get(field); {
		case !message.Has(field):
		case field.IsList():
			for j := range value.List().Len() {
				set = append(set, setting{string(field.Name()), literal(field, value.List().Get(j))})
			}
		default:
			set = append(set, setting{string(field.Name()), literal(field, value)})
		}
	}
	return set
}

// literal is one value as proto source.
func literal(field protoreflect.FieldDescriptor, value protoreflect.Value) string {
	switch known := value.Interface().(type) {
	case protoreflect.Message:
		var members []string
		for _, set := range literals(known) {
			members = append(members, set.name+": "+set.value)
		}
		return "{ " + strings.Join(members, ", ") + " }"
	case protoreflect.EnumNumber:
		return string(field.Enum().Values().ByNumber(known).Name())
	case string:
		return strconv.Quote(known)
	case []byte:
		return strconv.Quote(string(known))
	default:
		return fmt.Sprint(known)
	}
}
