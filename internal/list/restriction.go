package list

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"go.einride.tech/aip/filtering"
)

// restriction is one checked comparison of a column with a literal.
type restriction struct {
	column   *column
	operator string
	operand  operand
	// presence is set for `field:*`.
	presence bool
}

// holds reports for each comparison whether a result of compare satisfies it.
var holds = map[string]func(side int) bool{
	filtering.FunctionEquals:        func(side int) bool { return side == 0 },
	filtering.FunctionNotEquals:     func(side int) bool { return side != 0 },
	filtering.FunctionLessThan:      func(side int) bool { return side < 0 },
	filtering.FunctionLessEquals:    func(side int) bool { return side <= 0 },
	filtering.FunctionGreaterThan:   func(side int) bool { return side > 0 },
	filtering.FunctionGreaterEquals: func(side int) bool { return side >= 0 },
}

// isEquality reports whether an operator asks for the same value or another one,
// not for a range.
func isEquality(operator string) bool {
	return operator == filtering.FunctionEquals || operator == filtering.FunctionNotEquals
}

func newRestriction(column *column, operator string, l literal) (*restriction, error) {
	has := operator == filtering.FunctionHas
	if has && l.form == word && l.text == "*" {
		return &restriction{column: column, presence: true}, nil
	}
	if has && column.compared != text {
		operator = filtering.FunctionEquals
	}
	if !has && !isEquality(operator) && !column.compared.hasRange() {
		return nil, fmt.Errorf("compares %s with %s, but only =, != and : apply to it", column.path, operator)
	}
	operand, err := column.operandOf(l)
	if err != nil {
		return nil, err
	}
	return &restriction{column: column, operator: operator, operand: operand}, nil
}

func (r *restriction) predicate() predicate {
	switch {
	case r.presence:
		return func(row reflect.Value) bool { return r.column.read(row).set }
	case r.isSearch():
		return r.contains()
	default:
		return r.compares()
	}
}

// isSearch reports whether a comparison searches within a string.
func (r *restriction) isSearch() bool { return !r.presence && r.operator == filtering.FunctionHas }

// contains searches within a string and ignores case.
func (r *restriction) contains() predicate {
	sought := []byte(strings.ToLower(r.operand.value.text))
	return func(row reflect.Value) bool {
		var buffer [shortText]byte
		found := r.column.read(row)
		return found.set && bytes.Contains(appendLower(buffer[:0], found.text), sought)
	}
}

// shortText is the length up to which a string is searched without an allocation.
const shortText = 128

// appendLower appends a string in lower case.
func appendLower(lower []byte, text string) []byte {
	for i := range len(text) {
		c := text[i]
		if c >= utf8.RuneSelf {
			return append(lower[:0], strings.ToLower(text)...)
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower = append(lower, c)
	}
	return lower
}

// compares lets an unset field fail every comparison but `!=`, except that an
// unset string or enum equals the value that means none.
func (r *restriction) compares() predicate {
	holds := holds[r.operator]
	unset := r.operator == filtering.FunctionNotEquals
	if r.column.compared.hasEmpty() && isEquality(r.operator) {
		unset = holds(compare(&value{set: true}, &r.operand.value))
	}
	return func(row reflect.Value) bool {
		found := r.column.read(row)
		if !found.set {
			return unset
		}
		return holds(compare(&found, &r.operand.value))
	}
}
