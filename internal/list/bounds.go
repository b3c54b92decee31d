package list

import (
	"fmt"

	"go.einride.tech/aip/filtering"
)

// Bounds of a filter. The parser takes hundreds of bytes for each token and more than
// that for each part of a path, and each row is compared with each condition, so the
// tokens are counted before anything is parsed.
const (
	maxFilterLength = 8 << 10
	maxFilterTokens = 4000
	maxFilterDepth  = 32
	// maxConditions is more than the UUIDs that a filter of the longest length can name.
	maxConditions = 200
	// maxPathParts leaves paths that are too long by a few parts to the message that
	// lists the fields.
	maxPathParts = 8
	// maxSearches bounds the conditions that search within a string: each of them costs
	// as much as many comparisons.
	maxSearches = 16
)

// bounds counts the tokens of a filter.
type bounds struct {
	tokens     int
	depth      int
	conditions int
	dots       int                 // in the path so far
	before     filtering.TokenType // the last token but space
}

// nesting is how a token changes the depth.
var nesting = map[filtering.TokenType]int{
	filtering.TokenTypeLeftParen:  1,
	filtering.TokenTypeRightParen: -1,
}

// add counts a token and reports the first bound that the filter exceeds.
func (b *bounds) add(token filtering.TokenType) error {
	b.tokens++
	b.depth += nesting[token]
	b.countDots(token)
	if token != filtering.TokenTypeWhitespace {
		if beginsCondition(b.before, token) {
			b.conditions++
		}
		b.before = token
	}
	switch {
	case b.tokens > maxFilterTokens:
		return fmt.Errorf("has more than %d words, operators and spaces", maxFilterTokens)
	case b.depth > maxFilterDepth:
		return fmt.Errorf("nests deeper than %d parentheses", maxFilterDepth)
	case b.conditions > maxConditions:
		return fmt.Errorf("has more than %d conditions", maxConditions)
	case b.dots >= maxPathParts:
		return fmt.Errorf("names a field with more than %d parts", maxPathParts)
	default:
		return nil
	}
}

// countDots counts the dots of one path. What does not follow a dot begins another one.
func (b *bounds) countDots(token filtering.TokenType) {
	switch {
	case token == filtering.TokenTypeDot:
		b.dots++
	case token != filtering.TokenTypeWhitespace && b.before != filtering.TokenTypeDot:
		b.dots = 0
	}
}

// beginsCondition reports whether a token is the first one of a condition: a value or a
// minus that neither continues a path nor is compared with anything before it.
func beginsCondition(before, token filtering.TokenType) bool {
	switch token {
	case filtering.TokenTypeText, filtering.TokenTypeString, filtering.TokenTypeMinus,
		filtering.TokenTypeNumber, filtering.TokenTypeHexNumber:
		return !before.IsComparator() && before != filtering.TokenTypeDot && before != filtering.TokenTypeMinus
	default:
		return false
	}
}
