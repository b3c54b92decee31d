package secret

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Masker replaces known values in texts. It is safe for concurrent use; a nil Masker
// replaces nothing.
type Masker struct {
	needles []needle
	first   [256]bool // the bytes that needles begin with
}

// NewMasker returns a masker of the values, in all forms in which vendors are known to
// give them back: as they are, in base64, and escaped for JSON, URLs and HTML. Values
// of fewer than 4 bytes are replaced only if no letter or digit stands beside them.
func NewMasker(values ...string) *Masker {
	m := &Masker{needles: needlesOf(values)}
	for _, needle := range m.needles {
		m.first[needle.text[0]] = true
	}
	return m
}

// Mask returns the text with each known value replaced by Redacted.
func (m *Masker) Mask(text string) string {
	if m == nil || len(m.needles) == 0 {
		return text
	}
	if !escaped(text) {
		return redact(text, m.find(text))
	}
	var spans []span
	for _, v := range views(text) {
		for _, found := range m.find(v.text) {
			spans = append(spans, v.original(found))
		}
	}
	return redact(text, spans)
}

// find returns the spans of all values in a text.
func (m *Masker) find(text string) []span {
	var spans []span
	for i := range len(text) {
		if !m.first[text[i]] {
			continue
		}
		if found, ok := m.match(text, i); ok {
			spans = append(spans, found)
		}
	}
	return spans
}

// match returns the span of the longest value that begins at the offset, if there is one.
func (m *Masker) match(text string, at int) (span, bool) {
	rest := text[at:]
	i, exact := slices.BinarySearchFunc(m.needles, rest, func(n needle, rest string) int { return strings.Compare(n.text, rest) })
	if !exact {
		i--
	}
	// If the rest begins with a needle, that is the one found or one of its prefixes.
	for ; i >= 0; i = m.needles[i].prefix {
		n := m.needles[i]
		if !strings.HasPrefix(rest, n.text) || n.bounded && !hasBoundaries(text, at, at+len(n.text)) {
			continue
		}
		return n.span(text, at), true
	}
	return span{}, false
}

// hasBoundaries reports whether no letter or digit is beside text[start:end].
func hasBoundaries(text string, start, end int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:start])
	after, _ := utf8.DecodeRuneInString(text[end:])
	return !letterOrDigit(before) && !letterOrDigit(after)
}

func letterOrDigit(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
