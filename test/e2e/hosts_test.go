package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHosts: the JSON and admin listeners answer only for their own names, and refuse
// requests from another site's page.
func TestHosts(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(`{"success":true,"payload":[]}`))
	plain := startFacade(t, vendor.url(), withToken())
	listed := startFacade(t, vendor.url(), withToken(), "--allowed-hosts=pbx.example,api.example:8443")
	for name, row := range map[string]struct {
		facade *facade
		host   string
		status int
	}{
		"the listener's address": {plain, "", http.StatusOK},
		"localhost":              {plain, "localhost:1", http.StatusOK},
		"LOCALHOST":              {plain, "LOCALHOST", http.StatusOK},
		"IPv6 loopback":          {plain, "[::1]:8080", http.StatusOK},
		"a foreign name":         {plain, "rebound.example", http.StatusForbidden},
		"a foreign address":      {plain, "192.0.2.1:8080", http.StatusForbidden},
		"a name like ours":       {plain, "localhost.example", http.StatusForbidden},
		"listed":                 {listed, "pbx.example", http.StatusOK},
		"listed, with a port":    {listed, "PBX.example:9", http.StatusOK},
		"listed with this port":  {listed, "api.example:8443", http.StatusOK},
		"with another port":      {listed, "api.example:9", http.StatusForbidden},
		"not listed":             {listed, "rebound.example", http.StatusForbidden},
	} {
		for listener, path := range map[string]string{"http": "/v1/sip-connections", "admin": "/healthz"} {
			status, body := row.facade.get(t, listener, path, row.host, nil)
			if status != row.status || status == http.StatusForbidden && !strings.Contains(body, `"reason":"HOST_NOT_ALLOWED"`) {
				t.Errorf("%s at %s: %d %s", name, listener, status, body)
			}
		}
	}
	for _, listener := range []string{"http", "admin"} {
		status, body := plain.get(t, listener, "/sandbox/faults", "", http.Header{"Sec-Fetch-Site": {"cross-site"}})
		if status != http.StatusBadRequest || !strings.Contains(body, `"field":"origin"`) {
			t.Errorf("another site's page at %s: %d %s", listener, status, body)
		}
	}
}

// get sends a request to a listener under a name; with headers it is a POST.
func (f *facade) get(t *testing.T, listener, path, host string, header http.Header) (status int, body string) {
	t.Helper()
	method := http.MethodGet
	if header != nil {
		method = http.MethodPost
	}
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+f.server.Address(listener)+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Host = host
	if header != nil {
		request.Header = header
	}
	response, err := f.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it is read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// TestForeignWritesAreAudited: a write that is refused for its host or its origin has a line in
// the audit file and was not sent. Reads, and paths that no call has, have no line.
func TestForeignWritesAreAudited(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "audit.jsonl")
	vendor := startVendor(t, json200(good+"}"))
	f := startFacade(t, vendor.url(), withToken(), "--audit-file="+path)
	invites := "/v1/sip-connections/" + someConnection + "/invites"
	site := map[string]string{"Sec-Fetch-Site": "cross-site"}
	var want []map[string]any
	for _, row := range []struct {
		method, path, host string
		header             map[string]string
		body, reason       string
		status             int
		line               map[string]any // nil if there is none
	}{
		{http.MethodPost, invites, "rebound.example", nil, `{"name":"SECRET-name"}`, "HOST_NOT_ALLOWED", http.StatusForbidden,
			auditLine("", "SipConnectionService/CreateSipUserInvite", invites, "PERMISSION_DENIED", "HOST_NOT_ALLOWED", "NOT_SENT", "name")},
		{http.MethodDelete, invites + "/" + someInvite, "rebound.example", nil, "", "HOST_NOT_ALLOWED", http.StatusForbidden,
			auditLine("", "SipConnectionService/DeleteSipUserInvite", invites+"/"+someInvite, "PERMISSION_DENIED", "HOST_NOT_ALLOWED", "NOT_SENT")},
		{http.MethodPost, invites, "", site, `{"name":"SECRET-name"}`, "REQUEST_INVALID", http.StatusBadRequest,
			auditLine("", "SipConnectionService/CreateSipUserInvite", invites, "INVALID_ARGUMENT", "REQUEST_INVALID", "NOT_SENT", "name")},
		{http.MethodPost, invites, "rebound.example", site, `{"name":`, "HOST_NOT_ALLOWED", http.StatusForbidden,
			auditLine("", "SipConnectionService/CreateSipUserInvite", invites, "PERMISSION_DENIED", "HOST_NOT_ALLOWED", "NOT_SENT")},
		{http.MethodGet, invites + "/" + someInvite, "rebound.example", nil, "", "HOST_NOT_ALLOWED", http.StatusForbidden, nil},
		{http.MethodPost, "/v1/nothing", "rebound.example", nil, "", "HOST_NOT_ALLOWED", http.StatusForbidden, nil},
		{http.MethodPut, invites, "rebound.example", nil, "", "HOST_NOT_ALLOWED", http.StatusForbidden, nil},
		{http.MethodGet, "/docs", "rebound.example", nil, "", "HOST_NOT_ALLOWED", http.StatusForbidden, nil},
	} {
		status, reason, delivery := f.foreign(t, row.method, row.path, row.host, row.header, row.body)
		if status != row.status || reason != row.reason || (delivery == "NOT_SENT") != (row.line != nil) {
			t.Errorf("%s %s: %d %s, delivery %q", row.method, row.path, status, reason, delivery)
		}
		if row.line != nil {
			want = append(want, row.line)
		}
	}
	if diff := cmp.Diff(want, auditLines(t, path)); diff != "" {
		t.Error(diff)
	}
	if sent := vendor.take(); len(sent) > 0 {
		t.Errorf("the vendor received %v", sent)
	}
}

// foreign sends a request under a host, and returns what its error says.
func (f *facade) foreign(t *testing.T, method, path, host string, header map[string]string, body string) (status int, reason, delivery string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, f.base()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Host = host
	request.Header.Set("X-Request-Id", "the-id")
	request.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := f.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it is read to its end
	var failed struct {
		Details []struct {
			Reason   string
			Metadata struct{ Delivery string }
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&failed); err != nil || len(failed.Details) == 0 {
		t.Fatalf("%s %s: %d %v", method, path, response.StatusCode, err)
	}
	return response.StatusCode, failed.Details[0].Reason, failed.Details[0].Metadata.Delivery
}
