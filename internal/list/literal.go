package list

import (
	"fmt"
	"strings"

	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// literalForm is how the caller wrote a literal.
type literalForm int

const (
	word    literalForm = iota // without quotes; a field's path has this form too
	quoted                     // in quotes
	integer                    // 42
	decimal                    // 4.2
)

// literal is one side of a comparison as the caller wrote it.
type literal struct {
	form    literalForm
	text    string // of a word or a quoted one
	integer int64
	decimal float64
}

// String returns the literal as a message shows it.
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

// dotted returns a path with its dots.
func dotted(e *expr.Expr) string {
	var parts []string
	for ; e.GetSelectExpr() != nil; e = e.GetSelectExpr().GetOperand() {
		parts = append([]string{e.GetSelectExpr().GetField()}, parts...)
	}
	return strings.Join(append([]string{e.GetIdentExpr().GetName()}, parts...), ".")
}

// operand is a literal that fits its column.
type operand struct {
	value value // to compare with
	plain any   // as Equality shows it
}

// operandOf reads a literal by the type of the column.
func (c *column) operandOf(l literal) (operand, error) {
	if read, ok := c.readLiteral(l); ok {
		return read, nil
	}
	return operand{}, fmt.Errorf("compares %s with %s: it takes %s", c.path, l, c.expected())
}

// readLiteral reads a literal; it is not ok if the literal does not fit the column.
func (c *column) readLiteral(l literal) (operand, bool) {
	switch isText := l.form == word || l.form == quoted; c.compared {
	case text:
		compared := l.text
		if c.isUUID() {
			compared = strings.ToLower(compared) // as the service shows them
		}
		return operand{value{set: true, text: compared}, compared}, isText
	case signed:
		return operand{value{set: true, number: l.integer}, l.integer}, l.form == integer
	case unsigned:
		return operand{fromUnsigned(uint64(max(l.integer, 0))), l.integer}, l.form == integer && l.integer >= 0
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
		moment, ok := contract.ParseTime(l.text)
		return operand{fromTime(moment), moment}, isText && ok
	}
}

// isUUID reports whether a column of texts holds UUIDs, which callers may write in any case.
func (c *column) isUUID() bool {
	name := string(c.field.Name())
	return name == "uuid" || strings.HasSuffix(name, "_uuid")
}

// enumNumber finds an enum value by its name, with or without the prefix.
func enumNumber(enum protoreflect.EnumDescriptor, name string) (protoreflect.EnumNumber, bool) {
	for _, full := range []string{name, contract.EnumPrefix(enum) + name} {
		if found := enum.Values().ByName(protoreflect.Name(full)); found != nil {
			return found.Number(), true
		}
	}
	return 0, false
}

// expected names the literals that the column takes.
func (c *column) expected() string {
	switch c.compared {
	case text:
		return "a string in quotes"
	case signed:
		return "a whole number"
	case unsigned:
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

// example returns a condition on the column that a caller could have meant.
func (c *column) example() string {
	if c.compared == truth {
		return c.path + " = true"
	}
	return c.path + ":* to test whether it is set"
}

func enumNames(enum protoreflect.EnumDescriptor) []string {
	list := make([]string, enum.Values().Len())
	for i := range list {
		list[i] = string(enum.Values().Get(i).Name())
	}
	return list
}
