package spelling_test

import (
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/spelling"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"name", "expireTime", "page_size", "port", "ip", "updateMask"}
	cases := map[string]string{
		"nmae": "name", "Name": "name", "naem": "name", "names": "name", "expire_tmie": "expireTime", "pagesize": "page_size",
		"pageSzie": "page_size", "prot": "port", "updte_msk": "updateMask", "expireTme": "expireTime",
		"": "", "x": "", "quux": "", "subdomain": "", "token": "", strings.Repeat("name", 30): "",
	}
	for unknown, want := range cases {
		if got, ok := spelling.Nearest(unknown, known); got != want || ok != (want != "") {
			t.Errorf("%s: got %q, %v, want %q", unknown, got, ok, want)
		}
	}
}

func TestHint(t *testing.T) {
	t.Parallel()
	cases := []struct {
		unknown string
		known   []string
		want    string
	}{
		{"nmae", []string{"name", "port"}, `did you mean "name"?`},
		{"quux", []string{"name", "port"}, "known: name, port"},
		{"quux", nil, ""},
	}
	for _, c := range cases {
		if got := spelling.Hint(c.unknown, c.known); got != c.want {
			t.Errorf("%s of %v: got %q, want %q", c.unknown, c.known, got, c.want)
		}
	}
}

func TestClip(t *testing.T) {
	t.Parallel()
	if got := spelling.Clip("short"); got != "short" {
		t.Errorf("got %q", got)
	}
	long := strings.Repeat("x", spelling.MaxShown-1) + "é" + "yyy"
	if got, want := spelling.Clip(long), strings.Repeat("x", spelling.MaxShown-1)+"…"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func FuzzNearest(f *testing.F) {
	f.Add("nmae", "name")
	f.Fuzz(func(t *testing.T, unknown, known string) {
		if got, ok := spelling.Nearest(unknown, []string{known}); ok && got != known {
			t.Errorf("%q of %q: %q", unknown, known, got)
		}
	})
}
