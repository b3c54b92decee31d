package tolerant

import (
	"errors"
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
