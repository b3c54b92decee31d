package list

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/spelling"
)

// column is a field that rows can be filtered and ordered by, found once so that
// reading it from a row needs no look-up by name.
type column struct {
	path     string
	parent   protoreflect.FieldDescriptor // nil for a field of the row itself
	field    protoreflect.FieldDescriptor
	compared comparison
}

// read returns the row's value of the column.
func (c *column) read(row protoreflect.Message) value {
	if c.parent != nil {
		if !row.Has(c.parent) {
			return value{}
		}
		row = row.Get(c.parent).Message()
	}
	if !c.isSet(row) {
		return value{}
	}
	return c.compared.value(row.Get(c.field))
}

// isSet reports whether there is a value. A number or bool without presence always is a
// value; a string or enum without presence is none when it is empty.
func (c *column) isSet(holder protoreflect.Message) bool {
	if !c.field.HasPresence() && !c.compared.hasEmpty() {
		return true
	}
	return holder.Has(c.field)
}

// fieldProblem says why a path is no column, and which paths are.
type fieldProblem struct {
	reason  string
	allowed string
}

// Error returns the whole sentence.
func (p *fieldProblem) Error() string { return p.reason + "; allowed: " + p.allowed }

// resolve finds the column of a path: a field's name, or a nested message's name, a dot and
// the name of one of its fields, in snake_case or lowerCamelCase.
func resolve(descriptor protoreflect.MessageDescriptor, path string) (*column, *fieldProblem) {
	first, rest, nested := strings.Cut(path, ".")
	field := named(descriptor, first)
	scope, prefix, parent := descriptor, "", protoreflect.FieldDescriptor(nil)
	if field != nil && isNested(field) {
		scope, prefix, parent = field.Message(), string(field.Name())+".", field
		field = named(scope, rest)
	} else if nested {
		field = nil
	}
	if field == nil {
		return nil, problem("unknown field", path, scope, prefix)
	}
	compared := comparisonOf(field)
	if compared == incomparable {
		return nil, problem("neither filter nor order can use field", path, scope, prefix)
	}
	return &column{path: prefix + string(field.Name()), parent: parent, field: field, compared: compared}, nil
}

// named finds a field by its name in either spelling, or returns nil.
func named(message protoreflect.MessageDescriptor, name string) protoreflect.FieldDescriptor {
	return cmp.Or(message.Fields().ByName(protoreflect.Name(name)), message.Fields().ByJSONName(name))
}

// problem lists only the columns of the scope that the path leads to. With every nested
// field the list would be too long for the header that carries the error to the caller.
func problem(reason, path string, scope protoreflect.MessageDescriptor, prefix string) *fieldProblem {
	return &fieldProblem{
		reason:  fmt.Sprintf("%s %s", reason, quote(path)),
		allowed: strings.Join(columnNames(scope, prefix), ", "),
	}
}

// columnNames returns the sorted names of the columns of a message. Each nested message
// has one name, `account.*`, unless the scope is one itself.
func columnNames(scope protoreflect.MessageDescriptor, prefix string) []string {
	var names []string
	for i := range scope.Fields().Len() {
		field := scope.Fields().Get(i)
		switch {
		case comparisonOf(field) != incomparable:
			names = append(names, prefix+string(field.Name()))
		case prefix == "" && isNested(field):
			names = append(names, string(field.Name())+".*")
		}
	}
	slices.Sort(names)
	return names
}

// isNested reports whether the fields of this message are columns. Google's own
// messages are values, not rows of fields.
func isNested(field protoreflect.FieldDescriptor) bool {
	return field.Kind() == protoreflect.MessageKind &&
		field.Cardinality() != protoreflect.Repeated &&
		!strings.HasPrefix(string(field.Message().FullName()), "google.protobuf.") &&
		!isHidden(field) && hasColumns(field.Message())
}

// hasColumns reports whether a message has a field that can be compared. One that wraps a
// list has none.
func hasColumns(message protoreflect.MessageDescriptor) bool {
	for i := range message.Fields().Len() {
		if comparisonOf(message.Fields().Get(i)) != incomparable {
			return true
		}
	}
	return false
}

// isHidden reports whether a field is never shown in a row. A caller could guess a secret
// bit by bit with filters or orders; an input-only field has no value to compare.
func isHidden(field protoreflect.FieldDescriptor) bool {
	return contract.Secret(field)
}

// quote makes what the caller wrote safe and short enough for a message.
func quote(text string) string {
	return fmt.Sprintf("%q", spelling.Clip(text))
}
