package fault

import (
	"errors"
	"strings"
	"testing"
)

// FuzzReadOrder holds that whatever is posted is refused by field or is a fault
// that the menu can judge.
func FuzzReadOrder(f *testing.F) {
	for _, body := range []string{`{"vendor":"example","kind":"html"}`, `{"kind":7}`, `{"kind":"status","status":1e3}`, `[]`, `{`, `{"Kind":"html","KIND":"empty"}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		wanted, err := readOrder(strings.NewReader(body))
		var field *FieldError
		if err != nil && !errors.As(err, &field) {
			t.Fatalf("%q: %v names no field", body, err)
		}
		menu := NewMenu(example())
		if _, err := menu.Add(wanted.Fault); err != nil && !errors.As(err, &field) {
			t.Fatalf("%q: %v names no field", body, err)
		}
	})
}
