package infinity

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzForms holds that no form gets an answer other than one that is declared or
// chosen, and that what is created can be read and removed.
func FuzzForms(f *testing.F) {
	for _, form := range []string{goodUser, "user=a&user=b", "pin[]=1&pin[0]=2", "a[[]]=1", "%zz", "displayName=%00%ff", "&&=&;"} {
		f.Add(form)
	}
	s := seeded()
	f.Fuzz(func(t *testing.T, form string) {
		got := do(t, s, "POST", "/1/users", form)
		switch got.Code {
		case 201:
			user := "/1/users/" + got.row(t)["userId"]
			do(t, s, "GET", user, "").row(t)
			if removed := do(t, s, "DELETE", user, ""); removed.Code != 204 {
				t.Errorf("created by %q, cannot be removed: %s", form, removed.Text)
			}
		case 400, 409, 413:
			got.says(t)
		default:
			t.Errorf("%q: %d %s", form, got.Code, got.Text)
		}
	})
}

// FuzzListings holds that a list is a list or a complaint, whatever it is asked.
func FuzzListings(f *testing.F) {
	for _, query := range []string{"filter[]=userId-eq-value-1", "filter[0]=user-eq-value-a-b&sort[]=user-desc&limit=2&offset=1", "limit=99999999999999999999", "sort[]=-asc", "filter[]=--value-"} {
		f.Add(query)
	}
	s := seeded()
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest("GET", BasePath+"/sip/domains/1/devices", nil)
		r.SetBasicAuth(DefaultUsername, DefaultPassword)
		r.URL.RawQuery = query
		got := exchange(s, r)
		switch got.Code {
		case 200:
			if !strings.Contains(query, "jsonarray") && len(got.rows(t)) > 16 {
				t.Errorf("%q: more rows than there are", query)
			}
		case 400:
			got.says(t)
		default:
			t.Errorf("%q: %d %s", query, got.Code, got.Text)
		}
	})
}

// FuzzAppendString compares our writer with encoding/json.
func FuzzAppendString(f *testing.F) {
	for _, text := range []string{"plain", "quo\"te\\", "\x00\u2028 é", "\xff", "</script>"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var got, want string
		plain, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		if json.Unmarshal(appendString(nil, text), &got) != nil || json.Unmarshal(plain, &want) != nil || got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// FuzzParseRows holds that a shape reads back what the server writes.
func FuzzParseRows(f *testing.F) {
	f.Add("a", "b", "1")
	f.Add("\"", "\\u00e9\n", `{"a":[null]}`)
	f.Fuzz(func(t *testing.T, first, second, raw string) {
		if !utf8.ValidString(first + "|" + second + "|" + raw) {
			return // is answered as the replacement character
		}
		rows := []row{{{name: first, text: second}, {name: second, text: first}}, {}}
		if json.Valid([]byte(raw)) && raw == strings.TrimSpace(raw) && raw[0] != '"' {
			rows[1] = append(rows[1], cell{"raw", raw, true})
		}
		text := string(render(rows, ""))
		again, err := parseRows([]byte(text))
		if got := string(render(again, "")); err != nil || got != text {
			t.Errorf("%q became %q, %v", text, got, err)
		}
	})
}

func BenchmarkPageOfDevices(b *testing.B) {
	s := seeded()
	if err := s.AddDevices(DomainUK, 20_000); err != nil {
		b.Fatal(err)
	}
	form := &s.resources[devices]
	p, err := merge(map[string][]string{"sort[]": {"pbxDeviceId-asc"}, "offset": {"10000"}, "limit": {"1000"}})
	if err != nil {
		b.Fatal(err)
	}
	wanted, err := readListing(form.columns, p)
	if err != nil {
		b.Fatal(err)
	}
	c := &call{request: httptest.NewRequest("GET", "/", nil), listing: wanted}
	c.request.SetPathValue("domain", decimal(DomainUK))
	b.ReportAllocs()
	for b.Loop() {
		result, err := list(devices)(s, c)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(render(result.rows, ""))))
	}
}
