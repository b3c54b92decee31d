package opentact

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
)

// FuzzBodies holds that no body gets an answer other than an envelope of a kind
// that the vendor declares.
func FuzzBodies(f *testing.F) {
	for _, body := range []string{`{"name":"a"}`, `{"name":7,"x":[{}]}`, `{"port":1e309}`, `{"class4_egress_trunk_settings":{"media_type":null}}`, `[`, `{"name":"\ud800"}`} {
		f.Add(body)
	}
	s := seeded()
	f.Fuzz(func(t *testing.T, body string) {
		got := do(t, s, "POST", "/sip/connection", body)
		switch got.Code {
		case 201:
			id, _ := got.entity(t)["uuid"].(string)
			if removed := do(t, s, "DELETE", "/sip/connection/"+id, ""); removed.Code != 200 {
				t.Errorf("created by %q, cannot be removed: %s", body, removed.Text)
			}
		case 400, 404, 413, 415:
		default:
			t.Errorf("%q: %d %s", body, got.Code, got.Text)
		}
	})
}

func FuzzCallFlow(f *testing.F) {
	for _, document := range []string{`<Response/>`, `<Response><Say>a</Say></Response>`, `<!DOCTYPE a [<!ENTITY b "c">]><Response>&b;</Response>`, `</Response>`, strings.Repeat("<Say>", 100)} {
		f.Add(document)
	}
	f.Fuzz(func(t *testing.T, document string) {
		if checkCallFlow(document) == "" && !strings.Contains(document, "Response") {
			t.Errorf("%q has no Response", document)
		}
	})
}

// FuzzAppendValue compares our writer with encoding/json.
func FuzzAppendValue(f *testing.F) {
	f.Add("plain", 1.5, int64(7))
	f.Add("quo\"te\\ \x00\u2028 é \xff", -0.1, int64(-1)<<63)
	f.Fuzz(func(t *testing.T, text string, number float64, integer int64) {
		if number != number || number > 1e300 || number < -1e300 {
			return // neither JSON nor any value of the vendor
		}
		ours := appendValue(nil, object{{"t", text}, {"n", number}, {"i", integer}, {text, []any{nil, true}}})
		plain, err := json.Marshal(map[string]any{"t": text, "n": number, "i": integer, text: []any{nil, true}})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := canonical(t, ours), canonical(t, plain); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func canonical(t *testing.T, text []byte) string {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return fmt.Sprint(value)
}

func BenchmarkListOfInvites(b *testing.B) {
	s := seeded()
	if err := s.AddInvites(ConnectionUUID(7), 1000); err != nil {
		b.Fatal(err)
	}
	c := &call{request: httptest.NewRequest("GET", "/", nil)}
	c.request.SetPathValue("sip_connection_uuid", ConnectionUUID(7))
	run := list(invites, ofConnection("sip_connection_uuid"))
	b.ReportAllocs()
	for b.Loop() {
		result, err := run(s, c)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(appendValue(nil, result.payload))))
	}
}
