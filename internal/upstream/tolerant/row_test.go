package tolerant

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// TestRowBound: a row may have so many bytes, whatever has been read ahead, and not one more.
// What follows the row is not bounded.
func TestRowBound(t *testing.T) {
	t.Parallel()
	text := func(size int) string { return `"` + strings.Repeat("x", size-2) + `"` }
	for name, c := range map[string]struct {
		row string
		ok  bool
	}{
		"most":         {text(MaxRowBytes - 1), true}, // beside the bracket or comma
		"one more":     {text(MaxRowBytes), false},
		"small values": {"[" + strings.Repeat("1,", MaxRowBytes/2) + "1]", false},
		"white space":  {"[" + strings.Repeat(" ", MaxRowBytes) + "]", false},
	} {
		for manner, body := range map[string]func(io.Reader) io.Reader{
			"at once":  func(r io.Reader) io.Reader { return r },
			"in parts": iotest.HalfReader,
		} {
			r := NewReader(body(strings.NewReader("[0," + c.row + "," + text(2*MaxRowBytes) + "]")))
			count := 0
			err := r.Array(func() error {
				if count++; count != 2 {
					return r.Skip()
				}
				r.BeginRow()
				return r.EndRow(r.Skip())
			})
			if (err == nil) != c.ok || err != nil && !errors.Is(err, ErrRowTooLarge) || c.ok && count != 3 {
				t.Errorf("%s %s: %d values, %v", name, manner, count, err)
			}
			r.Release()
		}
	}
}

// TestRowBoundStays: a row that is too large ends the body, whatever is made of the error.
func TestRowBoundStays(t *testing.T) {
	t.Parallel()
	r := NewReader(strings.NewReader(`["` + strings.Repeat("x", MaxRowBytes) + `"]`))
	defer r.Release()
	unusable, err := r.Value(func() error {
		return r.Array(func() error {
			r.BeginRow()
			return r.EndRow(r.Skip())
		})
	})
	if !errors.Is(unusable, ErrRowTooLarge) || !errors.Is(err, ErrRowTooLarge) {
		t.Errorf("%v, %v", unusable, err)
	}
}
