package tolerant

import (
	"encoding/binary"
	"strings"
	"unicode/utf8"
)

// CanonicalUUID returns a UUID in lower case; ok is false for anything else.
func CanonicalUUID(text string) (uuid string, ok bool) {
	if len(text) != len("00000000-0000-0000-0000-000000000000") {
		return "", false
	}
	for i := range len(text) {
		dashed := i == 8 || i == 13 || i == 18 || i == 23
		if dashed != (text[i] == '-') || !dashed && !hexadecimal(text[i]) {
			return "", false
		}
	}
	return lower(text), true
}

// hexadecimal reports whether a byte is a hexadecimal digit.
func hexadecimal(c byte) bool {
	return c-'0' <= 9 || (c|' ')-'a' <= 'f'-'a'
}

// lower is strings.ToLower, and faster for what is in lower case, as nearly all is that
// vendors send.
func lower(text string) string {
	for rest := text; rest != ""; {
		var word [8]byte
		rest = rest[copy(word[:], rest):]
		if mayChange(binary.LittleEndian.Uint64(word[:])) {
			return strings.ToLower(text)
		}
	}
	return text
}

// mayChange reports whether one of eight bytes is an upper-case letter or not ASCII.
func mayChange(word uint64) bool {
	const fromA, beyondZ = utf8.RuneSelf - 'A', utf8.RuneSelf - 'Z' - 1
	ascii := word &^ highs
	return (word|(ascii+ones*fromA)&^(ascii+ones*beyondZ))&highs != 0
}
