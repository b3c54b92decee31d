package infinity

import (
	"bytes"
	"encoding/json"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/secret"
)

// FuzzRows: nothing panics, all text is UTF-8, nested values are JSON, no secret
// stays, and it does not matter how the body is broken into reads.
func FuzzRows(f *testing.F) {
	for _, seed := range []string{
		"{\"userId\":\"1\",\"user\":\"joe\"}\n{\"userId\":2}\n", `[{"a":1.0},{"b":[{"token":"x"}]}]`, `"access denied"`, "\n", "",
		"{\"a\xff\":\"\\ud800\"}", `{"password":"x","a":{"pin":"1","b":{"ha1":null}}}`, "<html>", `{"a":{"n":1e999}}`, `{"a":`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		read, err := collect(t, body, false)
		again, againErr := collect(t, body, true)
		if diff := cmp.Diff(read, again); diff != "" || (err == nil) != (againErr == nil) {
			t.Errorf("%v, byte by byte %v: %s", err, againErr, diff)
		}
	})
}

// collect reads rows and holds them against what is promised of every row.
func collect(t *testing.T, body []byte, slowly bool) (read []Row, err error) {
	t.Helper()
	var reader interface{ Read([]byte) (int, error) } = bytes.NewReader(body)
	if slowly {
		reader = iotest.OneByteReader(reader)
	}
	err = rows(reader, "", func(row Row) error {
		for _, member := range row {
			if !utf8.ValidString(member.Name) || !utf8.ValidString(member.Value.Text) || secret.Name(member.Name) {
				t.Errorf("member %q: %q", member.Name, member.Value.Text)
			}
			if kind := member.Value.Kind; kind == '{' || kind == '[' {
				noSecrets(t, member.Value.Text)
			}
		}
		read = append(read, row)
		return nil
	})
	return read, err
}

func noSecrets(t *testing.T, text string) {
	t.Helper()
	var value any
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		t.Errorf("%q: %v", text, err)
	}
	var walk func(any)
	walk = func(value any) {
		switch v := value.(type) {
		case []any:
			for _, element := range v {
				walk(element)
			}
		case map[string]any:
			for name, member := range v {
				if secret.Name(name) {
					t.Errorf("%q holds %s", text, name)
				}
				walk(member)
			}
		}
	}
	walk(value)
}

// FuzzRefusal: nothing panics, and what is said is UTF-8.
func FuzzRefusal(f *testing.F) {
	for _, seed := range []string{`"no"`, `{"message":"no"}`, `{"errors":{"a":["b"]}}`, "\"\xff\"", "<html>", `{"error":`, ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if refusal, _ := readRefusal(body); !utf8.ValidString(refusal.Message) {
			t.Errorf("%q", refusal.Message)
		}
	})
}
