package main

import (
	"fmt"
	"strings"
	"unicode"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// switchCase is one member of a vendor's object and what reads it.
type switchCase struct {
	Member     string
	Statements []string
}

// readers are the methods of tolerant.Reader, by the type of the field.
var readers = map[fieldType]string{
	{kind: protoreflect.StringKind}:                 "String",
	{kind: protoreflect.StringKind, optional: true}: "OptionalString",
	{kind: protoreflect.BoolKind}:                   "Bool",
	{kind: protoreflect.BoolKind, optional: true}:   "OptionalBool",
	{kind: protoreflect.Int32Kind}:                  "Int32",
	{kind: protoreflect.Int32Kind, optional: true}:  "OptionalInt32",
	{kind: protoreflect.Int64Kind, optional: true}:  "OptionalInt64",
	{kind: protoreflect.DoubleKind, optional: true}: "OptionalDouble",
}

// slabs are the slabs of tolerant.Reader that keep the values of optional fields, by the
// type of the field.
var slabs = map[protoreflect.Kind]string{
	protoreflect.StringKind: "Strings",
	protoreflect.Int32Kind:  "Int32s",
	protoreflect.Int64Kind:  "Int64s",
}

// fieldType is what the form of a scalar follows from.
type fieldType struct {
	kind     protoreflect.Kind
	optional bool
}

// wellKnown are the methods for Google's own messages, by the name of the message.
var wellKnown = map[protoreflect.FullName]string{
	"google.protobuf.Timestamp": "Time",
	"google.protobuf.Struct":    "Struct",
	"google.protobuf.Duration":  "Milliseconds",
}

// Cases returns the members that are read wherever the object stands.
func (m *message) Cases() []switchCase {
	return m.cases(func(f *field) bool { return !f.Answered })
}

// AnsweredCases returns the members that are only read if the object was asked for.
func (m *message) AnsweredCases() []switchCase {
	return m.cases(func(f *field) bool { return f.Answered })
}

// cases returns the members of the fields that the function takes, each spelling on its own
// so that a misread is counted under the name that came.
func (m *message) cases(takes func(f *field) bool) (cases []switchCase) {
	for _, f := range m.fields {
		if f.KeyOf != "" || !takes(f) || contract.Behaves(f.descriptor, annotations.FieldBehavior_INPUT_ONLY) {
			continue
		}
		for i, member := range f.Vendor {
			statements := m.statements(f, member)
			if i > 0 && len(statements) > 0 {
				statements = append(f.skipIfRead(), statements...)
			}
			cases = append(cases, switchCase{Member: member, Statements: statements})
		}
	}
	return cases
}

// skipIfRead returns the statements before another spelling than the first one: it only fills a
// field that is empty, whatever the order of the members is.
func (f *field) skipIfRead() []string {
	return []string{"if " + f.is("!=") + " {", "return r.Skip()", "}"}
}

// statements read one member. None means that the table and the descriptor do not say how.
func (m *message) statements(f *field, member string) []string {
	call := m.call(f, member)
	if call == "" {
		return nil
	}
	var keys []string
	for _, key := range m.fields {
		if key.KeyOf == f.Name {
			related := m.model.related(f)
			keys = append(keys, fmt.Sprintf("m.%s = tolerant.Key(&r.Slabs.%s, m.%s.Get%s())", key.goName, slabs[key.descriptor.Kind()], f.goName, related.Key().goName))
		}
	}
	if len(keys) == 0 {
		return []string{"return " + call}
	}
	return append(append([]string{"err := " + call}, keys...), "return err")
}

// call returns the expression that reads one member.
func (m *message) call(f *field, member string) string {
	at := "&m." + f.goName
	if related := m.model.related(f); related != nil {
		if f.wraps() {
			at = fmt.Sprintf("func(list []*sipfacadev1.%s) { m.%s = &sipfacadev1.%s{Items: list} }",
				related.Name, f.goName, f.descriptor.Message().Name())
		}
		return fmt.Sprintf("tolerant.%s(r, %q, %s, %sMember, %sOf)", quantity(f), member, at, related.Local(), related.Local())
	}
	if f.descriptor.Enum() != nil {
		return fmt.Sprintf("tolerant.Word(r, %q, %s, %s)", member, at, local(string(f.descriptor.Enum().Name())))
	}
	if f.descriptor.Message() != nil && m.model.dialect.Readers[string(f.descriptor.Message().Name())] != "" {
		return fmt.Sprintf("%s(r, %q, %s)", m.model.dialect.Readers[string(f.descriptor.Message().Name())], member, at)
	}
	method := method(f)
	switch {
	case method == "":
		return ""
	case f.Within != "":
		return fmt.Sprintf("tolerant.Within(r, %q, %q, %s, (*tolerant.Reader).%s)", member, f.Within, at, method)
	default:
		return fmt.Sprintf("r.%s(%q, %s)", method, member, at)
	}
}

// quantity returns the function that reads one related object or many.
func quantity(f *field) string {
	if f.wraps() {
		return "Many"
	}
	return "One"
}

// method returns the method of tolerant.Reader that reads a field, or "" if there is none.
func method(f *field) string {
	switch {
	case f.Form != "":
		return string(f.Form)
	case f.Name == "uuid":
		return "UUID"
	case f.descriptor.Message() != nil && f.descriptor.IsList():
		return plural(wellKnown[f.descriptor.Message().FullName()])
	case f.descriptor.Message() != nil:
		return wellKnown[f.descriptor.Message().FullName()]
	case f.descriptor.IsList():
		return ""
	default:
		return readers[fieldType{f.descriptor.Kind(), f.descriptor.HasPresence()}]
	}
}

// plural returns the method that reads a list; only free-form objects have one.
func plural(method string) string {
	if method != "Struct" {
		return ""
	}
	return "Structs"
}

// KeyStatements make an object from the text of its key.
func (m *message) KeyStatements() []string {
	key := m.Key()
	made := "return &sipfacadev1." + m.Name + "{" + key.goName + ": "
	switch {
	case key.descriptor.Kind() == protoreflect.Int32Kind:
		return []string{
			"number, err := strconv.ParseInt(text, 10, 32)", "if err != nil {", "return nil", "}",
			"id := int32(number)", made + "&id}",
		}
	case key.Name != "uuid" && key.Form == "":
		return []string{made + "text}"}
	case key.Form != "":
		return []string{made + "tolerant." + string(key.Form) + "(text)}"}
	default:
		return []string{"uuid, ok := tolerant.CanonicalUUID(text)", "if !ok {", "return nil", "}", made + "uuid}"}
	}
}

// local returns the name of a message or enum as an unexported Go name.
func local(name string) string { return strings.ToLower(name[:1]) + name[1:] }

// Local begins the names of the message's functions.
func (m *message) Local() string { return local(m.Name) }

// Words returns the message's name in words: SIP app for SipApp.
func (m *message) Words() string {
	var words []string
	begin := 0
	for i, letter := range m.Name + "X" {
		if i > 0 && unicode.IsUpper(letter) {
			words = append(words, word(m.Name[begin:i]))
			begin = i
		}
	}
	return strings.Join(words, " ")
}

// word returns one word of a message's name, an abbreviation in capitals.
func word(part string) string {
	switch part {
	case "Sip", "Tn", "Pbx":
		return strings.ToUpper(part)
	case "Opentact":
		return "OpenTACT"
	default:
		return strings.ToLower(part)
	}
}

// Article returns the article before Words.
func (m *message) Article() string {
	if strings.ContainsAny(m.Name[:1], "AEIO") {
		return "an"
	}
	return "a"
}

// FullName returns the name of the message with its package.
func (m *message) FullName() string { return string(m.descriptor.FullName()) }

// ForeignList returns the members that show an object of another kind, as Go literals.
func (m *message) ForeignList() string { return literals(m.Foreign) }

// Dropped returns the members that are not read, with the reasons.
func (m *message) Dropped() (dropped []struct{ Members, Reason string }) {
	for _, d := range m.Resource.Dropped {
		dropped = append(dropped, struct{ Members, Reason string }{strings.Join(d.Members, ", "), d.Reason})
	}
	return dropped
}

// KnownUnread returns the members that are known and not read in this place, as Go literals: those
// that the table drops, and those that are only read if the object was asked for.
func (m *message) KnownUnread() string {
	var known []string
	for _, dropped := range m.Resource.Dropped {
		known = append(known, dropped.Members...)
	}
	for _, answered := range m.AnsweredCases() {
		known = append(known, answered.Member)
	}
	return literals(known)
}

// KnownAdditional returns the members that are known and only kept as additional, as Go literals.
func (m *message) KnownAdditional() string {
	var known []string
	for _, kept := range m.Kept {
		known = append(known, kept.Members...)
	}
	return literals(known)
}

// column is a field that callers write, with the vendor's names for it as Go literals, and
// its expressions in a body.
type column struct {
	Field, Vendor, Value, IsSet string
	Secret                      bool
}

// Columns returns the fields that callers write.
func (m *message) Columns() (columns []column) {
	for _, f := range m.fields {
		if f.isWritten() {
			columns = append(columns, column{
				f.Name, literals(f.Vendor), m.value(f), f.is("!="),
				contract.Behaves(f.descriptor, annotations.FieldBehavior_INPUT_ONLY),
			})
		}
	}
	return columns
}

// value returns the expression for a field's value in a body. None means that the table and the
// descriptor do not say how.
func (m *message) value(f *field) string {
	get := "m.Get" + f.goName + "()"
	switch {
	case f.descriptor.IsList():
		return ""
	case f.descriptor.Enum() != nil:
		return f.word()
	case f.descriptor.Message() == nil && strings.HasSuffix(f.Name, "_uuid"):
		return "strings.ToLower(" + get + ")"
	case f.descriptor.Message() == nil:
		return get
	case wellKnown[f.descriptor.Message().FullName()] == "Time":
		return get + ".AsTime()"
	case wellKnown[f.descriptor.Message().FullName()] == "Milliseconds":
		return get + ".AsDuration().Milliseconds()"
	case m.model.dialect.Writers[string(f.descriptor.Message().Name())] != "":
		return m.model.dialect.Writers[string(f.descriptor.Message().Name())] + "(" + get + ")"
	default:
		return ""
	}
}

// word returns the expression for the vendor's word for a field's value.
func (f *field) word() string {
	return fmt.Sprintf("mapping.Word(%q, m.Get%s().Number())", f.descriptor.Enum().FullName(), f.goName)
}

// literals returns strings as Go literals, separated by commas.
func literals(values []string) string {
	quoted := make([]string, len(values))
	for i, value := range values {
		quoted[i] = fmt.Sprintf("%q", value)
	}
	return strings.Join(quoted, ", ")
}
