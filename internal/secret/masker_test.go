package secret

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// forms are the ways in which vendors give a value back.
var forms = map[string]func(string) string{
	"raw": func(s string) string { return s },
	"json": func(s string) string {
		text := encoded(s)
		return text[1 : len(text)-1]
	},
	"json without HTML": func(s string) string {
		var b strings.Builder
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(s)
		return b.String()[1 : b.Len()-2]
	},
	"php":           php,
	"%q":            func(s string) string { return fmt.Sprintf("%q", s) },
	"%+q":           func(s string) string { return fmt.Sprintf("%+q", s) },
	"query":         url.QueryEscape,
	"path":          url.PathEscape,
	"lower hex":     func(s string) string { return allHex(s, "%%%02x") },
	"upper hex":     func(s string) string { return allHex(s, "%%%02X") },
	"html":          html.EscapeString,
	"json of query": func(s string) string { return php(url.QueryEscape(s)) },
	"query of json": func(s string) string { return url.QueryEscape(encoded(s)) },
	"json in json":  func(s string) string { return encoded(encoded(s)) },
	"base64":        func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
	"base64 raw":    func(s string) string { return base64.RawStdEncoding.EncodeToString([]byte(s)) },
	"base64 url":    func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
	"base64 in php": func(s string) string { return php(base64.StdEncoding.EncodeToString([]byte(s))) },
	"base64 query":  func(s string) string { return url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(s))) },
	"basic 1":       func(s string) string { return base64.StdEncoding.EncodeToString([]byte(":" + s)) },
	"basic 2":       func(s string) string { return base64.StdEncoding.EncodeToString([]byte("u:" + s)) },
	"basic 3":       func(s string) string { return base64.StdEncoding.EncodeToString([]byte("me:" + s)) },
	"in the middle": func(s string) string { return base64.URLEncoding.EncodeToString([]byte("me:" + s + " and more")) },
}

// php escapes as json_encode does: slashes, and all that is not ASCII.
func php(s string) string {
	var b strings.Builder
	for _, r := range encoded(s) {
		switch {
		case r == '/':
			b.WriteString(`\/`)
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
	}
	return b.String()[1 : b.Len()-1]
}

// allHex writes each byte in the format.
func allHex(s, format string) string {
	var b strings.Builder
	for i := range len(s) {
		fmt.Fprintf(&b, format, s[i])
	}
	return b.String()
}

// TestMaskForms: a value is not shown in any form, and what is around it stays.
func TestMaskForms(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"hunter22", "pa/ss", `p"a\s's`, "s p+a%c&e=<é>", "пароль🙂", "eyJhbGciOi.eyJz-_.x~y", "1234", "tab\tand\nline"} {
		masker := NewMasker("other-value", value)
		for name, form := range forms {
			shown := masker.Mask("(" + form(value) + ") stays")
			// What stands beside the value in base64 stays, and quotes do.
			encloses := strings.HasPrefix(name, "basic") || name == "in the middle"
			quotes := strings.NewReplacer(`"`, "", `\`, "", "%22", "")
			if !encloses && quotes.Replace(shown) != "([redacted]) stays" || !strings.Contains(shown, Redacted) || strings.Contains(shown, value) {
				t.Errorf("%s of %q: %q is shown as %q", name, value, form(value), shown)
			}
		}
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		values     []string
		text, want string
	}{
		"none":                    {nil, "text", "text"},
		"empty values":            {[]string{"", ""}, "text", "text"},
		"twice":                   {[]string{"opal"}, "opal, opalopal", "[redacted], [redacted][redacted]"},
		"the longest":             {[]string{"opal", "opal-opal"}, "opal-opal opal-op", "[redacted] [redacted]-op"},
		"overlapping":             {[]string{"abcdef", "defghi"}, "xabcdefghix", "x[redacted]x"},
		"a PIN in a number":       {[]string{"1"}, "status 1 of 12 at 10:01", "status [redacted] of 12 at 10:01"},
		"a PIN in JSON":           {[]string{"007"}, `{"pin":"007","a":1007}`, `{"pin":"[redacted]","a":1007}`},
		"a PIN beside letters":    {[]string{"12"}, "a12 12b é12 12_", "a12 12b é12 [redacted]_"},
		"a PIN in base64":         {[]string{"1", "123"}, "MQ== MTIz MTIzNA", "[redacted] [redacted] MTIzNA"},
		"a PIN and a longer one":  {[]string{"12", "1234"}, "12 1234 123", "[redacted] [redacted] 123"},
		"a PIN between escapes":   {[]string{"12"}, "a%3D12%26b=12", "a%3D[redacted]%26b=[redacted]"},
		"within a word":           {[]string{"abcd"}, "xabcdx", "x[redacted]x"},
		"another case":            {[]string{"opal"}, "OPAL", "OPAL"},
		"with the padding":        {[]string{"hunter2"}, "aHVudGVyMg== aHVudGVyMg.", "[redacted] [redacted]."},
		"half an escape":          {[]string{"opal"}, `opal\ opal% opal& \u00`, `[redacted]\ [redacted]% [redacted]& \u00`},
		"what is not UTF-8":       {[]string{"a\xffbc"}, "a\xffbc a%FFbc", "[redacted] [redacted]"},
		"plus for a space":        {[]string{"a b c"}, "a+b+c a%20b%20c", "[redacted] [redacted]"},
		"Basic with the password": {[]string{"Basic am9lOm9wYWw=", "opal"}, "got Basic am9lOm9wYWw=, am9lOm9wYWw=", "got [redacted], am9lO[redacted]"},
	} {
		if diff := cmp.Diff(c.want, NewMasker(c.values...).Mask(c.text)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	var none *Masker
	if none.Mask("text") != "text" {
		t.Error("a nil masker changes the text")
	}
}

// TestMaskMany: the cost does not grow with the number of values times the text.
func TestMaskMany(t *testing.T) {
	t.Parallel()
	var values []string
	for i := range 20_000 {
		values = append(values, fmt.Sprintf("password-%d", i))
	}
	text := strings.Repeat("password-", 5000)
	masker := NewMasker(values...)
	if got := masker.Mask(text); got != text {
		t.Error("a beginning is masked")
	}
	if got := masker.Mask(text + "19999 password-"); got != text[:len(text)-9]+Redacted+" password-" {
		t.Errorf("got …%s", got[len(got)-40:])
	}
}

// FuzzMask: no form of a value stays, wherever it stands.
func FuzzMask(f *testing.F) {
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range forms {
			if !yield(name) {
				return
			}
		}
	})
	for i := range names {
		f.Add("hunter22", "before ", " after", uint8(i))
		f.Add(`p"a\s /+%`, "\\", "%", uint8(i))
	}
	f.Fuzz(func(t *testing.T, value, before, after string, which uint8) {
		masker := NewMasker(value)
		masked := masker.Mask(before + value + after)
		if len(value) < shortValue || !utf8.ValidString(value) || strings.ContainsAny(value, "[]") {
			return
		}
		for _, needle := range masker.needles {
			if strings.Contains(Redacted, needle.text) {
				return
			}
		}
		form := forms[names[int(which)%len(names)]]
		masked += "\n" + masker.Mask("="+form(value)+"\n")
		for name, form := range forms {
			if text := form(value); strings.Contains(masked, text) {
				t.Errorf("%s of %q stays in %q", name, value, masked)
			}
		}
	})
}
