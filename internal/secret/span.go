package secret

import (
	"cmp"
	"slices"
	"strings"
)

// span is a range of bytes that is replaced.
type span struct {
	start, end int
	// quoteStart and quoteEnd are the range of a quote that is repeated on both sides of
	// Redacted. They are equal if the range needs none.
	quoteStart, quoteEnd int
}

// merge sorts the spans and joins those that overlap; the wider one keeps its quotes.
func merge(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
	})
	merged := spans[:0]
	for _, next := range spans {
		if last := len(merged) - 1; last >= 0 && next.start < merged[last].end {
			merged[last].end = max(merged[last].end, next.end)
			continue
		}
		merged = append(merged, next)
	}
	return merged
}

// redact returns the text with the spans replaced.
func redact(text string, spans []span) string {
	if len(spans) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, s := range merge(spans) {
		quote := text[s.quoteStart:s.quoteEnd]
		b.WriteString(text[at:s.start])
		b.WriteString(quote)
		b.WriteString(Redacted)
		b.WriteString(quote)
		at = s.end
	}
	b.WriteString(text[at:])
	return b.String()
}
