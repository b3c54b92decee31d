package secret

import (
	"html"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// escape undoes the escape at the beginning of a text: it returns what the escape
// stands for and its length, or 0 if there is none.
type escape func(text string) (decoded string, length int)

// escapes are the ways in which vendors are known to write a text into another.
var escapes = []escape{jsonEscape, urlEscape, htmlEscape}

// undo undoes the first of the escapes that fits.
func undo(text string, escapes []escape) (decoded string, length int) {
	if c := text[0]; c != '\\' && c != '%' && c != '&' {
		return "", 0
	}
	for _, escape := range escapes {
		if decoded, length = escape(text); length > 0 {
			return decoded, length
		}
	}
	return "", 0
}

// shortEscapes are those of JSON, and those that Go's %q adds.
var shortEscapes = map[byte]string{
	'"': `"`, '\\': `\`, '/': "/", 'b': "\b", 'f': "\f", 'n': "\n", 'r': "\r", 't': "\t", 'a': "\a", 'v': "\v", '\'': "'",
}

// jsonEscape undoes \" and its kind, \u0022, surrogate pairs, and the \x22 of %q.
func jsonEscape(text string) (string, int) {
	if len(text) < 2 || text[0] != '\\' {
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
	if len(text) < 6 || text[:2] != `\u` {
		return 0, false
	}
	value, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(value), err == nil
}

// urlEscape undoes %22. A + is left as it is: only queries mean a space by it.
func urlEscape(text string) (string, int) {
	if text[0] != '%' {
		return "", 0
	}
	return hexByte(text, 1)
}

// hexByte reads the two hexadecimal digits behind a prefix.
func hexByte(text string, prefix int) (string, int) {
	end := prefix + 2
	if len(text) < end {
		return "", 0
	}
	value, err := strconv.ParseUint(text[prefix:end], 16, 8)
	if err != nil {
		return "", 0
	}
	return string([]byte{byte(value)}), end
}

// maxEntity is the length of the longest character reference that is undone.
const maxEntity = 10

// htmlEscape undoes &quot; and &#34;.
func htmlEscape(text string) (string, int) {
	if text[0] != '&' {
		return "", 0
	}
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
