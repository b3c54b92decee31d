package secret

import "strings"

// Text returns the text without the secrets that can be recognised by their form:
// members with secret names of JSON, user information in URLs, key=value pairs with
// secret names, and credentials in headers. A text without any of these is returned as
// it is.
func Text(text string) string {
	spans := secretsIn(text)
	if escaped(text) {
		spans = appendEscaped(spans, text)
	}
	return redact(text, spans)
}

// appendEscaped appends the secrets that show when escapes are undone. If several views
// show the same secret, the one with the fewest escapes undone decides its end.
func appendEscaped(spans []span, text string) []span {
	known := map[int]bool{}
	for _, s := range spans {
		known[s.start] = true
	}
	for _, v := range views(text)[1:] {
		for _, s := range secretsIn(v.text) {
			if s = v.original(s); !known[s.start] {
				known[s.start] = true
				spans = append(spans, s)
			}
		}
	}
	return spans
}

// finders are functions that find a secret at the offset of a character, by that
// character.
var finders = [256]func(text string, at int) (span, bool){
	'"': jsonMember, '\'': jsonMember, '=': pair, ':': behindColon, ' ': behindScheme,
}

// secretsIn returns the secrets in the text without undoing escapes.
func secretsIn(text string) []span {
	var spans []span
	for i := 0; i < len(text); {
		find := finders[text[i]]
		if find == nil {
			i++
			continue
		}
		found, ok := find(text, i)
		i++
		if !ok {
			continue
		}
		spans = append(spans, found)
		if !quoted(text, found) {
			i = max(i, found.end)
		}
	}
	return spans
}

// quoted reports whether the span is the inside of a quoted string. Its first quote may
// be no more than an apostrophe, so what the string holds is searched, too.
func quoted(text string, s span) bool { return strings.IndexByte("\"'", text[s.start-1]) >= 0 }

// maxNameBytes is the longest name that is read.
const maxNameBytes = 256

// jsonMember finds the value of the JSON member whose name begins with the quote at the
// offset. Texts are cut, so the value may have no end.
func jsonMember(text string, at int) (span, bool) {
	end := at + 1 + strings.IndexAny(text[at+1:min(len(text), at+maxNameBytes)], "\"'\\{},")
	if end == at || text[end] != text[at] {
		return span{}, false
	}
	colon := skipSpace(text, end+1)
	if colon == len(text) || text[colon] != ':' || !Name(text[at+1:end]) {
		return span{}, false
	}
	return jsonValue(text, skipSpace(text, colon+1), at)
}

// jsonValue finds the value at the offset. Null, booleans and empty strings are no
// secrets.
func jsonValue(text string, at, quote int) (span, bool) {
	if at == len(text) {
		return span{}, false
	}
	switch text[at] {
	case '"', '\'':
		end := quoteEnd(text, at)
		if end < 0 {
			end = len(text)
		}
		return span{start: at + 1, end: end}, end > at+1
	case '{', '[':
		return span{start: at, end: nestedEnd(text, at), quoteStart: quote, quoteEnd: quote + 1}, true
	default:
		end := at + len(until(text[at:], ",}]"))
		return span{start: at, end: end, quoteStart: quote, quoteEnd: quote + 1}, !noSecrets[text[at:end]]
	}
}

// noSecrets are the literals that a member with a secret name may have.
var noSecrets = map[string]bool{"": true, "null": true, "true": true, "false": true}

// quoteEnd returns the offset of the quote that ends the string at the offset, or -1.
func quoteEnd(text string, at int) int {
	for i := at + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case text[at]:
			return i
		}
	}
	return -1
}

// nestedEnd returns the end of the object or array at the offset.
func nestedEnd(text string, at int) int {
	depth := 0
	for i := at; i < len(text); i++ {
		switch text[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			if i = quoteEnd(text, i); i < 0 {
				return len(text)
			}
		}
	}
	return len(text)
}

// pair finds the value behind the equals sign at the offset, as in queries and forms.
func pair(text string, at int) (span, bool) {
	if at+1 == len(text) || !Name(nameBefore(text, at)) {
		return span{}, false
	}
	if quote := text[at+1]; quote == '"' || quote == '\'' {
		return jsonValue(text, at+1, at+1)
	}
	end := at + 1 + len(until(text[at+1:], "&;"))
	return span{start: at + 1, end: end}, end > at+1
}

// nameBefore returns the name that ends at the offset.
func nameBefore(text string, at int) string {
	start := at
	for start > 0 && at-start < maxNameBytes && (alphanumeric(text[start-1]) || strings.IndexByte("_-.[]", text[start-1]) >= 0) {
		start--
	}
	return text[start:at]
}

// until returns the beginning of the text up to white space, a quote, an angle bracket,
// one of the other delimiters, or a JSON escape of any of these.
func until(text, delimiters string) string {
	for i := range len(text) {
		c := text[i]
		if c == '\\' {
			if decoded, length := jsonEscape(text[i:]); length > 0 {
				c = decoded[0]
			}
		}
		if c <= ' ' || strings.IndexByte("\"'<>", c) >= 0 || strings.IndexByte(delimiters, c) >= 0 {
			return text[:i]
		}
	}
	return text
}

// skipSpace returns the offset of the first character that is no white space.
func skipSpace(text string, at int) int {
	for at < len(text) && strings.IndexByte(" \t\r\n", text[at]) >= 0 {
		at++
	}
	return at
}
