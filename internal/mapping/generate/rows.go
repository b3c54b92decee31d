package main

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/secret"
)

// rowReaders are the methods of infinity.Reader that count a misread under the name of the
// member, by the type of the field.
var rowReaders = map[fieldType]string{
	{kind: protoreflect.BoolKind, optional: true}:   "OptionalFlag",
	{kind: protoreflect.Int32Kind, optional: true}:  "OptionalNumber",
	{kind: protoreflect.Uint32Kind, optional: true}: "OptionalID",
}

// textReaders are the methods of infinity.Reader that can read every value.
var textReaders = map[fieldType]string{
	{kind: protoreflect.StringKind}:                 "Text",
	{kind: protoreflect.StringKind, optional: true}: "OptionalText",
}

// formats are the expressions for a value in a form, by the type of the field.
var formats = map[protoreflect.Kind]string{
	protoreflect.StringKind: "m.Get%s()",
	protoreflect.BoolKind:   "infinity.Flag(m.Get%s())",
	protoreflect.Int32Kind:  "strconv.FormatInt(int64(m.Get%s()), 10)",
	protoreflect.Uint32Kind: "infinity.FormatID(m.Get%s())",
}

// RowCases returns the members of a row that fields are read from, under their first names.
func (m *message) RowCases() (cases []switchCase) {
	for _, f := range m.fields {
		cases = append(cases, switchCase{Member: f.Vendor[0], Statements: m.rowStatements(f, f.Vendor[0])})
	}
	return cases
}

// AliasCases returns the members of a row that fields are read from under their further names, in
// the order of the table.
func (m *message) AliasCases() (cases []switchCase) {
	for _, f := range m.fields {
		for _, member := range f.Vendor[1:] {
			cases = append(cases, switchCase{Member: member, Statements: m.rowStatements(f, member)})
		}
	}
	return cases
}

// AliasNames returns the further names, as Go literals.
func (m *message) AliasNames() string {
	var names []string
	for _, alias := range m.AliasCases() {
		names = append(names, alias.Member)
	}
	return literals(names)
}

// rowStatements read one member of a row, unless the field has a value. None means that the
// table and the descriptor do not say how.
func (m *message) rowStatements(f *field, member string) []string {
	if contract.Behaves(f.descriptor, annotations.FieldBehavior_INPUT_ONLY) {
		return []string{"return r.Skip()"}
	}
	call := m.rowCall(f, member)
	if call == "" {
		return nil
	}
	return []string{"if " + f.is("==") + " {", "return " + call, "}"}
}

// rowCall returns the expression that reads one member of a row.
func (m *message) rowCall(f *field, member string) string {
	at, kind := "&m."+f.goName, fieldType{f.descriptor.Kind(), f.descriptor.HasPresence()}
	switch {
	case f.isHandedOver():
		return fmt.Sprintf("r.HandedOver(%s)", at)
	case f.descriptor.Enum() != nil:
		return fmt.Sprintf("infinity.Word(r, %q, %s, %s, &m.%s)", member, at, local(string(f.descriptor.Enum().Name())), m.Additional())
	case f.descriptor.Message() != nil && wellKnown[f.descriptor.Message().FullName()] == "Time":
		return fmt.Sprintf("r.Time(%q, %s)", member, at)
	case textReaders[kind] != "":
		return fmt.Sprintf("r.%s(%s)", textReaders[kind], at)
	case rowReaders[kind] != "":
		return fmt.Sprintf("r.%s(%q, %s)", rowReaders[kind], member, at)
	default:
		return ""
	}
}

// is returns the comparison of a field with that of an empty message.
func (f *field) is(operator string) string {
	none := "0"
	switch {
	case f.descriptor.HasPresence():
		none = "nil"
	case f.descriptor.Kind() == protoreflect.StringKind:
		none = `""`
	}
	return fmt.Sprintf("m.%s %s %s", f.goName, operator, none)
}

// parent is a field that may have an id of the path, the member that may state it, and the
// field's name in Go.
type parent struct{ Field, Member, GoName string }

// Parents returns the fields that may have an id of the path: the path decides which do.
func (m *message) Parents() (parents []parent) {
	for _, f := range m.fields {
		if slices.Contains(m.model.dialect.Parents, f.Name) {
			parents = append(parents, parent{f.Name, f.Vendor[0], f.goName})
		}
	}
	return parents
}

// parameter is a field that callers write and its expression in a form.
type parameter struct{ Field, Value, IsSet string }

// Parameters returns the fields that callers write.
func (m *message) Parameters() (parameters []parameter) {
	for _, f := range m.fields {
		if f.isWritten() {
			parameters = append(parameters, parameter{f.Name, f.format(), f.is("!=")})
		}
	}
	return parameters
}

// format returns the expression for a field's value in a form.
func (f *field) format() string {
	if f.descriptor.Enum() != nil {
		return f.word()
	}
	return fmt.Sprintf(formats[f.descriptor.Kind()], f.goName)
}

// rowColumn is a field with the vendor's names and what callers may do with it.
type rowColumn struct {
	Field, Vendor string
	Marks         []string
}

// RowColumns returns the fields of a row.
func (m *message) RowColumns() (columns []rowColumn) {
	for _, f := range m.fields {
		columns = append(columns, rowColumn{f.Name, literals(f.Vendor), f.marks()})
	}
	return columns
}

// marks returns the fields of a column that are true.
func (f *field) marks() (marks []string) {
	kind := f.descriptor.Kind()
	for _, mark := range []struct {
		name string
		set  bool
	}{
		{"writable", f.isWritten()},
		{"createOnly", contract.Behaves(f.descriptor, annotations.FieldBehavior_IMMUTABLE)},
		{"secret", contract.Behaves(f.descriptor, annotations.FieldBehavior_INPUT_ONLY)},
		{"handedOver", f.isHandedOver()},
		{"flag", kind == protoreflect.BoolKind},
		{"sortable", kind != protoreflect.StringKind && kind != protoreflect.EnumKind},
	} {
		if mark.set {
			marks = append(marks, mark.name)
		}
	}
	return marks
}

// isHandedOver reports whether the field is a secret that only the create of a row shows.
func (f *field) isHandedOver() bool {
	return slices.ContainsFunc(f.Vendor, secret.Name) && !contract.Behaves(f.descriptor, annotations.FieldBehavior_INPUT_ONLY)
}

// KeyNames returns the vendor's names for the key, as Go literals.
func (m *message) KeyNames() string { return literals(m.Key().Vendor) }

// Additional returns the field of the generated struct for members that no other field has.
func (m *message) Additional() string {
	return m.goNames[protoreflect.Name(m.model.dialect.Additional)]
}

// KeyField returns the key's field in the generated struct.
func (m *message) KeyField() string { return m.Key().goName }

// NaturalNames returns the fields that find a row whose key is not known, as Go literals.
func (m *message) NaturalNames() string { return literals(m.Natural) }

// Request returns the field of requests that carries the resource.
func (m *message) Request() string {
	return strings.ToLower(strings.ReplaceAll(m.Words(), " ", "_"))
}

// IDs returns the vendor's names of all ids, as Go literals. Further names of an id are guesses,
// which say nothing of other rows.
func (m *model) IDs() string {
	var ids []string
	for _, of := range m.Messages {
		for _, f := range of.fields {
			if strings.HasSuffix(f.Vendor[0], "Id") {
				ids = append(ids, f.Vendor[0])
			}
		}
	}
	slices.Sort(ids)
	return literals(slices.Compact(ids))
}

// checkRow reports what the decoder of a row could not be written from.
func (m *message) checkRow() error {
	if m.descriptor.Fields().ByName(protoreflect.Name(m.model.dialect.Additional)) == nil {
		return fmt.Errorf("%s has no %s", m.Name, m.model.dialect.Additional)
	}
	for _, f := range m.fields {
		if err := f.checkSecrets(); err != nil {
			return fmt.Errorf("%s: %w", m.Name, err)
		}
	}
	return m.checkMembers(slices.Concat(m.RowCases(), m.AliasCases()))
}

// checkSecrets reports a field that is read from a member named like a secret, although the
// contract does not mark it as one: such members are only read if a create hands them over. A
// secret has one name, because members under further names are kept until the row has been
// read.
func (f *field) checkSecrets() error {
	if len(f.Vendor) > 1 && contract.Secret(f.descriptor) {
		return fmt.Errorf("%s is a secret, and has further names", f.Name)
	}
	for _, name := range f.Vendor {
		if secret.Name(name) && !contract.Secret(f.descriptor) {
			return fmt.Errorf("%q is named like a secret, and the contract does not mark %s as one", name, f.Name)
		}
	}
	return nil
}
