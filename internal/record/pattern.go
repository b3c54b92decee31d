package record

import (
	"regexp"
	"sync"
)

// pattern is a regular expression that is compiled when it is first used: every server has
// this package, and few processes make records.
type pattern func() *regexp.Regexp

// newPattern returns the pattern of an expression.
func newPattern(expression string) pattern {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

// MatchString reports whether a text has a match.
func (p pattern) MatchString(text string) bool { return p().MatchString(text) }

// FindStringSubmatch returns the first match and its groups; nil if there is none.
func (p pattern) FindStringSubmatch(text string) []string { return p().FindStringSubmatch(text) }
