package explain

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxTextBytes is how much of a body, a query or a path is shown.
const maxTextBytes = 1 << 10

// ellipsis ends a text that was cut.
const ellipsis = "…"

// shorterTexts are the lengths to which bodies and queries are cut, one after the other,
// until all exchanges fit.
var shorterTexts = [...]int{maxTextBytes, 512, 256, 128, 64, 0}

// Values returns the values of a header: one for each exchange, in their order, as
// compact JSON in ASCII. Together they take at most so many bytes of a header, as HTTP/2
// counts them. Bodies and queries are cut further if the exchanges do not fit otherwise.
// If there are more than 20 exchanges, or more than fit then, the last value says how many
// are left out: {"more":7}. It is there even if the bytes do not suffice for it.
func (r *Recorder) Values(header string, bytes int) []string {
	exchanges, more := r.Exchanges()
	if more > 0 { // the last value is for their number
		more += len(exchanges) - (maxExchanges - 1)
		exchanges = exchanges[:maxExchanges-1]
	}
	var values []string
	for _, length := range shorterTexts {
		values = encodeAll(exchanges, length)
		if fit(header, values, more, bytes) {
			break
		}
	}
	for len(values) > 0 && !fit(header, values, more, bytes) {
		values, more = values[:len(values)-1], more+1
	}
	if more > 0 {
		values = append(values, moreValue(more))
	}
	return values
}

// moreValue returns the last value if exchanges are left out.
func moreValue(more int) string { return fmt.Sprintf(`{"more":%d}`, more) }

// fit reports whether headers with the values, and with the number of those that are left out,
// take at most so many bytes.
func fit(header string, values []string, more, bytes int) bool {
	if more > 0 {
		bytes -= headerBytes(header, moreValue(more))
	}
	for _, value := range values {
		bytes -= headerBytes(header, value)
	}
	return bytes >= 0
}

// headerBytes returns the size of a header (RFC 7541, section 4.1).
func headerBytes(name, value string) int {
	const overhead = 32
	return len(name) + len(value) + overhead
}

// line is an exchange as JSON, with its members in their order.
type line struct {
	Vendor    string `json:"vendor"`
	Operation string `json:"operation"`
	Method    string `json:"method"`
	Path      string `json:"path"`
	Query     string `json:"query"`
	Body      string `json:"body"`
	Status    int    `json:"status"`
	MS        int64  `json:"ms"`
	Attempt   int    `json:"attempt"`
	Planned   bool   `json:"planned,omitempty"`
}

// encodeAll encodes the exchanges, with bodies and queries of at most so many bytes.
func encodeAll(exchanges []Exchange, length int) []string {
	values := make([]string, len(exchanges))
	for i, e := range exchanges {
		values[i] = encode(line{
			Vendor: e.Vendor, Operation: e.Operation, Method: e.Method, Path: e.Path,
			Query: cut(e.Query, length), Body: cut(e.Body, length),
			Status: e.Status, MS: e.Took.Milliseconds(), Attempt: e.Attempt, Planned: e.Planned,
		})
	}
	return values
}

// encode returns a line as JSON that consists of visible ASCII characters and spaces,
// since other bytes are not valid in a header.
func encode(of line) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(of) // texts and numbers can always be encoded
	return ascii(strings.TrimSuffix(text.String(), "\n"))
}

// ascii escapes all characters of a JSON text that are not ASCII. They are in strings.
func ascii(text string) string {
	plain := func(r rune) bool { return r >= ' ' && r <= '~' }
	if strings.IndexFunc(text, func(r rune) bool { return !plain(r) }) < 0 {
		return text
	}
	escaped := make([]byte, 0, 2*len(text))
	for _, r := range text {
		if plain(r) {
			escaped = append(escaped, byte(r))
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			escaped = append(escaped, `\u`...)
			escaped = append(escaped, strconv.FormatUint(uint64(unit)+0x10000, 16)[1:]...) // four digits
		}
	}
	return string(escaped)
}

// cut returns at most so many bytes of the text, with an ellipsis in place of the rest. A
// text that was cut before keeps one.
func cut(text string, length int) string {
	if whole := strings.TrimSuffix(text, ellipsis); len(whole) <= length {
		return text
	}
	for length > 0 && !utf8.RuneStart(text[length]) {
		length--
	}
	return text[:length] + ellipsis
}
