package list

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.einride.tech/aip/filtering"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
)

// syntaxTree is a filter as the parser understands it.
type syntaxTree struct {
	root *expr.Expr
	text string          // the text that positions are in
	at   map[int64]int32 // the position of each expression, by its id
}

// isQuoted reports whether the caller wrote a literal in quotes. For a literal after a
// colon the tree itself does not say so.
func (t *syntaxTree) isQuoted(e *expr.Expr) bool {
	position := int(t.at[e.GetId()])
	return position < len(t.text) && strings.ContainsRune(`"'`, rune(t.text[position]))
}

// parseSyntax turns a filter that is not blank into a tree.
func parseSyntax(text string) (*syntaxTree, error) {
	if len(text) > maxFilterLength {
		return nil, fmt.Errorf("is longer than %d bytes", maxFilterLength)
	}
	text, err := checkTokens(strings.TrimSpace(text))
	if err != nil {
		return nil, err
	}
	var parser filtering.Parser
	parser.Init(text)
	parsed, err := parser.Parse()
	if err != nil {
		return nil, explain(err, text)
	}
	return &syntaxTree{root: parsed.GetExpr(), text: text, at: parsed.GetSourceInfo().GetPositions()}, nil
}

// checkTokens refuses what the parser would take too long for, misunderstand, or explain
// badly. It returns the filter with the space before each closing parenthesis moved
// behind it, because the parser refuses it before.
func checkTokens(text string) (string, error) {
	tokens, err := lex(text)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	space := ""
	for i, token := range tokens {
		if err := checkToken(tokens, i); err != nil {
			return "", err
		}
		switch token.Type {
		case filtering.TokenTypeWhitespace:
			space += token.Value
		case filtering.TokenTypeRightParen:
			out.WriteString(token.Value)
		default:
			out.WriteString(space + token.Value)
			space = ""
		}
	}
	if err := checkParentheses(tokens); err != nil {
		return "", err
	}
	return out.String(), nil
}

// checkToken checks a token with its neighbours.
func checkToken(tokens []filtering.Token, i int) error {
	token, before, after := tokens[i], typeAt(tokens, i-1), typeAt(tokens, i+1)
	switch {
	case token.Type.IsKeyword() && after == filtering.TokenTypeLeftParen:
		return fmt.Errorf("needs a space between %s and the parenthesis", token.Value)
	case token.Type == filtering.TokenTypeText && after == filtering.TokenTypeLeftParen:
		if operator, ok := misspeltOperator(token.Value); ok {
			return wantOperator(token.Value, operator)
		}
		return fmt.Errorf("calls a function, %s: compare a field with a literal instead, "+
			`as in create_time > "2026-01-02T15:04:05Z"`, quote(token.Value))
	case token.Type == filtering.TokenTypeEquals && before == filtering.TokenTypeEquals:
		return errors.New(`has "==": write =`)
	case before == filtering.TokenTypeDot || after == filtering.TokenTypeDot:
		return nil // A part of a path or of a decimal number.
	case token.Type == filtering.TokenTypeNumber || token.Type == filtering.TokenTypeHexNumber:
		return checkNumber(token.Value)
	default:
		return checkOperator(tokens, i)
	}
}

// misspeltOperator returns the operator that a word must mean: one in lower case, or that of
// another language.
func misspeltOperator(word string) (operator string, ok bool) {
	switch strings.ToUpper(word) {
	case "AND", "&&", "&":
		return "AND", true
	case "OR", "||", "|":
		return "OR", true
	case "NOT":
		return "NOT", true
	default:
		return "", false
	}
}

func wantOperator(word, operator string) error {
	return fmt.Errorf("has %s: write %s", quote(word), operator)
}

// checkNumber refuses what the parser would read as octal, and what does not fit.
func checkNumber(number string) error {
	if len(number) > 1 && number[0] == '0' && number[1] != 'x' {
		return fmt.Errorf("has the number %s, which begins with 0: write text in quotes", quote(number))
	}
	if _, err := strconv.ParseInt(number, 0, 64); err != nil {
		return fmt.Errorf("has the number %s, which is not between -2^63 and 2^63", quote(number))
	}
	return nil
}

// typeAt returns the type of a token, "" beyond either end.
func typeAt(tokens []filtering.Token, i int) filtering.TokenType {
	if i < 0 || i >= len(tokens) {
		return ""
	}
	return tokens[i].Type
}

// lex splits a filter into its tokens, up to the first bound that it exceeds.
func lex(text string) ([]filtering.Token, error) {
	var lexer filtering.Lexer
	lexer.Init(text)
	var tokens []filtering.Token
	var counted bounds
	for {
		token, err := lexer.Lex()
		if errors.Is(err, io.EOF) {
			return tokens, nil
		}
		if err != nil {
			return nil, explain(err, text)
		}
		if err := counted.add(token.Type); err != nil {
			return nil, err
		}
		tokens = append(tokens, token)
	}
}

// positionError is an error of the lexer or the parser with its position.
type positionError interface {
	error
	Position() filtering.Position
}

// explain returns the position of the innermost cause of a syntax error. The parser's own
// message repeats the filter for every rule of the grammar that it was in.
func explain(err error, text string) error {
	if errors.Is(err, io.EOF) {
		return errors.New("syntax error: the filter ends too early")
	}
	var position filtering.Position
	for at := positionError(nil); errors.As(err, &at); err = errors.Unwrap(at) {
		position = at.Position()
	}
	rest := strings.TrimSpace(text[min(int(position.Offset), len(text)):])
	return fmt.Errorf("syntax error at line %d, column %d, near %s", position.Line, position.Column, quote(rest))
}
