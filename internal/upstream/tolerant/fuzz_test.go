package tolerant

import (
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"github.com/sipfacade/sipfacade/internal/secret"
)

// FuzzReader: no input makes the reader panic, and all text that it hands out is
// UTF-8.
func FuzzReader(f *testing.F) {
	for _, seed := range []string{
		sample, sample[:40], `{"name":"\ud83d"}`, "{\"name\":\"\xff\"}", `{"boss":[1,2],"team":7}`, `{"settings":{"a":[1e999,{"\ud83d":"\xff"}]}}`,
		`{"text":1,"integer":"5060.0","instant":"0000-00-00","date":"1990-05-01T","frees":[{"a":1},2]}`, `[`, ``, `{"a":`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := NewReader(strings.NewReader(string(body)))
		defer r.Release()
		var p person
		if _, err := Read(r, &p, personMember); err == nil {
			checkPerson(t, &p)
		}
		again := NewReader(iotest.OneByteReader(strings.NewReader(string(body))))
		defer again.Release()
		var into fields
		if _, err := Read(again, &into, fieldsMember); err == nil {
			found := into.forms()
			checkForms(t, &found)
		}
	})
}

func checkPerson(t *testing.T, p *person) {
	t.Helper()
	checkFree(t, p.Name)
	checkFree(t, p.Settings)
	if p.Boss != nil {
		checkPerson(t, p.Boss)
	}
	for _, member := range p.Team {
		checkPerson(t, member)
	}
}

func checkForms(t *testing.T, into *forms) {
	t.Helper()
	for _, text := range []string{into.Text, into.UUID, into.Date} {
		checkFree(t, text)
	}
	if into.Number != nil && (math.IsNaN(*into.Number) || math.IsInf(*into.Number, 0)) {
		t.Errorf("number %v", *into.Number)
	}
	if year := into.Instant.Year(); year < 1 || year > 9999 {
		t.Errorf("year %d", year)
	}
	checkFree(t, into.FreeForm)
	for _, object := range into.FreeForms {
		checkFree(t, object)
	}
}

// checkFree holds for text and for free-form values: all text is UTF-8, and nothing
// is under a secret name.
func checkFree(t *testing.T, value any) {
	t.Helper()
	switch v := value.(type) {
	case string:
		if !utf8.ValidString(v) {
			t.Errorf("%q is not UTF-8", v)
		}
	case map[string]any:
		for name, member := range v {
			if secret.Name(name) {
				t.Errorf("%q is kept", name)
			}
			checkFree(t, name)
			checkFree(t, member)
		}
	case []any:
		for _, element := range v {
			checkFree(t, element)
		}
	}
}
