package main

import (
	"errors"
	"fmt"
	"slices"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/mapping"
)

// model is a dialect, completed from the descriptors.
type model struct {
	dialect  mapping.Dialect
	Messages []*message
	Enums    []enum
}

// message is one resource of the dialect.
type message struct {
	mapping.Resource
	Name       string
	descriptor protoreflect.MessageDescriptor
	goNames    map[protoreflect.Name]string
	fields     []*field
	model      *model
}

// field is one field of a message, with what the table says of it.
type field struct {
	mapping.Field
	descriptor protoreflect.FieldDescriptor
	goName     string
}

// enum is an enum that the vendor writes in words.
type enum struct {
	FullName protoreflect.FullName
	Name     string
}

// Local returns the name of the enum's function.
func (e enum) Local() string { return local(e.Name) }

// newModel completes and checks a dialect.
func newModel(dialect mapping.Dialect) (*model, error) {
	m := &model{dialect: dialect}
	var problems []error
	for _, resource := range dialect.Resources {
		completed, err := m.newMessage(resource)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", resource.Message, err))
			continue
		}
		m.Messages = append(m.Messages, completed)
	}
	for _, completed := range m.Messages {
		problems = append(problems, completed.check())
	}
	return m, errors.Join(problems...)
}

// newMessage finds the descriptor of a resource and the table's entries for its fields.
func (m *model) newMessage(resource mapping.Resource) (*message, error) {
	found, err := protoregistry.GlobalTypes.FindMessageByName(resource.FullName())
	if err != nil {
		return nil, err
	}
	completed := &message{
		Resource: resource, Name: resource.Message, descriptor: found.Descriptor(), goNames: contract.GoNames(found), model: m,
	}
	known := map[string]bool{}
	for descriptor := range contract.Fields(completed.descriptor) {
		if name := string(descriptor.Name()); name == m.dialect.Additional || slices.Contains(m.dialect.Ours, name) {
			continue
		}
		added := completed.newField(descriptor)
		known[added.Name] = true
		completed.fields = append(completed.fields, added)
		m.addEnum(added.descriptor)
	}
	for _, listed := range resource.Fields {
		if !known[listed.Name] {
			return nil, fmt.Errorf("the contract has no field %q", listed.Name)
		}
	}
	return completed, completed.completeKeys()
}

// newField completes one field.
func (m *message) newField(descriptor protoreflect.FieldDescriptor) *field {
	completed := &field{Field: m.Listed(string(descriptor.Name())), descriptor: descriptor, goName: m.goNames[descriptor.Name()]}
	if completed.KeyOf == "" {
		completed.Vendor = m.model.dialect.VendorNames(m.Resource, descriptor)
	}
	return completed
}

// completeKeys gives the fields that are keys of relations the names of those.
func (m *message) completeKeys() error {
	for _, key := range m.fields {
		if key.KeyOf == "" {
			continue
		}
		relation := m.field(key.KeyOf)
		if relation == nil || relation.descriptor.Message() == nil || relation.descriptor.IsList() {
			return fmt.Errorf("%s is the key of %q, which is not a relation", key.Name, key.KeyOf)
		}
		key.Vendor = relation.Vendor
	}
	return nil
}

// field finds a field by its name.
func (m *message) field(name string) *field {
	for _, f := range m.fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// addEnum keeps the enums that are read by their words.
func (m *model) addEnum(descriptor protoreflect.FieldDescriptor) {
	if descriptor.Enum() == nil {
		return
	}
	if found := (enum{descriptor.Enum().FullName(), string(descriptor.Enum().Name())}); !slices.Contains(m.Enums, found) {
		m.Enums = append(m.Enums, found)
	}
}

// isWritten reports whether callers write the field.
func (f *field) isWritten() bool {
	given := !contract.Behaves(f.descriptor, annotations.FieldBehavior_IDENTIFIER) ||
		contract.Behaves(f.descriptor, annotations.FieldBehavior_REQUIRED) // an id that callers choose
	return given && !f.Located && !contract.Behaves(f.descriptor, annotations.FieldBehavior_OUTPUT_ONLY)
}

// related finds the resource that a field refers to, or a list of which its message wraps.
func (m *model) related(f *field) *message {
	referred := f.descriptor.Message()
	if f.wraps() {
		referred = referred.Fields().Get(0).Message()
	}
	for _, candidate := range m.Messages {
		if candidate.descriptor == referred {
			return candidate
		}
	}
	return nil
}

// wraps reports whether the field's message only wraps a list, so that a list that is empty
// and one that is not stated differ.
func (f *field) wraps() bool {
	message := f.descriptor.Message()
	return message != nil && message.Fields().Len() == 1 && message.Fields().Get(0).Name() == "items"
}

// Key returns the field that a scalar in place of the object states.
func (m *message) Key() *field {
	name := m.Resource.Key
	if name == "" {
		name = "uuid"
	}
	return m.field(name)
}

// check reports what the decoders could not be written from.
func (m *message) check() error {
	if m.Key() == nil {
		return fmt.Errorf("%s has no key", m.Name)
	}
	for _, name := range m.Natural {
		if m.field(name) == nil {
			return fmt.Errorf("%s is found by %q, which it does not have", m.Name, name)
		}
	}
	if m.model.dialect.Additional != "" {
		return m.checkRow()
	}
	for _, f := range m.fields {
		if f.KeyOf != "" && m.model.related(m.field(f.KeyOf)) == nil {
			return fmt.Errorf("%s.%s is the key of %q, which the table does not have", m.Name, f.Name, f.KeyOf)
		}
	}
	for _, c := range m.Columns() {
		if c.Value == "" {
			return fmt.Errorf("%s cannot write %s: its type has no form", m.Name, c.Field)
		}
	}
	return errors.Join(m.checkCalls(), m.checkMembers(append(m.Cases(), m.AnsweredCases()...)))
}

// checkCalls reports the calls that a resource which callers write has to have, because its kind
// is served by them.
func (m *message) checkCalls() error {
	if len(m.Columns()) == 0 {
		return nil
	}
	for _, verb := range []string{"List", "Create"} {
		if m.callNamed(verb) == nil {
			return fmt.Errorf("callers write %s, but the contract has no call %s", m.Name, m.callName(verb))
		}
	}
	return nil
}

// checkMembers reports members that are read twice, in no known form, or though no field is
// said to take them.
func (m *message) checkMembers(cases []switchCase) error {
	read := map[string]bool{}
	for _, c := range cases {
		if read[c.Member] {
			return fmt.Errorf("%s reads %q twice", m.Name, c.Member)
		}
		if len(c.Statements) == 0 {
			return fmt.Errorf("%s cannot read %q: its type has no form", m.Name, c.Member)
		}
		read[c.Member] = true
	}
	for _, unmapped := range slices.Concat(m.Resource.Dropped, m.Kept) {
		for _, member := range unmapped.Members {
			if read[member] {
				return fmt.Errorf("%s reads %q, which it lists as a member that no field takes", m.Name, member)
			}
		}
	}
	return nil
}
