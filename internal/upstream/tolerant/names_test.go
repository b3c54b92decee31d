package tolerant

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// TestNames counts allocations, and so does not run beside other tests.
func TestNames(t *testing.T) {
	var r Reader
	for text, want := range map[string]MemberName{
		"mine": {Text: "mine"}, "userPIN": {"userPIN", true}, "a\xff": {Text: "a\uFFFD"},
	} {
		raw := []byte(text)
		first := r.Name(raw)
		if allocations := testing.AllocsPerRun(100, func() { _ = r.Name(raw) }); allocations != 0 {
			t.Errorf("%v allocations for %q, which is known", allocations, text)
		}
		if raw[0] = 'f'; first != want {
			t.Errorf("%q becomes %v", text, first)
		}
	}
	for n := range 2 * maxNames {
		r.Name(fmt.Appendf(nil, "name%d", n))
	}
	r.Name(bytes.Repeat([]byte("x"), maxNameLength+1))
	if len(r.names) != maxNames {
		t.Errorf("%d names are remembered", len(r.names))
	}
	if r.forgetNames(); len(r.names) != 0 {
		t.Errorf("%d names are remembered after the reader was full", len(r.names))
	}
}

// TestNamesAreKept: the next answer has the same names.
func TestNamesAreKept(t *testing.T) {
	t.Parallel()
	r := NewReader(strings.NewReader(""))
	r.Name([]byte("mine"))
	r.forgetNames()
	if len(r.names) == 0 {
		t.Error("a reader that can remember more names forgets them")
	}
	r.Release()
}
