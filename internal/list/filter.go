package list

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"go.einride.tech/aip/filtering"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
)

// predicate reports whether a row passes. The row is given as its struct.
type predicate func(row reflect.Value) bool

// filter is a checked filter. The zero value passes every row.
type filter struct {
	pass predicate
	// equal holds the conditions that must all hold and are equalities.
	equal []Equality
	// more is set if the filter is not only equalities.
	more bool
}

func (f *filter) matches(row reflect.Value) bool { return f.pass == nil || f.pass(row) }

func (f *filter) equalities() ([]Equality, bool) { return f.equal, !f.more }

// parseFilter checks an AIP-160 filter against the fields of the rows.
func parseFilter(rows rowType, text string) (*filter, violations) {
	if strings.TrimSpace(text) == "" {
		return &filter{}, nil
	}
	c := &checker{rows: rows}
	tree, err := parseSyntax(text)
	if err != nil {
		c.found.add(err)
		return nil, c.found.violations("filter")
	}
	c.tree = tree
	pass := c.predicate(tree.root)
	if len(c.found.texts) > 0 {
		return nil, c.found.violations("filter")
	}
	equal, more := c.equalities()
	return &filter{pass: pass, equal: equal, more: more}, nil
}

// checker turns a syntax tree into a predicate and gathers what is wrong with it.
type checker struct {
	rows     rowType
	tree     *syntaxTree
	found    problems
	searches int // conditions that search within a string
}

// predicate checks an expression. What it returns can be used only if no problem was
// found in the whole tree.
func (c *checker) predicate(e *expr.Expr) predicate {
	switch name := e.GetCallExpr().GetFunction(); {
	case isConjunction(e):
		return all(c.predicates(operands(e, isConjunction)))
	case name == filtering.FunctionOr:
		return some(c.predicates(operands(e, isDisjunction)))
	case name == filtering.FunctionNot:
		return not(c.predicate(e.GetCallExpr().GetArgs()[0]))
	default:
		return c.condition(e)
	}
}

// condition checks an expression that has no further ones in it.
func (c *checker) condition(e *expr.Expr) predicate {
	call := e.GetCallExpr()
	if call == nil {
		c.found.add(c.bare(e))
		return nil
	}
	restriction, err := c.restriction(call)
	if err != nil {
		c.found.add(err)
		return nil
	}
	if restriction.isSearch() {
		c.searches++
	}
	if c.searches > maxSearches {
		c.found.add(fmt.Errorf("searches within strings with the operator : more than %d times", maxSearches))
		return nil
	}
	return restriction.predicate()
}

func (c *checker) predicates(terms []*expr.Expr) []predicate {
	list := make([]predicate, len(terms))
	for i, term := range terms {
		list[i] = c.predicate(term)
	}
	return list
}

// bare explains a field or a literal that is compared with nothing.
func (c *checker) bare(e *expr.Expr) error {
	literal := c.tree.literal(e)
	if operator, ok := misspeltOperator(literal.text); ok && literal.form == word {
		return wantOperator(literal.text, operator)
	}
	if column, problem := resolve(c.rows, literal.text); problem == nil && literal.form == word {
		return fmt.Errorf("names %s and compares it with nothing: write %s", column.path, column.example())
	}
	return fmt.Errorf(`has %s on its own: name the field to search in, as in name:"sales"`, literal)
}

// restriction checks `field operator literal`.
func (c *checker) restriction(call *expr.Expr_Call) (*restriction, error) {
	left, right := call.GetArgs()[0], call.GetArgs()[1]
	field := c.tree.literal(left)
	if field.form != word {
		return nil, fmt.Errorf("has %s to the left of %s: a field belongs there", field, call.GetFunction())
	}
	column, problem := resolve(c.rows, field.text)
	if problem != nil {
		return nil, problem
	}
	if right.GetCallExpr() != nil {
		return nil, errors.New("compares " + column.path + " with an expression: write one comparison for each literal")
	}
	return newRestriction(column, call.GetFunction(), c.tree.literal(right))
}

// equalities returns the conditions of a checked tree that must all hold and are
// equalities, and whether there are others.
func (c *checker) equalities() (equal []Equality, more bool) {
	for _, term := range operands(c.tree.root, isConjunction) {
		call := term.GetCallExpr()
		if call.GetFunction() != filtering.FunctionEquals {
			more = true
			continue
		}
		restriction, err := c.restriction(call)
		if err != nil {
			return nil, true
		}
		equal = append(equal, Equality{Path: restriction.column.path, Value: restriction.operand.plain})
	}
	return equal, more
}

// isConjunction reports whether all parts of an expression must hold: they are
// joined by AND or stand beside each other.
func isConjunction(e *expr.Expr) bool {
	name := e.GetCallExpr().GetFunction()
	return name == filtering.FunctionAnd || name == filtering.FunctionFuzzyAnd
}

func isDisjunction(e *expr.Expr) bool {
	return e.GetCallExpr().GetFunction() == filtering.FunctionOr
}

// operands flattens what the parser nests pair by pair. It recurses at most as
// deep as a filter has conditions.
func operands(e *expr.Expr, joined func(*expr.Expr) bool) []*expr.Expr {
	if !joined(e) {
		return []*expr.Expr{e}
	}
	pair := e.GetCallExpr().GetArgs()
	return append(operands(pair[0], joined), operands(pair[1], joined)...)
}

func all(terms []predicate) predicate {
	return func(row reflect.Value) bool {
		for _, term := range terms {
			if !term(row) {
				return false
			}
		}
		return true
	}
}

func some(terms []predicate) predicate {
	return func(row reflect.Value) bool {
		for _, term := range terms {
			if term(row) {
				return true
			}
		}
		return false
	}
}

func not(term predicate) predicate {
	return func(row reflect.Value) bool { return !term(row) }
}
