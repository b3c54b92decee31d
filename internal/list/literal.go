package list

import (
	"fmt"
	"strings"
	"time"

	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// form is how the caller wrote a literal.
type form int

const (
	word    form = iota // without quotes; a field's path has this form too
	quoted              // in quotes
	integer             // 42
	decimal             // 4.2
)

// literal is one side of a comparison as the caller wrote it.
type literal struct {
	form    form
	text    string // of a word or a quoted one
	integer int64
	decimal float64
}

// String shows the literal in a message.
func (l literal) String() string {
	switch l.form {
	case integer:
		return fmt.Sprint(l.integer)
	case decimal:
		return fmt.Sprint(l.decimal)
	default:
		return quote(l.text)
	}
}

// literal reads a leaf of the tree.
func (t *syntaxTree) literal(e *expr.Expr) literal {
	switch constant := e.GetConstExpr().GetConstantKind().(type) {
	case *expr.Constant_Int64Value:
		return literal{form: integer, integer: constant.Int64Value}
	case *expr.Constant_DoubleValue:
		return literal{form: decimal, decimal: constant.DoubleValue}
	case *expr.Constant_StringValue:
		if t.isQuoted(e) {
			return literal{form: quoted, text: constant.StringValue}
		}
		return literal{form: word, text: constant.StringValue}
	default:
		return literal{form: word, text: dotted(e)}
	}
}

// dotted writes out a path of any length.
func dotted(e *expr.Expr) string {
	var parts []string
	for ; e.GetSelectExpr() != nil; e = e.GetSelectExpr().GetOperand() {
		parts = append([]string{e.GetSelectExpr().GetField()}, parts...)
	}
	return strings.Join(append([]string{e.GetIdentExpr().GetName()}, parts...), ".")
}

// operand is a literal that fits its column: to compare with, and as Equality
// shows it.
type operand struct {
	value value
	plain any
}

// operandOf reads a literal as the column's type.
func (c *column) operandOf(l literal) (operand, error) {
	if read, ok := c.kind.read(c, l); ok {
		return read, nil
	}
	return operand{}, fmt.Errorf("compares %s with %s: it takes %s", c.path, l, c.expected())
}

// read is the reading of literals by kind.
func (k kind) read(c *column, l literal) (operand, bool) {
	switch isText := l.form == word || l.form == quoted; k {
	case text:
		return operand{value{set: true, text: l.text}, l.text}, isText
	case whole:
		return operand{value{set: true, number: l.integer}, l.integer}, l.form == integer
	case natural:
		return operand{fromNatural(uint64(max(l.integer, 0))), l.integer}, l.form == integer && l.integer >= 0
	case floating:
		number := l.decimal
		if l.form == integer {
			number = float64(l.integer)
		}
		return operand{fromFloat(number), number}, !isText
	case truth:
		is := l.text == "true"
		return operand{fromTruth(is), is}, l.form == word && (is || l.text == "false")
	case enumeration:
		number, ok := enumNumber(c.field.Enum(), l.text)
		return operand{value{set: true, number: int64(number)}, number}, isText && ok
	default:
		var moment time.Time
		err := moment.UnmarshalText([]byte(l.text)) // RFC 3339 and nothing else, unlike time.Parse.
		return operand{fromTime(moment), moment}, isText && err == nil
	}
}

// enumNumber finds an enum value by its name, with or without the prefix.
func enumNumber(enum protoreflect.EnumDescriptor, name string) (protoreflect.EnumNumber, bool) {
	for _, full := range []string{name, enumPrefix(enum) + name} {
		if found := enum.Values().ByName(protoreflect.Name(full)); found != nil {
			return found.Number(), true
		}
	}
	return 0, false
}

// enumPrefix is what the names of an enum's values share, `MEDIA_TYPE_`.
func enumPrefix(enum protoreflect.EnumDescriptor) string {
	return strings.TrimSuffix(string(enum.Values().Get(0).Name()), "UNSPECIFIED")
}

// expected says which literals the column takes.
func (c *column) expected() string {
	switch c.kind {
	case text:
		return "a string in quotes"
	case whole:
		return "a whole number"
	case natural:
		return "a whole number that is not negative"
	case floating:
		return "a number"
	case truth:
		return "true or false without quotes"
	case enumeration:
		return "one of " + strings.Join(enumNames(c.field.Enum()), ", ")
	default:
		return `an RFC 3339 time in quotes, such as "2026-01-02T15:04:05Z"`
	}
}

// example is a condition on the column that a caller could have meant.
func (c *column) example() string {
	if c.kind == truth {
		return c.path + " = true"
	}
	return c.path + ":* where it should be set"
}

func enumNames(enum protoreflect.EnumDescriptor) []string {
	list := make([]string, enum.Values().Len())
	for i := range list {
		list[i] = string(enum.Values().Get(i).Name())
	}
	return list
}
