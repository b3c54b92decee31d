package list

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCursorRoundTrip(t *testing.T) {
	t.Parallel()
	want := &cursor{equal: 3, last: []value{
		{}, {set: true}, {set: true, text: "é\x00"}, {set: true, number: math.MinInt64, nanos: 999999999},
	}}
	content := want.encode(digest{1})[1+len(digest{}):]
	got, ok := decodeCursor(content, len(want.last))
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(cursor{}, value{})); diff != "" || !ok {
		t.Errorf("ok %v, %s", ok, diff)
	}
	for columns := range 6 {
		if _, ok := decodeCursor(content, columns); ok != (columns == len(want.last)) {
			t.Errorf("%d columns: ok %v", columns, ok)
		}
	}
	for length := range content {
		if _, ok := decodeCursor(content[:length], len(want.last)); ok {
			t.Errorf("a cursor cut to %d bytes decodes", length)
		}
	}
}

// FuzzCursor holds the decoder to what the encoder can say.
func FuzzCursor(f *testing.F) {
	f.Add([]byte{1, 0, 1, 2, 0, 1, 'x'}, 2)
	f.Add([]byte{1, 2}, 1)
	f.Add([]byte{0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, 1)
	f.Fuzz(func(t *testing.T, content []byte, columns int) {
		if columns < 0 || columns > 20 {
			return
		}
		first, ok := decodeCursor(content, columns)
		if !ok {
			return
		}
		again, ok := decodeCursor(first.encode(digest{})[1+len(digest{}):], columns)
		if diff := cmp.Diff(first, again, cmp.AllowUnexported(cursor{}, value{})); diff != "" || !ok {
			t.Errorf("ok %v, %s", ok, diff)
		}
	})
}
