package infinity

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
)

// SecretLeaked is the value of every key that the shape `secrets` adds; no reader of
// these answers may pass it on.
const SecretLeaked = "sandbox-leaked-secret"

// Bounds of the filler in a long row, in bytes.
const (
	defaultFiller = 1 << 20
	mostFiller    = 64 << 20
)

// shapes returns the other forms in which this vendor answers by its documentation,
// was seen to answer, or might answer.
func shapes() []fault.Shape {
	lines := func(separator string) func([]byte) []byte {
		return func(body []byte) []byte { return bytes.ReplaceAll(body, []byte("\n"), []byte(separator)) }
	}
	return []fault.Shape{
		ofRows("pretty", "every row is spread over several lines", pretty),
		ofRows("jsonarray", "the rows come in one array, though format=jsonarray was not asked for", func(rows []row) []byte { return render(rows, "jsonarray") }),
		ofText("crlf", "lines end in CR LF", lines("\r\n")),
		ofText("no_last_newline", "the last line has no end", func(body []byte) []byte { return bytes.TrimSuffix(body, []byte("\n")) }),
		ofText("blank_lines", "there are empty lines before, between and after the rows", func(body []byte) []byte { return append([]byte("\n"), lines("\n\n")(body)...) }),
		ofCells("unquoted", "numbers and flags come as JSON numbers and booleans, missing numbers as null", unquoted(true)),
		ofCells("unquoted_numbers", "numbers and flags come as JSON numbers, missing ones as null", unquoted(false)),
		ofCells("zero_dates", "every date-time is "+zeroDate, zeroDates),
		ofCells("nulls", "what is empty or a zero date comes as null", nulls),
		ofRows("extra_keys", "every row has keys that nobody documented, of every JSON type", extraKeys),
		ofRows("secrets", "every row has password, pin and pbxDeviceToken", addSecrets),
		ofText("string_message", "the rows give way to a bare JSON string, with the status of success", func([]byte) []byte { return errorBody(0, "access denied") }),
		ofText("escapes", "slashes and all characters beyond ASCII are escaped, as PHP does by default", escapes),
		longRow(),
	}
}

// parseRows reads the rows of an answer in any format. It skips what is not an object,
// such as a message.
func parseRows(body []byte) ([]row, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	var rows []row
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the answer to reshape: %w", err)
		}
		if token != json.Delim('{') {
			continue
		}
		r, err := parseRow(decoder)
		if err != nil {
			return nil, fmt.Errorf("read a row to reshape: %w", err)
		}
		rows = append(rows, r)
	}
}

// parseRow reads the members of an object, up to its end.
func parseRow(decoder *json.Decoder) (row, error) {
	var r row
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		r = append(r, parsedCell(fmt.Sprint(name), value))
	}
	_, err := decoder.Token()
	return r, err
}

func parsedCell(name string, value json.RawMessage) cell {
	var text string
	if json.Unmarshal(value, &text) == nil && value[0] == '"' {
		return cell{name: name, text: text}
	}
	return cell{name: name, text: string(value), raw: true}
}

func pretty(rows []row) []byte {
	var all bytes.Buffer
	for _, r := range rows {
		_ = json.Indent(&all, appendRow(nil, r), "", "    ") // what appendRow makes always can be indented
		all.WriteByte('\n')
	}
	return all.Bytes()
}

// scalars are the types of all columns by their names.
func scalars() map[string]scalar {
	types := map[string]scalar{"networkId": number, "sipTrustedNetworkId": number}
	for _, form := range resourceTable("trustedNetworkId", "domain") {
		for _, c := range form.columns {
			types[c.name] = c.is
		}
	}
	return types
}

func unquoted(booleans bool) func(cell) cell {
	types := scalars()
	return func(c cell) cell {
		is := types[c.name]
		switch {
		case c.raw || is != number && is != onOff:
		case c.text == "":
			c.text, c.raw = "null", true
		case is == onOff && booleans:
			c.text, c.raw = fmt.Sprint(c.text == "1"), true
		default:
			c.raw = true
		}
		return c
	}
}

func zeroDates(c cell) cell {
	if strings.HasSuffix(c.name, "Datetime") {
		c.text, c.raw = zeroDate, false
	}
	return c
}

func nulls(c cell) cell {
	if !c.raw && (c.text == "" || c.text == zeroDate) {
		c.text, c.raw = "null", true
	}
	return c
}

func extraKeys(rows []row) []byte {
	for i := range rows {
		rows[i] = append(row{{name: "xFirst", text: "undocumented"}}, rows[i]...)
		rows[i] = append(rows[i],
			cell{"xObject", `{"deep":[null,true,1.5,{"a":"b"}]}`, true},
			cell{"xList", `["a", 2]`, true}, cell{"xNumber", "12345678901234567890", true},
			cell{"xTrue", "true", true}, cell{"xNull", "null", true}, cell{name: "xEmpty"}, cell{name: "x ключ", text: "Zürich \"x\"\n"})
	}
	return render(rows, "")
}

// addSecrets replaces no key, because a client needs the token of a created device.
func addSecrets(rows []row) []byte {
	for i := range rows {
		taken := map[string]bool{}
		for _, c := range rows[i] {
			taken[c.name] = true
		}
		for _, name := range []string{"password", "pin", "pbxDeviceToken"} {
			if !taken[name] {
				rows[i] = append(rows[i], cell{name: name, text: SecretLeaked})
			}
		}
	}
	return render(rows, "")
}

func escapes(body []byte) []byte {
	var b strings.Builder
	for _, char := range string(body) {
		switch {
		case char == '/':
			b.WriteString(`\/`)
		case char < 0x80:
			b.WriteRune(char)
		default:
			for _, unit := range utf16.Encode([]rune{char}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
	}
	return []byte(b.String())
}

// longRow pads the row in the middle, so that there are others on both sides.
func longRow() fault.Shape {
	return fault.Shape{
		Name:    "long_row",
		Explain: "the row in the middle has a key with bytes of filler (1 MiB unless given, 64 MiB at most)",
		Sized: func(_ string, body []byte, size int) ([]byte, error) {
			rows, err := parseRows(body)
			if err != nil || len(rows) == 0 {
				return body, err
			}
			if size == 0 {
				size = defaultFiller
			}
			middle := &rows[len(rows)/2]
			*middle = append(*middle, cell{name: "padding", text: strings.Repeat("x", min(size, mostFiller))})
			return render(rows, ""), nil
		},
	}
}
