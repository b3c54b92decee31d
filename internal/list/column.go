package list

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/spelling"
)

// rowType is the type of the rows of a list.
type rowType struct {
	message protoreflect.MessageDescriptor
	// structure is the generated struct of the message. It is nil if a request is only
	// checked: then no row is read.
	structure reflect.Type
}

// column is a field that rows can be filtered and ordered by. It is found once, so that
// reading it from a row needs no look-up by name. It is read from the generated struct:
// reading it through protoreflect takes several times as long.
type column struct {
	path     string
	field    protoreflect.FieldDescriptor
	compared comparison
	// parent is the place of the nested message in the struct of the row, or notNested.
	parent int
	// place is the place of the field in its struct.
	place int
}

// notNested is the parent of a field of the row itself.
const notNested = -1

// read returns the value of the column in a row, given as its struct.
func (c *column) read(row reflect.Value) value {
	if c.parent != notNested {
		nested := row.Field(c.parent)
		if nested.IsNil() {
			return value{}
		}
		row = nested.Elem()
	}
	held := row.Field(c.place)
	switch {
	case held.Kind() == reflect.Pointer && held.IsNil():
		return value{}
	case c.compared == instant:
		return fromStamp(held.Interface())
	case held.Kind() == reflect.Pointer:
		return c.compared.value(held.Elem())
	case c.compared.hasEmpty() && held.IsZero():
		return value{}
	default:
		return c.compared.value(held)
	}
}

// placeOf returns the place of a field in the generated struct of its message. The
// generator writes the fields in the order of the contract, after one of its own. It is
// not ok if the struct has another form.
func placeOf(structure reflect.Type, field protoreflect.FieldDescriptor) (place int, ok bool) {
	place = field.Index() + 1
	if place >= structure.NumField() {
		return 0, false
	}
	tag := structure.Field(place).Tag.Get("protobuf")
	return place, strings.Contains(tag, ",name="+string(field.Name())+",")
}

// fieldProblem says why a path is not a column, and which paths are.
type fieldProblem struct {
	reason  string
	allowed string
}

// Error returns the whole sentence.
func (p *fieldProblem) Error() string { return p.reason + "; allowed: " + p.allowed }

// resolve finds the column of a path: a field's name, or a nested message's name, a dot and
// the name of one of its fields, in snake_case or lowerCamelCase.
func resolve(rows rowType, path string) (*column, *fieldProblem) {
	first, rest, nested := strings.Cut(path, ".")
	field := named(rows.message, first)
	scope, prefix, parent := rows.message, "", protoreflect.FieldDescriptor(nil)
	if field != nil && isNested(field) {
		scope, prefix, parent = field.Message(), string(field.Name())+".", field
		field = named(scope, rest)
	} else if nested {
		field = nil
	}
	if field == nil {
		return nil, problem("unknown field", path, scope, prefix)
	}
	found := &column{path: prefix + string(field.Name()), field: field, compared: comparisonOf(field), parent: notNested}
	if found.compared == incomparable || !found.locate(rows.structure, parent) {
		return nil, problem("neither filter nor order can use field", path, scope, prefix)
	}
	return found, nil
}

// locate finds the places of the column in the struct of the rows. It reports whether the
// column can be read; without a struct, that is not asked.
func (c *column) locate(structure reflect.Type, parent protoreflect.FieldDescriptor) (ok bool) {
	if structure == nil {
		return true
	}
	if parent != nil {
		if c.parent, ok = placeOf(structure, parent); !ok {
			return false
		}
		structure = structure.Field(c.parent).Type.Elem()
	}
	c.place, ok = placeOf(structure, c.field)
	return ok
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
	for field := range contract.Fields(scope) {
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
	for field := range contract.Fields(message) {
		if comparisonOf(field) != incomparable {
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
