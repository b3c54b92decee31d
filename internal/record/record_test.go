package record_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/record"
)

// connections is an exchange with the answer to a list of connections.
func connections(body string) record.Raw {
	return record.Raw{
		Vendor: "opentact", Dialect: mapping.OpenTACT, Operation: "ListSIPConnections", Method: http.MethodGet,
		Path: "/sip/connection", Message: "SipConnection", Status: http.StatusOK, Body: []byte(body),
	}
}

// written is what is written of a body, without white space.
func written(t *testing.T, raw record.Raw) string {
	t.Helper()
	made := record.New(record.Index{}, []record.Raw{raw}, nil)
	body := made.Exchanges[0].Body
	if body == nil {
		return ""
	}
	var all []string
	for _, value := range body.Values {
		all = append(all, string(value))
	}
	return strings.Join(append(all, body.Rest), "")
}

// TestValues: each form of value becomes another of its form, and what tells nothing stays.
func TestValues(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{`"name":"Jane Doe"`, `"name":"Text 1"`},
		{`"name":"jane"`, `"name":"name-1"`},
		{`"name":""`, `"name":""`},
		{`"name":null`, `"name":null`},
		{`"uuid":"6F9619FF-8B86-4D01-B42D-00CF4FC964FF"`, `"uuid":"00000000-0000-4000-8000-000000000001"`},
		{`"name":"jane@corp.de"`, `"name":"user-1@host-1.example.com"`},
		{`"name":"sip.corp.de","ip":"corp.de"`, `"name":"host-1.example.com","ip":"host-2.example.com"`},
		{`"name":"https://u:p@corp.de:8443/a?b=c"`, `"name":"https://host-1.example.com:8443/path-1"`},
		{`"name":"sip:4915112345678@corp.de:5061;user=phone"`, `"name":"sip:12015550100@host-1.example.com:5061"`},
		{`"ip":"10.1.2.3","name":"10.1.2.0/24"`, `"ip":"192.0.2.1","name":"192.0.2.2/24"`},
		{`"ip":"fd00::1"`, `"ip":"2001:db8::1"`},
		{`"name":"00:04:f2:ab:cd:ef"`, `"name":"02:00:00:00:00:01"`},
		{`"name":"+49 151 12345678"`, `"name":"+12015550100"`},
		{`"tn":14155552671,"name":"+14155552671"`, `"tn":12015550100,"name":"+12015550100"`},
		{`"tn":447911123456`, `"tn":447700900000`},
		{`"tn":"4155552671"`, `"tn":"3015550100"`}, // fits 32 bits, as the other
		{`"class4_egress_trunk_id":7,"port":5060,"balance":99.875`, `"class4_egress_trunk_id":1,"port":5060,"balance":10.5`},
		{`"class4_egress_trunk_id":"4711","tech_prefix":4711`, `"class4_egress_trunk_id":"1000","tech_prefix":1000`},
		{`"port":506012345`, `"port":100000000`},
		{`"is_active":"Yes","logs":12`, `"is_active":"Yes","logs":12`},
		{`"created_on":"2020-01-02T00:00:00.000Z"`, `"created_on":"2020-01-02T00:00:00.000Z"`},
		{`"since":"2020-01-02T03:04:05Z","dob":"1980-02-03"`, `"since":"2020-01-02T03:04:05Z","dob":"2000-01-01"`},
		{`"since":"1980-02-03T22:00:00Z","birthday":"1980-02-03 07:07:07"`, `"since":"2000-01-01T00:00:00Z","birthday":"2000-01-01 00:00:00"`},
		{`"deleted_on":"0000-00-00 00:00:00"`, `"deleted_on":"0000-00-00 00:00:00"`},
		{`"shaken_minimum_accepted_attest_lvl":"A"`, `"shaken_minimum_accepted_attest_lvl":"A"`},
		{`"shaken_minimum_accepted_attest_lvl":"gateway-only"`, `"shaken_minimum_accepted_attest_lvl":"gateway-only"`},
		{`"shaken_minimum_accepted_attest_lvl":"Jane Doe"`, `"shaken_minimum_accepted_attest_lvl":"Text 1"`},
		{`"balance":6.661e2,"rate":5e-3,"tech_prefix":4.711e3,"limit":4711.0`, `"balance":1.5e0,"rate":2.5e0,"tech_prefix":3e0,"limit":1000.0`},
		{`"class4_egress_trunk_settings":{"media_type":"Relay Media + Transcoding"}`, `"class4_egress_trunk_settings":{"media_type":"Relay Media + Transcoding"}`},
		{`"class4_egress_trunk_settings":{"media_type":"proxy media"}`, `"class4_egress_trunk_settings":{"media_type":"proxy media"}`},
		{`"password":"x","voicemail_pin":1234,"api_key":{"a":["y",1,true]}`, `"password":"REDACTED","voicemail_pin":0,"api_key":{"(member 1)":["REDACTED",0,true]}`},
		{`"new_member":{"uuid":1,"janedoe":2}`, `"new_member":{"uuid":1,"(member 1)":2}`},
		{`"Jane Doe":1,"jane.doe":2,"+4915112345678":3`, `"(member 1)":1,"(member 2)":2,"(member 3)":3`},
		{`"name":"a","name":"a"`, `"name":"name-1","name":"name-1"`},
	} {
		got := written(t, connections(`{"success":true,"payload":[{`+c.in+`}]}`))
		if want := `{"success":true,"payload":[{` + c.want + `}]}`; got != want {
			t.Errorf("%s:\n got %s\nwant %s", c.in, got, want)
		}
	}
}

// TestSecretsDoNotStayElsewhere: what is a secret in one place is replaced where it would stay,
// and a stand-in is no value of another place.
func TestSecretsDoNotStayElsewhere(t *testing.T) {
	t.Parallel()
	got := written(t, connections(`{"payload":[{"password":"10507","port":10507,"token":"gateway","shaken_minimum_accepted_attest_lvl":"gateway","gateway":1,"name":"Jane","hostname":"name-1","ha1":"port"}]}`))
	want := `{"payload":[{"password":"REDACTED","port":10000,"token":"REDACTED","shaken_minimum_accepted_attest_lvl":"name-2","(member 1)":1,"name":"name-3","hostname":"name-4","ha1":"REDACTED"}]}`
	if got != want {
		t.Errorf("got %s", got)
	}
}

// TestBodies: several values, values that break off, and what is not JSON.
func TestBodies(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                              "",
		" \n":                           "",
		`"no rows"`:                     `"Text 1"`,
		`{"status":404}` + "\n" + `[1]`: `{"status":404}[1]`,
		`{"success":true,"payload":[{"name":"Jane"},{"na`: `{"success":true,"payload":[{"name":"name-1"},{`,
		"<html>Jane</html>": "<html><body>(text that is not JSON)</body></html>",
		"Jane Doe":          "(text that is not JSON)",
		`{"name": Jane}`:    `{"name":(text that is not JSON)`,
	} {
		if got := written(t, connections(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

// TestHeaders: few headers are kept, and of those only what tells nothing.
func TestHeaders(t *testing.T) {
	t.Parallel()
	raw := connections("")
	raw.Header = http.Header{
		"Content-Type": {"application/json; charset=UTF-8; owner=jane"}, "Allow": {"GET, POST"}, "Retry-After": {"30"},
		"Location": {"/users/jane"}, "Set-Cookie": {"jane=1"}, "Server": {"jane"}, "Www-Authenticate": {`Basic realm="jane"`},
		"X-Ratelimit-Limit": {"100"}, "X-Ratelimit-Remaining": {"jane"},
	}
	made := record.New(record.Index{}, []record.Raw{raw}, nil)
	want := map[string]string{
		"Content-Type": "application/json; charset=utf-8", "Allow": "GET, POST", "Retry-After": "30",
		"Location": "/path-1", "Www-Authenticate": "Basic", "X-Ratelimit-Limit": "100",
	}
	if diff := cmp.Diff(want, made.Exchanges[0].Headers); diff != "" {
		t.Error(diff)
	}
}

// index is that of a record of one vendor.
func index() record.Index {
	return record.Index{Sipfacade: "v1", Vendors: []record.Vendor{{Vendor: "opentact"}}, Report: json.RawMessage(`{}`)}
}

// TestWritesNothingConfidential: a record with a secret of the configuration is refused whole,
// in each form of the secret, and the error does not have it.
func TestWritesNothingConfidential(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		confidential record.Confidential
		refused      bool
	}{
		{record.Confidential{Name: "opentact_password", Value: "ListSIPConnections"}, true}, // stands in no value
		{record.Confidential{Name: "opentact_password", Value: "Jane"}, false},              // is replaced
		{record.Confidential{Name: "infinity_username", Value: "status", Account: true}, false},
		{record.Confidential{Name: "infinity_username", Value: "ListSIPConnections", Account: true}, true},
		{record.Confidential{Name: "opentact_token"}, false},
	} {
		values := []record.Confidential{c.confidential}
		directory := filepath.Join(t.TempDir(), "record")
		made := record.New(index(), []record.Raw{connections(`{"success":true,"payload":[{"name":"Jane"}]}`)}, values)
		count, err := made.Write(directory, values)
		var refused *record.ConfidentialError
		if errors.As(err, &refused) != c.refused || !c.refused && (err != nil || count != 2) {
			t.Errorf("%+v: %d files, %v", c.confidential, count, err)
		}
		if _, err := os.Stat(directory); c.refused && !os.IsNotExist(err) {
			t.Errorf("%+v: %v", c.confidential, err)
		}
		if c.refused && (refused.Name != c.confidential.Name || strings.Contains(strings.TrimPrefix(err.Error(), "nothing is written, because opentact-001-ListSIPConnections.json"), c.confidential.Value)) {
			t.Errorf("%+v: %v", c.confidential, err)
		}
	}
}

// TestWritesNoSecretOfAnswers: a secret that the report of the probe would show is refused too,
// unless every record has it.
func TestWritesNoSecretOfAnswers(t *testing.T) {
	t.Parallel()
	for value, refused := range map[string]bool{"hologram": true, "holo": true, "hol": false, "opentact": false, "status": false, "GET": false} {
		told := index()
		told.Report = json.RawMessage(`{"member":"` + value + `"}`)
		made := record.New(told, []record.Raw{connections(`{"success":true,"payload":[{"password":"` + value + `"}]}`)}, nil)
		_, err := made.Write(filepath.Join(t.TempDir(), "record"), nil)
		var found *record.ConfidentialError
		if errors.As(err, &found) != refused || refused && found.File != record.IndexFile {
			t.Errorf("%s: %v", value, err)
		}
	}
}

// TestDirectory: a record goes into a directory of its own.
func TestDirectory(t *testing.T) {
	t.Parallel()
	full, file := t.TempDir(), filepath.Join(t.TempDir(), "file")
	if err := errors.Join(os.WriteFile(filepath.Join(full, "x"), nil, 0o600), os.WriteFile(file, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	made := record.New(index(), []record.Raw{connections("{}")}, nil)
	for _, directory := range []string{full, file} {
		if count, err := made.Write(directory, nil); err == nil || count != 0 || record.CheckDirectory(directory) == nil {
			t.Errorf("%s: %d files, %v", directory, count, err)
		}
	}
	if entries, err := os.ReadDir(full); err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

// TestReplay: each request gets its own answer, and those after the last the last.
func TestReplay(t *testing.T) {
	t.Parallel()
	first, second, other, broken := connections(`{"a":1}`), connections(`{"a":2}`), connections(`{"a":3}`), connections("")
	second.Status = http.StatusTeapot
	other.Path, other.Parameters = "/sip/connection/{uuid}", []string{"a b"}
	broken.Path, broken.Status = "/sip/app", 0
	directory := t.TempDir()
	if _, err := record.New(index(), []record.Raw{first, second, other, broken}, nil).Write(directory, nil); err != nil {
		t.Fatal(err)
	}
	read, err := record.Read(directory)
	if err != nil {
		t.Fatal(err)
	}
	replay, err := record.NewReplay(read, "opentact")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path, body string
		status     int
	}{
		{"/sip/connection", "{\"a\":1}\n", http.StatusOK},
		{"/sip/connection", "{\"a\":2}\n", http.StatusTeapot},
		{"/sip/connection", "{\"a\":2}\n", http.StatusTeapot},
		{"/sip/connection/Text%201", "{\"a\":3}\n", http.StatusOK},
		{"/sip/domain", "the record has no answer to this request\n", http.StatusNotImplemented},
	} {
		answer := httptest.NewRecorder()
		replay.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, c.path, http.NoBody))
		if body := strings.NewReplacer("\n        ", "", "\n      }", "}", ": ", ":").Replace(answer.Body.String()); answer.Code != c.status || body != c.body {
			t.Errorf("%s: %d %q", c.path, answer.Code, body)
		}
	}
	if missing := replay.Missing(); !slices.Equal(missing, []string{"GET /sip/domain"}) {
		t.Errorf("missing %q", missing)
	}
	server := httptest.NewServer(replay)
	t.Cleanup(server.Close)
	if response, err := server.Client().Get(server.URL + "/sip/app"); err == nil {
		_ = response.Body.Close()
		t.Errorf("an exchange without an answer is answered %d", response.StatusCode)
	}
}

// TestReadRefusesOtherFormats: a record of another format is not taken for one of this.
func TestReadRefusesOtherFormats(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	if err := os.WriteFile(filepath.Join(directory, record.IndexFile), []byte(`{"format":2}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := record.Read(directory); err == nil || !strings.Contains(err.Error(), "format 2") {
		t.Error(err)
	}
}
