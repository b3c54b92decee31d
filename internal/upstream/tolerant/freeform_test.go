package tolerant

import (
	"errors"
	"io"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/structpb"
)

// TestFreeValuesAreBounded: a free-form object, or a list of them, has a bounded number of
// values in all, at any depth. Each object of a body counts by itself.
func TestFreeValuesAreBounded(t *testing.T) {
	t.Parallel()
	ones := func(count int) string { return "[" + strings.Repeat("1,", count-1) + "1]" }
	for name, c := range map[string]struct {
		body string
		ok   bool
	}{
		"most":              {`{"a":` + ones(MaxFreeValues-1) + `}`, true},
		"one more":          {`{"a":` + ones(MaxFreeValues) + `}`, false},
		"at some depth":     {`{"a":{"b":[` + ones(MaxFreeValues) + `]}}`, false},
		"in two of a list":  {`[{"a":` + ones(MaxFreeValues/2) + `},{"a":` + ones(MaxFreeValues/2) + `}]`, false},
		"members":           {`{` + strings.Repeat(`"a":1,`, MaxFreeValues) + `"a":1}`, false},
		"what is no object": {ones(2 * MaxFreeValues), true},
	} {
		read := map[string]func(r *Reader) error{
			"alone":     func(r *Reader) error { var found *structpb.Struct; return r.Struct("x", &found) },
			"in a list": func(r *Reader) error { var found []*structpb.Struct; return r.Structs("x", &found) },
		}
		if c.body[0] == '[' {
			delete(read, "alone")
		}
		for manner, read := range read {
			r := NewReader(strings.NewReader(c.body + c.body))
			err := read(r)
			if err == nil {
				err = read(r) // counts by itself
			}
			if (err == nil) != c.ok || err != nil && !errors.Is(err, ErrTooManyValues) {
				t.Errorf("%s, %s: %v", name, manner, err)
			}
			r.Release()
		}
	}
}

// knowing is a body that knows a secret of the call.
type knowing struct{ io.Reader }

func (knowing) Mask(text string) string { return strings.ReplaceAll(text, "swordfish", "-") }

// TestFreeTextsAreMasked: a secret that the call sent is in no free-form object, nor in a word
// that is reported. A reader that is used again knows it no longer.
func TestFreeTextsAreMasked(t *testing.T) {
	t.Parallel()
	read := func(body io.Reader) (*structpb.Struct, Drift) {
		r := NewReader(body)
		defer r.Release()
		var found *structpb.Struct
		if err := r.Struct("x", &found); err != nil {
			t.Error(err)
		}
		r.CountUnknownWord("x", "swordfish")
		return found, r.Drift()
	}
	body := `{"a":"is swordfish","b":[{"c":"swordfish"}],"n":1}`
	masked, drift := read(knowing{strings.NewReader(body)})
	if text := masked.String(); strings.Contains(text, "swordfish") || !strings.Contains(text, "is -") {
		t.Error(text)
	}
	if drift[Finding{Difference: UnknownWord, Member: "x", Word: "-"}] != 1 {
		t.Errorf("%v", drift)
	}
	if asItCame, _ := read(strings.NewReader(body)); !strings.Contains(asItCame.String(), "is swordfish") {
		t.Errorf("%v", asItCame)
	}
}
