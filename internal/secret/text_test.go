package secret

import (
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// texts are texts that give secrets away, and what is shown of them.
var texts = map[string]struct{ text, want string }{
	"object":                {`{"password":"opal","a":1}`, `{"password":"[redacted]","a":1}`},
	"name in words":         {`{"userPIN": "opal", "voicemail_pin" : "opal"}`, `{"userPIN": "[redacted]", "voicemail_pin" : "[redacted]"}`},
	"nested":                {`{"a":{"b":[{"clientSecret":"opal"}]}}`, `{"a":{"b":[{"clientSecret":"[redacted]"}]}}`},
	"array":                 {`[[{"token":"opal"}],"x"]`, `[[{"token":"[redacted]"}],"x"]`},
	"number":                {`{"PIN_CODE":4711}`, `{"PIN_CODE":"[redacted]"}`},
	"object as value":       {`{"credentials":{"user":"joe","pass":["}\"opal"]},"a":1}`, `{"credentials":"[redacted]","a":1}`},
	"no secret in it":       {`{"password":null,"pin":"","token":false,"a":1}`, `{"password":null,"pin":"","token":false,"a":1}`},
	"escapes in the value":  {`{"password":"hu\"sh\\","a":"b"}`, `{"password":"[redacted]","a":"b"}`},
	"escapes in the name":   {`{"\u0070assword":"opal"}`, `{"\u0070assword":"[redacted]"}`},
	"within text":           {`sent {"password":"opal"} twice`, `sent {"password":"[redacted]"} twice`},
	"odd quotes before":     {`5" display {"password":"opal"}`, `5" display {"password":"[redacted]"}`},
	"cut in the value":      {`{"a":1,"password":"hus`, `{"a":1,"password":"[redacted]`},
	"cut in an object":      {`{"credentials":{"user":"x`, `{"credentials":"[redacted]"`},
	"cut behind the colon":  {`{"password":`, `{"password":`},
	"single quotes":         {`{'password': 'opal'}`, `{'password': '[redacted]'}`},
	"JSON in JSON":          {`{"a":"{\"password\":\"opal\",\"pin\":4711}"}`, `{"a":"{\"password\":\"[redacted]\",\"pin\":\"[redacted]\"}"}`},
	"JSON in JSON in JSON":  {`{"a":"{\"b\":\"{\\\"password\\\":\\\"opal\\\"}\"}"}`, `{"a":"{\"b\":\"{\\\"password\\\":\\\"[redacted]\\\"}\"}"}`},
	"JSON in a query":       {`?body=%7B%22password%22%3A%22opal%22%7D`, `?body=%7B%22password%22%3A%22[redacted]%22%7D`},
	"JSON in HTML":          {`<pre>{&quot;pin&quot;:4711}</pre>`, `<pre>{&quot;pin&quot;:&quot;[redacted]&quot;}</pre>`},
	"URL":                   {`https://joe:opal@example.com/a?b=c`, `https://[redacted]@example.com/a?b=c`},
	"URL in text":           {`see (http://opal@example.com).`, `see (http://[redacted]@example.com).`},
	"URL of two @":          {`ftp://joe:hu@sh@example.com`, `ftp://[redacted]@example.com`},
	"URL in PHP's JSON":     {`{"url":"https:\/\/joe:opal@example.com\/a"}`, `{"url":"https:\/\/[redacted]@example.com\/a"}`},
	"SIP URI with password": {`<sip:joe:opal@example.com:5060>`, `<sip:joe:[redacted]@example.com:5060>`},
	"query":                 {`GET /a?token=opal&x=1`, `GET /a?token=[redacted]&x=1`},
	"form":                  {`user=joe&password=hu%26sh+x&domain=a`, `user=joe&password=[redacted]&domain=a`},
	"form with brackets":    {`user[password]=opal&user[name]=joe`, `user[password]=[redacted]&user[name]=joe`},
	"query in a query":      {`?to=https%3A%2F%2Fh%2F%3Ftoken%3Dopal%26x%3D1`, `?to=https%3A%2F%2Fh%2F%3Ftoken%3D[redacted]%26x%3D1`},
	"query in JSON":         {`{"url":"/a?api_key=opal\u0026x=1"}`, `{"url":"/a?api_key=[redacted]\u0026x=1"}`},
	"query in HTML":         {`<a href="/a?token=opal&amp;x=1">`, `<a href="/a?token=[redacted]&amp;x=1">`},
	"quoted value":          {`auth_pass="opal opal" x="1"`, `auth_pass="[redacted]" x="1"`},
	"Basic":                 {"Authorization: Basic am9lOm9wYWw= was refused", "Authorization: Basic [redacted] was refused"},
	"Bearer":                {"authorization: bearer opal", "authorization: bearer [redacted]"},
	"ApiKey":                {"Authorization: ApiKey opal, next", "Authorization: ApiKey [redacted], next"},
	"no scheme":             {"Proxy-Authorization: opal", "Proxy-Authorization: [redacted]"},
	"unknown scheme":        {"Authorization: Digest username=\"joe\"\nHost: a", "Authorization: [redacted]\"joe\"\nHost: a"},
	"header as Go prints":   {"map[Accept:[*/*] Authorization:[Basic am9lOm9wYWw=]]", "map[Accept:[*/*] Authorization:[Basic [redacted]"},
	"header with a hyphen":  {"X-Auth-Token: opal\r\nAccept: */*", "X-Auth-Token: [redacted]\r\nAccept: */*"},
	"cookies":               {"Cookie: a=opal; b=opal", "Cookie: [redacted]"},
	"scheme only":           {"sent Bearer eyJhbGciOiJIUzI1NiJ9.e30.x and Basic am9lOm9wYWw=", "sent Bearer [redacted] and Basic [redacted]"},
}

// plainTexts have nothing that is redacted.
var plainTexts = []string{
	"", "a", "name is taken", `{"a":"b","keypad":[1,2],"bypass":{"c":null}}`, "https://example.com/a@b?x=y", "sip:1001@example.com:5060",
	"mailto:joe@example.com", "12:30:00", "a=b&c=d", "pin = 4711", "password: must not be empty", "the token: it expired", "Basic plan",
	"Bearer token is missing", "bearer capability", "100 %", `C:\temp`, "a && b", "\xff\xfe", "имя: значение", `"`, `'`, "=", ":", " ", "token=", "://", "http://@h",
	"Authorization:", "Bearer ", `{"call_limit":10,"codecs":["PCMU"],"note":"5 \"inch\""}`, "shipping=1&pinned=2", "sip:", "x==y",
}

func TestText(t *testing.T) {
	t.Parallel()
	for name, c := range texts {
		if diff := cmp.Diff(c.want, Text(c.text)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for _, text := range plainTexts {
		if got := Text(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}

// TestTextAgain: what has been redacted stays as it is.
func TestTextAgain(t *testing.T) {
	t.Parallel()
	for name, c := range texts {
		if diff := cmp.Diff(c.want, Text(c.want)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestTextAllocations counts allocations, and so does not run beside other tests.
func TestTextAllocations(t *testing.T) {
	for _, text := range plainTexts {
		if strings.ContainsAny(text, `\%&`) {
			continue
		}
		if allocations := testing.AllocsPerRun(100, func() { _ = Text(text) }); allocations != 0 {
			t.Errorf("%v allocations for %q", allocations, text)
		}
	}
}

// FuzzText: nothing panics, and a secret that stands in a known form is not shown, in
// whatever it stands and however that is escaped.
func FuzzText(f *testing.F) {
	for _, c := range texts {
		f.Add(c.text, uint8(0))
	}
	for i, text := range plainTexts {
		f.Add(text, uint8(i))
	}
	wraps := []func(string) string{
		func(s string) string { return s },
		func(s string) string { return encoded(map[string]string{"a": s}) },
		func(s string) string { return encoded([]string{encoded(map[string]string{"a": s})}) },
		url.QueryEscape, url.PathEscape, html.EscapeString,
		func(s string) string { return fmt.Sprintf("%q", s) },
	}
	f.Fuzz(func(t *testing.T, text string, which uint8) {
		_ = Text(text)
		if !utf8.ValidString(text) || strings.Contains(text, "4711815") {
			return
		}
		object := encoded(map[string]any{"before": text, "user_pin": 4711815, "userPassword": text + "4711815", "z": text})
		for _, part := range []string{object, "https://joe:4711815@example.com/", "?a=b&access_token=4711815&c=d"} {
			wrapped := wraps[int(which)%len(wraps)](part)
			if got := Text(wrapped); strings.Contains(got, "4711815") {
				t.Errorf("%q is shown as %q", wrapped, got)
			}
		}
	})
}

// encoded is a value as JSON.
func encoded(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}

func BenchmarkText(b *testing.B) {
	for name, text := range map[string]string{"short": "Front desk", "JSON": encoded(map[string]any{"call_limit": 10, "codecs": []string{"PCMU", "PCMA"}}), "sentence": strings.Repeat("the vendor says no ", 13)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = Text(text)
			}
		})
	}
}
