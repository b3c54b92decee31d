package fault

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func ask(t *testing.T, h http.Handler, method, target, body string) (int, map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, target, strings.NewReader(body)))
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%s %s: %v\n%s", method, target, err, w.Body)
	}
	return w.Code, answer
}

func TestAdmin(t *testing.T) {
	t.Parallel()
	var cleared []string
	first, second := NewMenu(example()), NewMenu(Dialect{Vendor: "second", Routes: []string{"Read"}})
	h := NewAdmin(map[string]*Menu{"example": first, "second": second}, func(vendor string) { cleared = append(cleared, vendor) })

	code, added := ask(t, h, "POST", "/", `{"vendor":"example","kind":"status","route":"Create","times":1,"status":503,"retryAfter":"7","body":"b","delayMs":200,"bytes":100}`)
	want := map[string]any{
		"vendor": "example", "id": "example-1", "kind": "status", "route": "Create", "times": 1.0, "status": 503.0,
		"retryAfter": "7", "body": "b", "delayMs": 200.0, "bytes": 100.0,
	}
	if diff := cmp.Diff(want, added); code != 201 || diff != "" {
		t.Fatalf("POST: %d (-want +got):\n%s", code, diff)
	}
	if code, _ := ask(t, h, "POST", "/", `{"vendor":"second","kind":"html"}`); code != 201 || len(second.List()) != 1 {
		t.Errorf("POST to the second vendor: %d", code)
	}

	code, shown := ask(t, h, "GET", "/", "")
	vendors, _ := shown["vendors"].(map[string]any)
	example, _ := vendors["example"].(map[string]any)
	delete(want, "vendor")
	if diff := cmp.Diff([]any{want}, example["faults"]); code != 200 || diff != "" {
		t.Errorf("GET: %d, faults (-want +got):\n%s", code, diff)
	}
	if kinds, _ := shown["kinds"].([]any); len(kinds) != 14 || len(vendors) != 2 || len(example["shapes"].([]any)) != 3 {
		t.Errorf("GET: %v", shown)
	}

	for _, step := range []struct {
		target  string
		code    int
		removed any
	}{
		{"/?id=example-9", 404, nil},
		{"/?id=example-1&vendor=second", 404, nil},
		{"/?id=example-1", 200, 1.0},
		{"/?vendor=third", 400, nil},
		{"/?vendor=example", 200, 0.0},
		{"/", 200, 1.0},
	} {
		if code, got := ask(t, h, "DELETE", step.target, ""); code != step.code || got["removed"] != step.removed {
			t.Errorf("DELETE %s: %d %v", step.target, code, got)
		}
	}
	slices.Sort(cleared)
	if diff := cmp.Diff([]string{"example", "example", "example", "second"}, cleared); diff != "" {
		t.Errorf("told that faults were cleared (-want +got):\n%s", diff)
	}
	if code, _ := ask(t, h, "PUT", "/", ""); code != 405 {
		t.Errorf("PUT: %d", code)
	}
}

func TestAdminNamesTheField(t *testing.T) {
	t.Parallel()
	h := NewAdmin(map[string]*Menu{"example": NewMenu(example()), "other": NewMenu(example())}, func(string) {})
	for _, test := range []struct{ body, field, message string }{
		{`{"kind":"html"}`, "vendor", `unknown vendor ""; one of: example, other`},
		{`{"vendor":"example","kind":"flood"}`, "kind", `unknown kind "flood"; one of: latency, `},
		{`{"vendor":"example","kind":"html","route":"Nope"}`, "route", `unknown route "Nope"; one of: *, List, Create`},
		{`{"vendor":"example","kind":"html","rout":"List"}`, "rout", `unknown member; one of: vendor, id, kind, route, times, `},
		{`{"vendor":"example","kind":"html","times":"2"}`, "times", `want a whole number, got string`},
		{`{"vendor":"example","kind":"html","times":1.5}`, "times", `want a whole number, got number 1.5`},
		{`{"vendor":"example","kind":7}`, "kind", `want a string, got number`},
		{`[]`, "", `want an object, got array`},
		{`{"vendor":"example"}{}`, "body", `holds more than one JSON value`},
		{`{"vendor":`, "body", `not JSON: unexpected EOF`},
		{``, "body", `not JSON: EOF`},
	} {
		code, got := ask(t, h, "POST", "/", test.body)
		problem, _ := got["error"].(map[string]any)
		message, _ := problem["message"].(string)
		if code != 400 || problem["field"] != test.field || !strings.HasPrefix(message, test.message) {
			t.Errorf("%s: %d %v", test.body, code, got)
		}
	}
}

func TestRecorderKeepsTheLast(t *testing.T) {
	t.Parallel()
	recorder := NewRecorder(2, "X-Key", "key")
	var read []string
	h := func(route string) http.Handler {
		return recorder.Wrap(route, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			read = append(read, string(body))
		}))
	}
	for _, call := range [][2]string{{"List", ""}, {"Create", "one"}, {"Create", strings.Repeat("x", maxRecordedBody+10)}} {
		r := httptest.NewRequest("POST", "/p?key=secret&page=1", strings.NewReader(call[1]))
		r.Header.Set("X-Key", "secret")
		r.Header.Set("Authorization", "secret")
		r.Header.Set("Accept", "*/*")
		h(call[0]).ServeHTTP(httptest.NewRecorder(), r)
	}
	got := recorder.Requests()
	want := []Request{
		{"Create", "POST", "/p", map[string][]string{"page": {"1"}}, http.Header{"Accept": {"*/*"}}, []byte("one")},
		{"Create", "POST", "/p", map[string][]string{"page": {"1"}}, http.Header{"Accept": {"*/*"}}, bytes.Repeat([]byte("x"), maxRecordedBody)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
	if len(read) != 3 || read[1] != "one" || len(read[2]) != maxRecordedBody+10 {
		t.Errorf("the handler did not read what was sent")
	}
	calls := []int{recorder.Calls("List"), recorder.Calls("Create"), recorder.Calls(AnyRoute), recorder.Calls("Never")}
	if diff := cmp.Diff([]int{1, 2, 3, 0}, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	recorder.Reset()
	if recorder.Calls("") != 0 || len(recorder.Requests()) != 0 {
		t.Error("Reset left something")
	}
}

func TestRecorderPassesReadErrorsOn(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	r := httptest.NewRequest("POST", "/", io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(broken)))
	NewRecorder(0).Wrap("List", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if body, err := io.ReadAll(r.Body); string(body) != "abc" || !errors.Is(err, broken) {
			t.Errorf("read %q, %v", body, err)
		}
	})).ServeHTTP(httptest.NewRecorder(), r)
}

func TestWalkAndRewrite(t *testing.T) {
	t.Parallel()
	got, err := RewriteJSON([]byte(`{"b":[1,{"a":12345678901234567890}],"c":null}`), func(v any) any {
		return Walk(v, func(inner any) any {
			if number, ok := inner.(json.Number); ok {
				return "n" + number.String()
			}
			return inner
		})
	})
	if want := `{"b":["n1",{"a":"n12345678901234567890"}],"c":null}` + "\n"; err != nil || string(got) != want {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := RewriteJSON([]byte(`{`), func(v any) any { return v }); err == nil {
		t.Error("rewrote what is not JSON")
	}
}
