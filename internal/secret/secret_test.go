package secret

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestValues: a context carries the values of all who added some, and they are asked
// for when they are needed.
func TestValues(t *testing.T) {
	t.Parallel()
	if got := Values(t.Context()); got != nil {
		t.Errorf("a context without values has %q", got)
	}
	asked, first := 0, []string{"a", "b"}
	outer := WithValues(t.Context(), func() []string { asked++; return first[:1] })
	inner := WithValues(outer, func() []string { asked++; return []string{"c"} })
	cancelled, cancel := context.WithCancel(inner)
	cancel()
	if asked != 0 {
		t.Errorf("asked %d times before anybody needs the values", asked)
	}
	if diff := cmp.Diff([]string{"a", "c"}, Values(cancelled)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a"}, Values(outer)); diff != "" || first[1] != "b" || asked != 3 {
		t.Errorf("asked %d times, %q, %s", asked, first, diff)
	}
}

// TestHostileTexts: the time grows with the length of a text and not with its square,
// also if it is made for that. A quarter of a MiB takes about 0.1 s, and hours if it is
// the square; the bound is for busy machines.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	masker := NewMasker("hunter22", strings.Repeat("a", 1000), strings.Repeat("ab", 500), "1")
	for _, part := range []string{
		`\"`, `"`, `"pin":{`, "://", "sip:", "sip:a:@", "a@", "=", " ", `"password":`, "authorization:", "basic ", `{"a":`, "%25", `\\`,
		"&amp;", "Cookie: ", "token=", "a", "ab", "1 ", `\\%25&amp;`, `\u005c`, "password='", `"pin":"\"`,
	} {
		text := strings.Repeat(part, 1<<18/len(part))
		started := time.Now()
		_, _ = Text(text), masker.Mask(text)
		if took := time.Since(started); took > 20*time.Second {
			t.Errorf("%q takes %s", part, took)
		}
	}
}
