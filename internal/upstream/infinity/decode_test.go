package infinity

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/secret"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// listed reads a body as "name=text" words, one string a row.
func listed(body io.Reader, keep string) (read []string, err error) {
	err = rows(body, keep, func(row Row) error {
		words := make([]string, len(row))
		for i, member := range row {
			words[i] = member.Name + "=" + member.Value.Text
		}
		read = append(read, strings.Join(words, " "))
		return nil
	})
	return read, err
}

func TestRows(t *testing.T) {
	t.Parallel()
	two := []string{"userId=1", "userId=2"}
	for name, c := range map[string]struct {
		body string
		want []string
	}{
		"a line each":           {"{\"userId\":\"1\"}\n{\"userId\":\"2\"}\n", two},
		"carriage returns":      {"{\"userId\":1}\r\n{\"userId\":2}\r\n", two},
		"no last line break":    {"{\"userId\":1}\n{\"userId\":2}", two},
		"no line breaks":        {`{"userId":1}{"userId":2}`, two},
		"empty lines":           {"\n\n{\"userId\":1}\n\n\n{\"userId\":2}\n\n", two},
		"pretty":                {"{\n  \"userId\": 1\n}\n{\n  \"userId\": 2\n}", two},
		"array":                 {`[{"userId":1},{"userId":2}]`, two},
		"pretty array":          {" [\n {\"userId\": 1} ,\n {\"userId\": 2}\n]\n", two},
		"empty array":           {"[]\n", nil},
		"nothing":               {"", nil},
		"a lone line break":     {"\n", nil},
		"a row without members": {"{}", []string{""}},
		"every kind":            {`{"a":null,"b":true,"c":false,"d":1.50,"e":"x","f":{"z":1,"a":[ ]},"g":[1, "2",null]}`, []string{`a=null b=true c=false d=1.50 e=x f={"a":[],"z":1} g=[1,"2",null]`}},
		"long digits nested":    {`{"a":{"n":12345678901234567890}}`, []string{`a={"n":12345678901234567890}`}},
		"escapes":               {`{"user\u0049d":"\u0031\n"}`, []string{"userId=1\n"}},
		"not UTF-8":             {"{\"a\xff\":\"b\xff\",\"c\":{\"d\xff\":\"e\xff\"}}", []string{"a\uFFFD=b\uFFFD c={\"d\uFFFD\":\"e\uFFFD\"}"}},
		"the same name twice":   {`{"a":1,"a":2}`, []string{"a=1 a=2"}},
	} {
		for _, body := range []io.Reader{strings.NewReader(c.body), iotest.OneByteReader(strings.NewReader(c.body))} {
			got, err := listed(body, "")
			if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
				t.Errorf("%s: %v %s", name, err, diff)
			}
		}
	}
}

func TestRowsRefused(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"HTML":                "<html></html>",
		"text":                "access denied",
		"null":                "null",
		"number":              "7",
		"array of numbers":    "[1]",
		"array of arrays":     `[[{"a":1}]]`,
		"HTML after a row":    "{\"a\":1}\n<br />",
		"string after a row":  "{\"a\":1}\n\"stopped\"",
		"row after the array": `[{"a":1}]{"a":2}`,
		"comma between rows":  `{"a":1},{"a":2}`,
		"no colon":            `{"a" 1}`,
		"too deep":            `{"a":` + strings.Repeat("[", 60) + strings.Repeat("]", 60) + `}`,
		"a broken message":    `"access`,
	} {
		_, err := listed(strings.NewReader(body), "")
		var message *upstream.Rejection
		if err == nil || errors.As(err, &message) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRowsMessage(t *testing.T) {
	t.Parallel()
	_, err := listed(strings.NewReader("\"access denied\"\n"), "")
	var message *upstream.Rejection
	if !errors.As(err, &message) || message.Message != "access denied" {
		t.Errorf("got %v", err)
	}
}

// TestRowsCut cuts a body at every byte. An array says where it ends, so a cut is
// always seen. Rows that merely follow each other do not: cut behind a whole row they
// are as good as complete, and only the transport can tell (see TestCutBetweenRows).
// A broken message is no message.
func TestRowsCut(t *testing.T) {
	t.Parallel()
	const first, second = `{"userId":"1","a":{"b":[1,"\u00e9"]}}`, `{"userId":22,"c":null}`
	whole := []string{`userId=1 a={"b":[1,"é"]}`, "userId=22 c=null"}
	lines := first + "\n" + second + "\n"
	for cut := range len(lines) {
		ended := io.Reader(strings.NewReader(lines[:cut]))
		got, err := listed(ended, "")
		complete := 0
		for i, end := range []int{len(first), len(first) + 1 + len(second)} {
			if cut >= end {
				complete = i + 1
			}
		}
		boundary := cut == 0 || cut == len(first) || cut == len(first)+1 || cut >= len(lines)-1
		if diff := cmp.Diff(whole[:complete], append([]string{}, got...)); diff != "" || (err == nil) != boundary {
			t.Errorf("%q: %v %s", lines[:cut], err, diff)
		}
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %v does not say that it was cut", lines[:cut], err)
		}
		broken := io.MultiReader(strings.NewReader(lines[:cut]), iotest.ErrReader(io.ErrUnexpectedEOF))
		if _, err := listed(broken, ""); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q, then the connection breaks: %v", lines[:cut], err)
		}
	}
	array := "[" + first + "," + second + "]"
	for cut := 1; cut < len(array); cut++ {
		if _, err := listed(strings.NewReader(array[:cut]), ""); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %v", array[:cut], err)
		}
	}
}

func TestRowsStop(t *testing.T) {
	t.Parallel()
	stop, seen := errors.New("enough"), 0
	err := rows(strings.NewReader("{}{}{}"), "", func(Row) error { seen++; return stop })
	if !errors.Is(err, stop) || seen != 1 {
		t.Errorf("%v after %d rows", err, seen)
	}
}

// TestRowCap: a row of exactly the most bytes is taken, one more is not; what lies
// between rows belongs to the row that follows.
func TestRowCap(t *testing.T) {
	t.Parallel()
	sized := func(size int) string { return `{"a":"` + strings.Repeat("x", size-len(`{"a":""}`)) + `"}` }
	small := `{"b":1}`
	for name, c := range map[string]struct {
		body string
		rows int
		ok   bool
	}{
		"most":              {sized(tolerant.MaxRowBytes), 1, true},
		"one more":          {sized(tolerant.MaxRowBytes + 1), 0, false},
		"later, most":       {small + "\n" + sized(tolerant.MaxRowBytes-1), 2, true},
		"later, one more":   {small + "\n" + sized(tolerant.MaxRowBytes), 1, false},
		"two of the most":   {sized(tolerant.MaxRowBytes) + sized(tolerant.MaxRowBytes) + small, 3, true},
		"in an array, most": {"[" + sized(tolerant.MaxRowBytes) + "," + sized(tolerant.MaxRowBytes-1) + "]", 2, true},
		"in an array, more": {"[" + small + "," + sized(tolerant.MaxRowBytes) + "]", 1, false},
		"far more":          {small + sized(2*tolerant.MaxRowBytes), 1, false},
	} {
		got, err := listed(strings.NewReader(c.body), "")
		if len(got) != c.rows || (err == nil) != c.ok || err != nil && !errors.Is(err, tolerant.ErrRowTooLarge) {
			t.Errorf("%s: %d rows, %v", name, len(got), err)
		}
	}
}

// TestEndlessRow: a row without an end is given up long before the memory is full.
func TestEndlessRow(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]*repeated{
		"a string":    {text: `{"a":"`, unit: strings.Repeat("x", 4<<10)},
		"members":     {text: `{"a":"`, unit: strings.Repeat("x", 4<<10) + `","b":"`},
		"white space": {text: "{", unit: strings.Repeat(" ", 4<<10)},
		"no row":      {unit: strings.Repeat("\n", 4<<10)},
	} {
		if _, err := listed(body, ""); !errors.Is(err, tolerant.ErrRowTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		if body.read > tolerant.MaxRowBytes {
			t.Errorf("%s: %d bytes were read", name, body.read)
		}
	}
}

// repeated is a text followed by the same unit for ever.
type repeated struct {
	text, unit string
	at, read   int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.text)
	r.text = r.text[n:]
	for n < len(p) {
		copied := copy(p[n:], r.unit[r.at:])
		n, r.at = n+copied, (r.at+copied)%len(r.unit)
	}
	r.read += n
	return n, nil
}

// TestSecretsDropped: at any depth, in any case, in any place.
func TestSecretsDropped(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"password", "Password", "sipPassword", "passwordHash", "ha1", "HA1B", "token", "pbxDeviceToken", "accessTOKEN",
		"pin", "PIN", "hotdeskPin", "secret", "clientSecret", "userPIN", "voicemail_pin", "PIN_CODE", "Passwd", "pwd", "apiKey",
		"privateKey", "auth_pass", "credential", "accessToken", "sip_ha1",
	} {
		for _, form := range []string{
			`{%q:"swordfish","a":1}`, `{"a":1,%q:{"x":"swordfish"}}`, `{"a":1,%q:["swordfish"]}`, `{"b":{%q:"swordfish"},"a":1}`,
			`{"b":[[{"c":{%q:"swordfish"}}]],"a":1}`, `[{"a":1,%q:"swordfish"}]`,
		} {
			body := fmt.Sprintf(form, name)
			got, err := listed(strings.NewReader(body), "")
			if err != nil || len(got) != 1 || strings.Contains(got[0], "swordfish") || strings.Contains(got[0], name) || !strings.Contains(got[0], "a=1") {
				t.Errorf("%s: %q, %v", body, got, err)
			}
		}
	}
	for _, name := range []string{"shipping", "opinion", "pinned", "description", "keypad", "bypass"} {
		if secret.Name(name) {
			t.Errorf("%s is dropped", name)
		}
	}
}

// TestTokenHandedOver: the create of a user's device keeps the token of the row, and
// no other secret, and no other token of that name.
func TestTokenHandedOver(t *testing.T) {
	t.Parallel()
	got, err := listed(strings.NewReader(`{"pbxDeviceToken":"t","token":"u","b":{"pbxDeviceToken":"v"}}`), deviceToken)
	if diff := cmp.Diff([]string{"pbxDeviceToken=t b={}"}, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestSingle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		ok   bool
	}{
		"a row": {`{"a":1}`, true}, "an array of one": {`[{"a":1}]`, true}, "none": {"", false}, "an empty array": {"[]", false},
		"two": {"{\"a\":1}\n{\"a\":2}", false}, "no members": {"{}", false}, "cut": {`{"a":1`, false}, "a message": {`"no"`, false},
	} {
		row, err := single(strings.NewReader(c.body), "")
		if (err == nil) != c.ok || c.ok && len(row) != 1 {
			t.Errorf("%s: %v, %v", name, row, err)
		}
	}
}

// TestWritten: with a status that the vendor documents for a write any JSON is an answer.
// With 200 only rows, or nothing, are: a message may as well be a refusal.
func TestWritten(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body              string
		members           int
		created, answered bool // accepted with 201, with 200
	}{
		"a row":                  {`{"a":1}`, 1, true, true},
		"an array of one":        {`[{"a":1}]`, 1, true, true},
		"nothing":                {"", 0, true, true},
		"a line break":           {"\r\n", 0, true, true},
		"an empty array":         {"[]", 0, true, true},
		"two rows":               {"{\"a\":1}\n{\"a\":2}", 0, true, true},
		"an array of two":        {`[{"a":1},{"a":2}]`, 0, true, true},
		"a message":              {`"access denied"`, 0, true, false},
		"true":                   {"true", 0, true, false},
		"a number":               {"7", 0, true, false},
		"null":                   {"null", 0, true, false},
		"an array of texts":      {`["a","b"]`, 0, true, false},
		"an array within one":    {`[[{"a":1}]]`, 0, true, false},
		"a row and another kind": {`[{"a":1},7]`, 0, true, false},
		"HTML":                   {"<html>", 0, false, false},
		"a cut row":              {`{"a":`, 0, false, false},
		"a cut message":          {`"do`, 0, false, false},
		"a cut array":            {`[7,`, 0, false, false},
	} {
		for status, ok := range map[int]bool{
			http.StatusCreated: c.created, http.StatusNoContent: c.created, http.StatusOK: c.answered, http.StatusAccepted: c.answered,
		} {
			row, err := written(status, strings.NewReader(c.body), "")
			if (err == nil) != ok || ok && len(row) != c.members {
				t.Errorf("%s with %d: %v, %v", name, status, row, err)
			}
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	row := Row{text("domainName", "x"), text("a", ""), literal("a", "null"), literal("a", "0"), text("domain", "")}
	if member, ok := row.Find("a"); !ok || member.Value.Text != "0" {
		t.Errorf("%v, %v", member, ok)
	}
	if member, ok := row.Find("domain", "domainName"); !ok || member.Value.Text != "x" {
		t.Errorf("%v, %v", member, ok)
	}
	if member, ok := row.Find("b"); ok {
		t.Errorf("found %v", member)
	}
}

// TestNestedValuesAreBounded: a nested member has a bounded number of values, each member of
// a row by itself.
func TestNestedValuesAreBounded(t *testing.T) {
	t.Parallel()
	nested := func(count int) string { return `{"b":[` + strings.Repeat("1,", count-1) + `1]}` }
	most := nested(tolerant.MaxFreeValues - 2)
	for body, ok := range map[string]bool{
		`{"x":` + most + `,"y":` + most + `}{"x":` + most + `}`: true,
		`{"x":` + nested(tolerant.MaxFreeValues-1) + `}`:        false,
	} {
		if _, err := listed(strings.NewReader(body), ""); (err == nil) != ok || err != nil && !errors.Is(err, tolerant.ErrTooManyValues) {
			t.Errorf("%.20s…: %v", body, err)
		}
	}
}
