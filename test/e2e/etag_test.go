package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"path"
	"reflect"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/config"
	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// exchange is what an HTTP request with a condition is answered.
type exchange struct {
	status int
	etag   string
	body   map[string]any
}

// conditional makes a request with an If-Match header, unless that is empty.
func conditional(t *testing.T, method, url, ifMatch, body string) exchange {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if ifMatch != "" {
		request.Header.Set("If-Match", ifMatch)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it is read whole
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	made := exchange{status: response.StatusCode, etag: response.Header.Get("ETag")}
	if err := json.Unmarshal(text, &made.body); err != nil {
		t.Fatalf("%s %s: %s: %v", method, url, text, err)
	}
	return made
}

// TestEtags: of every resource that has an update, the etag is the same in Get and List as
// long as nothing changes, and another one after each change. A write that states an old
// one changes nothing.
func TestEtags(t *testing.T) {
	t.Parallel()
	eachRoundTrip(t, func(t *testing.T, trip roundTrip, base string) {
		url := base + trip.path
		before := conditional(t, http.MethodGet, url, "", "")
		stated, _ := before.body["etag"].(string)
		if stated == "" || before.etag != `"`+stated+`"` {
			t.Fatalf("the header has %s, the resource %q", before.etag, stated)
		}
		if listed := listedEtags(t, base+path.Dir(trip.path)); !listed[stated] {
			t.Errorf("the list has %v, Get has %q", listed, stated)
		}
		change, err := json.Marshal(map[string]any{trip.member: trip.value})
		if err != nil {
			t.Fatal(err)
		}
		changed := conditional(t, http.MethodPatch, url, before.etag, string(change))
		if changed.status != http.StatusOK || changed.etag == before.etag || changed.etag == "" {
			t.Fatalf("a change with the etag: %v", changed)
		}
		trip.checkOld(t, url, before)
		if again := conditional(t, http.MethodGet, url, "", ""); again.etag != changed.etag || !reflect.DeepEqual(again.body[trip.member], trip.value) {
			t.Errorf("after changes that were refused: %v, want the etag %s", again, changed.etag)
		}
		if any := conditional(t, http.MethodPatch, url, "*", string(change)); any.status != http.StatusOK {
			t.Errorf("a change of any state: %v", any)
		}
		if quoted := conditional(t, http.MethodPatch, url, `"*"`, string(change)); quoted.status != http.StatusPreconditionFailed {
			t.Errorf("a change with an etag that is a star: %v", quoted)
		}
	})
}

// checkOld makes writes that state an old etag: to undo the change, and to delete.
func (r roundTrip) checkOld(t *testing.T, url string, old exchange) {
	t.Helper()
	body, err := json.Marshal(map[string]any{r.member: old.body[r.member], "etag": old.body["etag"]})
	if err != nil {
		t.Fatal(err)
	}
	refused := map[string]exchange{
		"both":     conditional(t, http.MethodPatch, url, old.etag, string(body)),
		"body":     conditional(t, http.MethodPatch, url, "", string(body)),
		"validate": conditional(t, http.MethodPatch, url+"?validateOnly=true", "", string(body)),
	}
	if r.rpc != "PbxConfigService.UpdatePbxDomain" { // which cannot be deleted
		refused["delete"] = conditional(t, http.MethodDelete, url, old.etag, "")
	}
	for how, made := range refused {
		text, err := json.Marshal(made.body)
		if err != nil || made.status != http.StatusPreconditionFailed || !strings.Contains(string(text), `"reason":"ETAG_MISMATCH"`) ||
			!strings.Contains(string(text), `"delivery":"NOT_SENT"`) {
			t.Errorf("%s: %d %s", how, made.status, text)
		}
	}
}

// listedEtags are the etags in a list.
func listedEtags(t *testing.T, url string) map[string]bool {
	t.Helper()
	etags := map[string]bool{}
	for _, value := range conditional(t, http.MethodGet, url+"?pageSize=1000", "", "").body {
		rows, _ := value.([]any)
		for _, row := range rows {
			members, _ := row.(map[string]any)
			etag, _ := members["etag"].(string)
			etags[etag] = true
		}
	}
	return etags
}

// TestConditionalWritesAreSentOnce: a write that states an etag is not sent again, since the
// resource may have changed before the repeat. Without an etag it is.
func TestConditionalWritesAreSentOnce(t *testing.T) {
	t.Parallel()
	f := startEmulated(t)
	for _, c := range []struct{ vendor, operation, method, path, body string }{
		{"opentact", "ModifyMessagingProfile", http.MethodPatch, "/v1/messaging-profiles/" + sandbox.MessagingProfileUUID(1), `{"longCodeWeight": 7}`},
		{"opentact", "RemoveMessagingProfileByUUID", http.MethodDelete, "/v1/messaging-profiles/" + sandbox.MessagingProfileUUID(1), ""},
		{"infinity", "UpdateSIPTrustedNetwork", http.MethodPatch, "/v1/pbx/domains/1/trusted-networks/1", `{"description": "moved"}`},
		{"infinity", "DeleteSIPTrustedNetwork", http.MethodDelete, "/v1/pbx/domains/1/trusted-networks/1", ""},
	} {
		etag := conditional(t, http.MethodGet, f.base()+c.path, "", "").etag
		for _, stated := range []string{etag, ""} {
			f.faults(t, http.MethodPost, "", `{"vendor": "`+c.vendor+`", "kind": "status", "status": 503, "times": 1, "route": "`+c.operation+`"}`)
			made := conditional(t, c.method, f.base()+c.path, stated, c.body)
			text, err := json.Marshal(made.body)
			if err != nil || (made.status == http.StatusOK) != (stated == "") || stated != "" && !strings.Contains(string(text), "OUTCOME_UNKNOWN") {
				t.Errorf("%s with the etag %q: %d %s", c.operation, stated, made.status, text)
			}
		}
	}
}

// TestIfMatchOfOtherCalls: a condition that would not be checked is refused.
func TestIfMatchOfOtherCalls(t *testing.T) {
	t.Parallel()
	base, _ := startSandbox(t)
	for _, target := range []string{"GET /v1/sip-apps", "POST /v1/sip-apps", "GET /v1/pbx/domains/1/users/1"} {
		method, path, _ := strings.Cut(target, " ")
		made := conditional(t, method, base+path, `"x"`, "")
		if text, err := json.Marshal(made.body); err != nil || made.status != http.StatusBadRequest || !strings.Contains(string(text), `"field":"if-match"`) {
			t.Errorf("%s: %d %s", target, made.status, text)
		}
	}
}

// TestIfMatchIsNeverIgnored: a condition that states nothing is refused, and one that is sent
// twice with the same value is one.
func TestIfMatchIsNeverIgnored(t *testing.T) {
	t.Parallel()
	base, _ := startSandbox(t)
	url := base + "/v1/pbx/domains/1/users/3"
	for value, want := range map[string]int{`""`: http.StatusBadRequest, " ": http.StatusBadRequest, `"a", "b"`: http.StatusPreconditionFailed} {
		if made := conditional(t, http.MethodPatch, url, value, `{"displayName":"Z"}`); made.status != want {
			t.Errorf("If-Match: %s: %v", value, made)
		}
	}
	etag := conditional(t, http.MethodGet, url, "", "").etag
	for second, want := range map[string]int{etag: http.StatusOK, `"other"`: http.StatusBadRequest} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, url+"?validateOnly=true", strings.NewReader(`{"displayName":"Z"}`))
		if err != nil {
			t.Fatal(err)
		}
		request.Header["If-Match"] = []string{etag, second}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		if response.Body.Close() != nil || response.StatusCode != want {
			t.Errorf("If-Match twice, then with %s: %d", second, response.StatusCode)
		}
	}
}

// TestPageTokenKeyChanges: a new key of the file is in use without a restart. What was made
// with the key before it still holds, and what is older does not. A broken file changes nothing.
func TestPageTokenKeyChanges(t *testing.T) {
	t.Parallel()
	file := writeFile(t, "page-token-key", "the first key\n")
	key, err := config.SecretFromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f := startChanged(t, "http://127.0.0.1:1", func(c *config.Config) {
		c.Sandbox, c.PageTokenKey, c.PageTokenKeyFile = true, key, file
	}, withToken())
	users := f.base() + "/v1/pbx/domains/1/users"
	etag := func() string { return conditional(t, http.MethodGet, users+"/24", "", "").etag }
	token := func() string {
		token, _ := conditional(t, http.MethodGet, users+"?pageSize=1", "", "").body["nextPageToken"].(string)
		return token
	}
	check := func(when, etag, token string, status int) {
		t.Helper()
		if got := conditional(t, http.MethodGet, users+"?pageSize=1&pageToken="+token, "", ""); (got.status == http.StatusOK) != (status == http.StatusOK) {
			t.Errorf("%s: the list goes on with %v", when, got)
		}
		if got := conditional(t, http.MethodPatch, users+"/24?validateOnly=true", etag, `{"displayName":"James"}`); got.status != status {
			t.Errorf("%s: the update is answered %v", when, got)
		}
	}
	firstEtag, firstToken := etag(), token()
	replaceFile(t, file, []byte("the second key"))
	eventually(t, "the second key is in use", func() bool { return etag() != firstEtag })
	check("after a change", firstEtag, firstToken, http.StatusOK)
	secondEtag, secondToken := etag(), token()
	replaceFile(t, file, []byte(""))
	eventually(t, "the log names the problem", func() bool { return strings.Contains(f.logs.String(), "a secret's file cannot be read") })
	replaceFile(t, file, []byte("the third key"))
	eventually(t, "the third key is in use", func() bool { return etag() != secondEtag })
	check("of the key before", secondEtag, secondToken, http.StatusOK)
	check("of an older key", firstEtag, firstToken, http.StatusPreconditionFailed)
	if log := f.logs.String(); strings.Count(log, "the file of page_token_key changed") != 2 || strings.Contains(log, "third key") {
		t.Error("the changes are not in the log, or the key is")
	}
}
