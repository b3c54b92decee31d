package list

import (
	"fmt"
	"slices"
	"strings"

	"go.einride.tech/aip/filtering"
)

// checkOperator refuses an operator that there is not and that begins with this token: signs
// between two values, such as ~ or <>, or a word between a field and a literal, such as LIKE.
// The parser would find several mistakes in it.
func checkOperator(tokens []filtering.Token, i int) error {
	signs := signsAt(tokens, i)
	switch {
	case len(signs) == 0 && isWordBetween(tokens, i):
		return noOperator(quote(tokens[i].Value))
	case len(signs) == 0, !isValue(skipSpace(tokens, i, -1)):
		return nil
	case len(signs) == 1 && !signs[0].Type.IsComparator():
		return noOperator(shownSign(signs[0].Value))
	case len(signs) == 1, strings.HasPrefix(signs[0].Value+signs[1].Value, "=="):
		return nil
	}
	var all strings.Builder
	for _, sign := range signs {
		all.WriteString(sign.Value)
	}
	next, last := skipSpace(tokens, i+len(signs)-1, +1), signs[len(signs)-1]
	if isLiteral(next) || isValue(next) && last.Type != filtering.TokenTypeText {
		return noOperator(shownSign(all.String()))
	}
	return nil // a literal may consist of signs: name =~
}

func noOperator(name string) error {
	return fmt.Errorf("%s is not an operator; those are :, =, !=, <, <=, > and >=", name)
}

// shownSign returns an operator as it is, unless it is long.
func shownSign(sign string) string {
	if len(sign) > 4 {
		return quote(sign)
	}
	return sign
}

// signsAt returns the signs that begin with a token and follow each other without a space; none
// if there is another sign before them.
func signsAt(tokens []filtering.Token, i int) []filtering.Token {
	if i > 0 && isSign(tokens[i-1]) {
		return nil
	}
	end := i
	for end < len(tokens) && isSign(tokens[end]) {
		end++
	}
	return tokens[i:end]
}

// isSign reports whether a token is an operator or looks like a part of one.
func isSign(token filtering.Token) bool {
	if token.Type != filtering.TokenTypeText {
		return token.Type.IsComparator() || token.Value == "!"
	}
	_, misspelt := misspeltOperator(token.Value)
	return !misspelt && strings.Trim(token.Value, "~%^&|+/@#$?") == ""
}

// isWordBetween reports whether a token is a word between a path, which is compared with
// nothing, and a literal.
func isWordBetween(tokens []filtering.Token, i int) bool {
	if tokens[i].Type != filtering.TokenTypeText || !isLiteral(skipSpace(tokens, i, +1)) {
		return false
	}
	if _, misspelt := misspeltOperator(tokens[i].Value); misspelt {
		return false
	}
	at := i - 1
	if typeAt(tokens, at) != filtering.TokenTypeWhitespace || typeAt(tokens, at-1) != filtering.TokenTypeText {
		return false
	}
	for at--; typeAt(tokens, at-1) == filtering.TokenTypeDot; {
		at -= 2
	}
	if at < 0 || tokens[at].Type != filtering.TokenTypeText {
		return false
	}
	_, misspelt := misspeltOperator(tokens[at].Value)
	return !misspelt && !skipSpace(tokens, at, -1).Type.IsComparator()
}

// skipSpace returns the next token, or the one before, that is no space; the zero token
// beyond either end.
func skipSpace(tokens []filtering.Token, i, step int) (none filtering.Token) {
	for i += step; typeAt(tokens, i) != ""; i += step {
		if tokens[i].Type != filtering.TokenTypeWhitespace {
			return tokens[i]
		}
	}
	return none
}

// isValue reports whether a token is a literal or a part of a path.
func isValue(token filtering.Token) bool {
	return token.Type == filtering.TokenTypeText || isLiteral(token)
}

// isLiteral reports whether a token can only be a literal.
func isLiteral(token filtering.Token) bool {
	return slices.Contains([]filtering.TokenType{
		filtering.TokenTypeString, filtering.TokenTypeNumber, filtering.TokenTypeHexNumber, filtering.TokenTypeMinus,
	}, token.Type)
}

// checkParentheses refuses a filter that does not close each parenthesis. The parser would
// only say where the filter ends.
func checkParentheses(tokens []filtering.Token) error {
	var open []filtering.Position
	for _, token := range tokens {
		switch {
		case token.Type == filtering.TokenTypeLeftParen:
			open = append(open, token.Position)
		case token.Type == filtering.TokenTypeRightParen && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	if len(open) == 0 {
		return nil
	}
	last := open[len(open)-1]
	return fmt.Errorf("does not close the parenthesis at line %d, column %d", last.Line, last.Column)
}
