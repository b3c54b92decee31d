package list

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// column is a field that rows can be filtered and ordered by, found once so that
// reading it from a row needs no look-up by name.
type column struct {
	path   string
	parent protoreflect.FieldDescriptor // nil for a field of the row itself
	field  protoreflect.FieldDescriptor
	kind   kind
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
	return c.kind.value(row.Get(c.field))
}

// isSet tells a value from none. A number or bool without presence always is a
// value; a string or enum without presence is none when it is empty.
func (c *column) isSet(holder protoreflect.Message) bool {
	if !c.field.HasPresence() && !c.kind.hasEmpty() {
		return true
	}
	return holder.Has(c.field)
}

// fieldProblem says why a path is no column, and which are.
type fieldProblem struct {
	reason  string
	allowed string
}

// Error is the whole sentence.
func (p *fieldProblem) Error() string { return p.reason + "; allowed: " + p.allowed }

// resolve finds the column of a path: a field's proto name, or a nested
// message's name, a dot and the name of one of its fields.
func resolve(descriptor protoreflect.MessageDescriptor, path string) (*column, *fieldProblem) {
	first, rest, nested := strings.Cut(path, ".")
	field := descriptor.Fields().ByName(protoreflect.Name(first))
	scope, prefix, parent := descriptor, "", protoreflect.FieldDescriptor(nil)
	if field != nil && isNested(field) {
		scope, prefix, parent = field.Message(), first+".", field
		field = scope.Fields().ByName(protoreflect.Name(rest))
	} else if nested {
		field = nil
	}
	if field == nil {
		return nil, problem("unknown field", path, scope, prefix)
	}
	kind := kindOf(field)
	if kind == incomparable {
		return nil, problem("neither filter nor order can use field", path, scope, prefix)
	}
	return &column{path: path, parent: parent, field: field, kind: kind}, nil
}

// problem lists the columns of the scope that the path leads to, not all of
// them: with every nested field the list would outgrow the header that carries
// the error to the caller.
func problem(reason, path string, scope protoreflect.MessageDescriptor, prefix string) *fieldProblem {
	return &fieldProblem{
		reason:  fmt.Sprintf("%s %s", reason, quote(path)),
		allowed: strings.Join(columnNames(scope, prefix), ", "),
	}
}

// columnNames are the sorted names of the columns of a message. Nested messages
// are named as a whole, `account.*`, except where the scope is one itself.
func columnNames(scope protoreflect.MessageDescriptor, prefix string) []string {
	var names []string
	for i := range scope.Fields().Len() {
		field := scope.Fields().Get(i)
		switch {
		case kindOf(field) != incomparable:
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
		!isHidden(field)
}

// isHidden reports whether a field never shows in a row. A secret could be
// guessed bit by bit through a filter or an order; a field that only travels in
// has no value to compare.
func isHidden(field protoreflect.FieldDescriptor) bool {
	return contract.Secret(field)
}

// quote makes what the caller wrote safe and short enough for a message.
func quote(text string) string {
	const most = 64
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return fmt.Sprintf("%q", text)
}
