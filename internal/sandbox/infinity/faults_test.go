package infinity

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
)

func add(t *testing.T, s *Server, f fault.Fault) {
	t.Helper()
	if _, err := s.Faults().Add(f); err != nil {
		t.Fatal(err)
	}
}

const loneGroupUser = `{"groupId":"7","userId":"24","user":"james.lowe","displayName":"James Lowe","extensionNumber":"007"}`

func TestShapes(t *testing.T) {
	t.Parallel()
	const group, list, none = "/1/groups/7/users", "/1/users/25/devices", "/1/queues/3/members"
	for _, test := range []struct {
		shape, path string
		want        []string
		not         []string
	}{
		{"pretty", group, []string{"{\n    \"groupId\": \"7\",\n", "\n}\n"}, []string{"\",\""}},
		{"pretty", list, []string{"\n}\n{\n"}, nil},
		{"jsonarray", group, []string{"[" + loneGroupUser + "]\n"}, nil},
		{"jsonarray", none, []string{"[]\n"}, nil},
		{"crlf", list, []string{"}\r\n{", "}\r\n"}, nil},
		{"crlf", none, []string{"\r\n"}, nil},
		{"no_last_newline", list, []string{"}\n{"}, []string{"\"}\n\x00"}},
		{"blank_lines", list, []string{"\n{", "}\n\n{", "}\n\n"}, nil},
		{"unquoted", "/1/users/24", []string{`"userId":24,`, `"mobileFollow":false,`, `"hotdeskAllowed":false`, `"voicemailEnabled":true`, `"ukPhoneId":null`, `"extensionNumber":"007"`}, []string{`"domainId":"`}},
		{"unquoted_numbers", "/1/users/2", []string{`"userId":2,`, `"mobileFollow":0,`, `"hotdeskAllowed":1,`, `"pin":"905370154"`}, []string{"true", "false"}},
		{"unquoted", "/1/devices/15", []string{`"userId":null`, `"user":""`}, nil},
		{"zero_dates", "/1/devices/1", []string{`"createDatetime":"0000-00-00 00:00:00"`, `"updateDatetime":"0000-00-00 00:00:00"`}, []string{"2019"}},
		{"nulls", "/1/users/9", []string{`"createDatetime":null`, `"updateDatetime":null`, `"pin":null`, `"user":"ben.whitaker"`}, []string{`""`}},
		{"extra_keys", list, []string{`{"xFirst":"undocumented","userId":"25"`, `"xObject":{"deep":[null,true,1.5,{"a":"b"}]}`, `"xNumber":12345678901234567890`, `"x ключ":"Zürich \"x\"\n"`}, nil},
		{"secrets", "/1/users/24", []string{`"pbxDeviceToken":"` + SecretLeaked + `"`, `"pin":""`, `"password":"$2y$`}, nil},
		{"secrets", "/1/devices", []string{`"password":"` + SecretLeaked + `","pin":"` + SecretLeaked}, nil},
		{"string_message", list, []string{"\"access denied\"\n"}, []string{"{"}},
		{"escapes", "/1/users/5", []string{`Zo\u00eb Bennett`}, []string{"Zoë"}},
		{"escapes", "/1/trustedNetworks/1", []string{`192.0.2.0\/25`}, nil},
		{"long_row", list, []string{`,"padding":"xxxx`}, nil},
	} {
		s := seeded()
		add(t, s, fault.Fault{Kind: fault.Reshape, Shape: test.shape, Times: 1})
		got := do(t, s, "GET", test.path, "")
		if got.Code != 200 || !readable(got.Text) {
			t.Errorf("%s of %s: %d %s", test.shape, test.path, got.Code, got.Text)
		}
		for _, want := range test.want {
			if !strings.Contains(got.Text, want) {
				t.Errorf("%s of %s lacks %q:\n%.2000s", test.shape, test.path, want, got.Text)
			}
		}
		for _, not := range test.not {
			if strings.Contains(got.Text+"\x00", not) {
				t.Errorf("%s of %s still has %q:\n%.2000s", test.shape, test.path, not, got.Text)
			}
		}
	}
}

// readable says whether a text is a stream of JSON values.
func readable(text string) bool {
	decoder := json.NewDecoder(strings.NewReader(text))
	for {
		var value any
		switch err := decoder.Decode(&value); {
		case errors.Is(err, io.EOF):
			return true
		case err != nil:
			return false
		}
	}
}

// rewritten is what a shape makes of a body.
func rewritten(t *testing.T, shape fault.Shape, body string) string {
	t.Helper()
	rewrite := shape.Rewrite
	if rewrite == nil {
		rewrite = func(operation string, body []byte) ([]byte, error) { return shape.Sized(operation, body, 3) }
	}
	got, err := rewrite("ListSIPUsers", []byte(body))
	if err != nil {
		t.Errorf("%s of %q: %v", shape.Name, body, err)
	}
	return string(got)
}

func TestEveryShapeTakesEveryAnswer(t *testing.T) {
	t.Parallel()
	for _, shape := range NewFaultMenu().Dialect().Shapes {
		if shape.Explain == "" || (shape.Rewrite == nil) == (shape.Sized == nil) {
			t.Errorf("%s is not explained, or has not exactly one way to rewrite", shape.Name)
		}
		for _, body := range []string{"\n", "[]\n", `{"userId":"41"}` + "\n", `"text"` + "\n", `{"a":1,"b":null,"c":[{"d":"e"}],"userId":7}` + "\n", `[{"a":"b"},{"a":"c"}]`} {
			if got := rewritten(t, shape, body); !readable(got) {
				t.Errorf("%s of %q: %q", shape.Name, body, got)
			}
		}
		if got := rewritten(t, shape, ""); got != "" {
			t.Errorf("%s of a 204: %q", shape.Name, got)
		}
	}
}

func TestShapesAreUndoneByReading(t *testing.T) {
	t.Parallel()
	plain, err := parseRows([]byte(do(t, seeded(), "GET", "/1/users", "").Text))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pretty", "jsonarray", "crlf", "no_last_newline", "blank_lines", "escapes"} {
		s := seeded()
		add(t, s, fault.Fault{Kind: fault.Reshape, Shape: name})
		got, err := parseRows([]byte(do(t, s, "GET", "/1/users", "").Text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		differ(t, name, string(render(plain, "")), string(render(got, "")))
	}
}

func TestLongRows(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ bytes, least, most int }{{0, 1 << 20, 1<<20 + 1000}, {100, 100, 1000}, {3 << 20, 3 << 20, 3<<20 + 1000}} {
		s := seeded()
		add(t, s, fault.Fault{Kind: fault.Reshape, Shape: "long_row", Bytes: test.bytes})
		rows := do(t, s, "GET", "/1/users/25/devices", "").rows(t)
		if n := len(rows[1]["padding"]); len(rows) != 2 || rows[0]["padding"] != "" || n < test.least || n > test.most {
			t.Errorf("%d bytes: %d rows, the second padded with %d", test.bytes, len(rows), n)
		}
	}
}

func TestAShapeLeavesErrorsAndEmptyAnswersAlone(t *testing.T) {
	t.Parallel()
	s := seeded()
	add(t, s, fault.Fault{Kind: fault.Reshape, Shape: "string_message"})
	if got := do(t, s, "GET", "/1/users/99", ""); got.Code != 404 || got.says(t) != "not found" {
		t.Errorf("%d %s", got.Code, got.Text)
	}
	if got := do(t, s, "DELETE", "/1/users/26", ""); got.Code != 204 || got.Text != "" {
		t.Errorf("%d %s", got.Code, got.Text)
	}
	if got := do(t, s, "POST", "/1/trustedNetworks", goodNetwork); got.Code != 201 || got.says(t) != "access denied" {
		t.Errorf("%d %s", got.Code, got.Text)
	}
}

// over makes a call through a real connection and reads its answer to the end.
func over(t *testing.T, url, method, path, form string) (code int, body string, err error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url+BasePath+"/sip/domains"+path, strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(DefaultUsername, DefaultPassword)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.GetBody = nil
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, "", err
	}
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), errors.Join(err, response.Body.Close())
}

func TestFaultsOverTheWire(t *testing.T) {
	t.Parallel()
	const route = "CreateSIPTrustedNetwork"
	for _, test := range []struct {
		fault   fault.Fault
		code    int
		body    string
		handled bool
		broken  bool
	}{
		{fault.Fault{Kind: fault.Latency, DelayMS: 1}, 201, `{"trustedNetworkId":"7"}` + "\n", true, false},
		{fault.Fault{Kind: fault.Status, Status: 503}, 503, `"sandbox fault: status"` + "\n", false, false},
		{fault.Fault{Kind: fault.Unauthorized, Message: "auth required"}, 401, `"auth required"` + "\n", false, false},
		{fault.Fault{Kind: fault.RateLimited}, 429, `"sandbox fault: rate_limited"` + "\n", false, false},
		{fault.Fault{Kind: fault.NotSuccess, Message: "access denied"}, 200, `"access denied"` + "\n", false, false},
		{fault.Fault{Kind: fault.MalformedJSON}, 201, `{"trustedNet\q`, true, false},
		{fault.Fault{Kind: fault.Truncated, Bytes: 10}, 201, `{"trustedN`, true, true},
		{fault.Fault{Kind: fault.Empty}, 201, "", true, false},
		{fault.Fault{Kind: fault.ResetBefore}, 0, "", false, true},
		{fault.Fault{Kind: fault.ResetAfter}, 0, "", true, true},
	} {
		t.Run(string(test.fault.Kind), func(t *testing.T) {
			t.Parallel()
			s := seeded()
			server := httptest.NewServer(s)
			defer server.Close()
			test.fault.Route, test.fault.Times = route, 1
			add(t, s, test.fault)
			code, body, err := over(t, server.URL, "POST", "/1/trustedNetworks", goodNetwork)
			if code != test.code || body != test.body || (err != nil) != test.broken {
				t.Errorf("got %d %q, %v", code, body, err)
			}
			if test.broken && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("an unexpected kind of break: %v", err)
			}
			listed := do(t, s, "GET", "/1/trustednetworks", "").rows(t)
			if handled := len(listed) == 4; handled != test.handled {
				t.Errorf("handled: %v, want %v", handled, test.handled)
			}
			if n := s.Calls(route); n != 1 {
				t.Errorf("Calls = %d, want 1", n)
			}
		})
	}
}

func TestAnAnswerCutBetweenRows(t *testing.T) {
	t.Parallel()
	s := seeded()
	server := httptest.NewServer(s)
	defer server.Close()
	add(t, s, fault.Fault{Kind: fault.Truncated, Rows: 2})
	code, body, err := over(t, server.URL, "GET", "/1/devices", "")
	if code != 200 || !errors.Is(err, io.ErrUnexpectedEOF) || strings.Count(body, "\n") != 2 || !strings.HasSuffix(body, "}\n") {
		t.Errorf("%d %q, %v", code, body, err)
	}
}

func TestTheAdminKnowsThisVendor(t *testing.T) {
	t.Parallel()
	s := seeded()
	admin := fault.NewAdmin(map[string]*fault.Menu{"infinity": s.Faults()}, func(string) {})
	w := httptest.NewRecorder()
	admin.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(`{"vendor":"infinity","kind":"truncated","route":"ListSIPUsers","rows":3}`)))
	if w.Code != 201 || len(s.Faults().List()) != 1 || s.Faults().List()[0].ID != "infinity-1" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestTheRecorderKeepsNoCredentials(t *testing.T) {
	t.Parallel()
	s := seeded()
	do(t, s, "POST", "/1/users/1?x=1", "jobName=Boss")
	requests := s.Recorder().Requests()
	if len(requests) != 1 {
		t.Fatalf("%d requests", len(requests))
	}
	got := requests[0]
	if got.Route != "UpdateSIPUser" || string(got.Body) != "jobName=Boss" || got.Query.Encode() != "x=1" || len(got.Header) != 1 {
		t.Errorf("recorded %+v", got)
	}
}
