package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// model is what the template shows: a function for each message.
type model struct {
	// Resources have an etag. Values are messages that resources hold as a part of
	// themselves.
	Resources, Values []*message
}

// message is one message and the statements that encode it.
type message struct {
	Name, Function string
	Statements     []string
	// Etag is the field of the generated struct that holds the etag.
	Etag string
}

// errNoEncoder means that a resource uses a kind of field for the first time. Its method has
// to be written by hand before.
var errNoEncoder = errors.New("the encoder of etags has no method for this kind of field")

// resources returns the messages of a package that hold their own etag, in the order of
// their names. Requests that state one have a field without presence.
func resources(of protoreflect.FullName) (found []protoreflect.MessageType) {
	protoregistry.GlobalTypes.RangeMessages(func(kind protoreflect.MessageType) bool {
		descriptor := kind.Descriptor()
		field := descriptor.Fields().ByName(contract.Etag)
		if descriptor.ParentFile().Package() == of && field != nil && field.HasPresence() {
			found = append(found, kind)
		}
		return true
	})
	slices.SortFunc(found, func(a, b protoreflect.MessageType) int {
		return cmp.Compare(a.Descriptor().FullName(), b.Descriptor().FullName())
	})
	return found
}

// modelOf plans the functions of resources and of the values that they hold.
func modelOf(resources []protoreflect.MessageType) (*model, error) {
	made := &model{}
	for _, resource := range resources {
		planned, err := made.plan(resource)
		if err != nil {
			return nil, err
		}
		made.Resources = append(made.Resources, planned)
	}
	return made, nil
}

// plan plans the function of one message.
func (m *model) plan(kind protoreflect.MessageType) (*message, error) {
	descriptor, names := kind.Descriptor(), contract.GoNames(kind)
	planned := &message{Name: string(descriptor.Name()), Function: function(descriptor), Etag: names[contract.Etag]}
	for i := range descriptor.Fields().Len() {
		field := descriptor.Fields().Get(i)
		if field.Name() == contract.Etag || contract.IsRelation(field) || contract.IsReference(field) {
			continue
		}
		statement, err := m.statement(field, "m."+names[field.Name()])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", field.FullName(), err)
		}
		planned.Statements = append(planned.Statements, statement)
	}
	return planned, nil
}

// function is the name of the method that encodes a message.
func function(of protoreflect.MessageDescriptor) string {
	name := string(of.Name())
	return strings.ToLower(name[:1]) + name[1:]
}

// wellKnown are the methods for Google's own messages.
var wellKnown = map[protoreflect.FullName]string{
	"google.protobuf.Timestamp": "timestamp",
	"google.protobuf.Struct":    "free",
	"google.protobuf.Duration":  "duration",
}

// scalars are the methods for optional scalars.
var scalars = map[protoreflect.Kind]string{
	protoreflect.StringKind: "optionalText", protoreflect.BoolKind: "optionalFlag", protoreflect.DoubleKind: "optionalDouble",
	protoreflect.Int32Kind: "optionalNumber", protoreflect.Int64Kind: "optionalNumber", protoreflect.Uint32Kind: "optionalNumber",
	protoreflect.EnumKind: "optionalNumber",
}

// statement encodes one field.
func (m *model) statement(field protoreflect.FieldDescriptor, value string) (string, error) {
	method, form := "", "e.%s(%d, %s)"
	switch {
	case field.IsMap():
		if field.MapKey().Kind() == protoreflect.StringKind && field.MapValue().Kind() == protoreflect.StringKind {
			method = "texts"
		}
	case field.IsList() && field.Message() != nil && wellKnown[field.Message().FullName()] == "free":
		method = "frees"
	case field.IsList(), field.ContainingOneof() != nil && !field.ContainingOneof().IsSynthetic():
	case field.Message() != nil:
		if method = wellKnown[field.Message().FullName()]; method == "" {
			return fmt.Sprintf("e.%s(%d, %s)", function(field.Message()), field.Number(), value), m.addValue(field.Message())
		}
	case !field.HasPresence():
		if field.Kind() == protoreflect.StringKind {
			method = "text"
		}
	default:
		if method = scalars[field.Kind()]; method == "optionalNumber" {
			form = "%[1]s(e, %[2]d, %[3]s)"
		}
	}
	if method == "" {
		return "", errNoEncoder
	}
	return fmt.Sprintf(form, method, field.Number(), value), nil
}

// addValue plans the function of a message that is a part of resources, once.
func (m *model) addValue(descriptor protoreflect.MessageDescriptor) error {
	if slices.ContainsFunc(m.Values, func(v *message) bool { return v.Name == string(descriptor.Name()) }) {
		return nil
	}
	kind, err := protoregistry.GlobalTypes.FindMessageByName(descriptor.FullName())
	if err != nil {
		return err
	}
	planned, err := m.plan(kind)
	if err != nil {
		return err
	}
	m.Values = append(m.Values, planned)
	return nil
}
