package secret

import (
	"cmp"
	"encoding/base64"
	"slices"
	"strings"
)

// shortValue is the length below which a value is replaced only if no letter or digit
// is beside it.
const shortValue = 4

// needle is one form of a value.
type needle struct {
	text string
	// bounded needs a boundary on both sides.
	bounded bool
	// within is set if the text is the middle of a base64 text: begun and unfinished say
	// whether the characters before and behind it hold bits of the value, too.
	within, begun, unfinished bool
	// prefix is the index of the longest other needle that this one begins with, or -1.
	prefix int
}

// span returns the range of the needle at the offset. In base64 that includes the
// characters which hold only some bits of the value, and the padding.
func (n needle) span(text string, at int) span {
	found := span{start: at, end: at + len(n.text)}
	if n.begun && at > 0 && base64Character(text[at-1]) {
		found.start--
	}
	if n.unfinished && found.end < len(text) && base64Character(text[found.end]) {
		found.end++
	}
	for n.within && found.end < len(text) && text[found.end] == '=' {
		found.end++
	}
	return found
}

// needlesOf returns all forms of the values, sorted and linked.
func needlesOf(values []string) []needle {
	var needles []needle
	for _, value := range values {
		needles = appendForms(needles, value)
	}
	slices.SortFunc(needles, func(a, b needle) int {
		return cmp.Or(strings.Compare(a.text, b.text), compareFlags(a.bounded, b.bounded), compareFlags(b.within, a.within))
	})
	needles = slices.CompactFunc(needles, func(a, b needle) bool { return a.text == b.text })
	link(needles)
	return needles
}

// compareFlags sorts false before true.
func compareFlags(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// link finds for each needle the longest other one that it begins with. In sorted order
// that is the one before it, or a prefix of that one.
func link(needles []needle) {
	for i := range needles {
		at := i - 1
		for at >= 0 && !strings.HasPrefix(needles[i].text, needles[at].text) {
			at = needles[at].prefix
		}
		needles[i].prefix = at
	}
}

// appendForms appends the forms of one value. Escaped forms are found by undoing the
// escapes; the forms here are those that cannot be undone.
func appendForms(needles []needle, value string) []needle {
	if value == "" {
		return needles
	}
	short := len(value) < shortValue
	needles = append(needles, needle{text: value, bounded: short})
	if strings.Contains(value, " ") {
		needles = append(needles, needle{text: strings.ReplaceAll(value, " ", "+"), bounded: short})
	}
	for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
		if short {
			needles = append(needles, needle{text: alphabet.EncodeToString([]byte(value)), bounded: true})
			continue
		}
		for offset := range 3 {
			needles = append(needles, base64Needle(alphabet, value, offset))
		}
	}
	return needles
}

// base64Needle returns the part of the base64 of a value that does not depend on what
// stands before and behind the value, if it begins at the offset in a group of three
// bytes.
func base64Needle(alphabet *base64.Encoding, value string, offset int) needle {
	encoded := alphabet.EncodeToString([]byte("\x00\x00\x00"[:offset] + value))
	bits := 8 * (offset + len(value))
	start := (8*offset + 5) / 6
	return needle{text: encoded[start : bits/6], within: true, begun: offset > 0, unfinished: bits%6 > 0}
}

// base64Character reports whether either alphabet has the character.
func base64Character(c byte) bool {
	return c < 0x80 && alphanumeric(c) || c == '+' || c == '/' || c == '-' || c == '_'
}
