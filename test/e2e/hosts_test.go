package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"
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
