package secret

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// escape is a way to write a text into another.
type escape struct {
	// begin is what each escape begins with.
	begin byte
	// undo returns the meaning of the escape at the beginning of a text, and its
	// length, or 0 if there is none.
	undo func(text string) (decoded string, length int)
}

// Escapes are the characters that escapes begin with.
const Escapes = `\%&`

// escapes are the ways that vendors are known to use.
var escapes = []escape{{'\\', jsonEscape}, {'%', urlEscape}, {'&', htmlEscape}}

// shortEscapes are those of JSON, and those that Go's %q adds.
var shortEscapes = map[byte]string{
	'"': `"`, '\\': `\`, '/': "/", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'a': "\a", 'v': "\v", '\'': "'",
}

// jsonEscape undoes \" and its kind, \u0022, surrogate pairs, and the \x22 and
// \U00000022 of %q.
func jsonEscape(text string) (string, int) {
	if len(text) < 2 {
		return "", 0
	}
	if decoded, ok := shortEscapes[text[1]]; ok {
		return decoded, 2
	}
	switch text[1] {
	case 'x':
		return hexByte(text, 2)
	case 'u':
		return unicodeEscape(text)
	case 'U':
		value, ok := hexadecimal(text, 2, 8)
		if !ok || value > utf8.MaxRune {
			return "", 0
		}
		return string(rune(value)), 10
	default:
		return "", 0
	}
}

// unicodeEscape undoes \uXXXX or a pair of them.
func unicodeEscape(text string) (string, int) {
	const length = 6
	first, ok := unit(text)
	if !ok {
		return "", 0
	}
	if utf16.IsSurrogate(first) {
		if second, ok := unit(text[length:]); ok {
			if pair := utf16.DecodeRune(first, second); pair != utf8.RuneError {
				return string(pair), 2 * length
			}
		}
	}
	return string(first), length
}

// unit reads \uXXXX at the beginning of a text.
func unit(text string) (rune, bool) {
	if !strings.HasPrefix(text, `\u`) {
		return 0, false
	}
	value, ok := hexadecimal(text, 2, 4)
	return rune(value), ok
}

// urlEscape undoes %22. A + is left as it is: only queries mean a space by it.
func urlEscape(text string) (string, int) { return hexByte(text, 1) }

// hexByte reads the two hexadecimal digits behind a prefix.
func hexByte(text string, prefix int) (string, int) {
	value, ok := hexadecimal(text, prefix, 2)
	if !ok {
		return "", 0
	}
	return string([]byte{byte(value)}), prefix + 2
}

// hexadecimal reads a number of so many digits behind a prefix.
func hexadecimal(text string, prefix, digits int) (uint64, bool) {
	if len(text) < prefix+digits {
		return 0, false
	}
	value, err := strconv.ParseUint(text[prefix:prefix+digits], 16, 32)
	return value, err == nil
}

// maxEntity is the length of the longest character reference that is undone.
const maxEntity = 10

// htmlEscape undoes &quot; and &#34;.
func htmlEscape(text string) (string, int) {
	end := strings.IndexByte(text[:min(len(text), maxEntity)], ';')
	if end < 0 {
		return "", 0
	}
	entity := text[:end+1]
	if decoded := html.UnescapeString(entity); decoded != entity {
		return decoded, len(entity)
	}
	return "", 0
}
