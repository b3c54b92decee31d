package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// TestCORS: browsers may call from the listed origins, with the headers that the API
// reads, and from no other. Without origins no page may.
func TestCORS(t *testing.T) {
	t.Parallel()
	const listed, other = "https://console.example.com", "https://evil.example.com"
	vendor := startVendor(t, json200(good+"}"))
	off := startFacade(t, vendor.url(), withToken())
	on := startFacade(t, vendor.url(), withToken(), "--cors-origins=http://localhost:3000,"+listed, tokensFlag(t, tokenEntry("ci", "write")))
	preflight := map[string]string{"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
	for name, row := range map[string]struct {
		facade         *facade
		method, origin string
		header         map[string]string
		status         int
		allowed        string
	}{
		"a preflight":                  {on, http.MethodOptions, listed, preflight, http.StatusNoContent, listed},
		"a preflight of another":       {on, http.MethodOptions, other, preflight, http.StatusMethodNotAllowed, ""},
		"a preflight without CORS":     {off, http.MethodOptions, listed, preflight, http.StatusMethodNotAllowed, ""},
		"a call":                       {on, http.MethodGet, listed, bearer("ci"), http.StatusOK, listed},
		"a write":                      {on, http.MethodPost, listed, bearer("ci"), http.StatusOK, listed},
		"a write as browsers say it":   {on, http.MethodPost, listed, map[string]string{"authorization": "Bearer ci", "Sec-Fetch-Site": "cross-site"}, http.StatusOK, listed},
		"a refusal":                    {on, http.MethodGet, listed, nil, http.StatusUnauthorized, listed},
		"a call of another":            {on, http.MethodGet, other, bearer("ci"), http.StatusOK, ""},
		"a write of another":           {on, http.MethodPost, other, map[string]string{"authorization": "Bearer ci", "Sec-Fetch-Site": "cross-site"}, http.StatusBadRequest, ""},
		"a call without an origin":     {on, http.MethodGet, "", bearer("ci"), http.StatusOK, ""},
		"an origin that begins alike":  {on, http.MethodGet, listed + ".evil.example", bearer("ci"), http.StatusOK, ""},
		"an origin of a file":          {on, http.MethodGet, "null", bearer("ci"), http.StatusOK, ""},
		"OPTIONS that is no preflight": {on, http.MethodOptions, listed, nil, http.StatusMethodNotAllowed, listed},
	} {
		body := map[string]string{http.MethodPost: `{"name":"Front desk"}`}[row.method]
		path := "/v1/sip-connections/" + someConnection
		if row.method == http.MethodPost {
			path += "/invites"
		}
		request, err := http.NewRequestWithContext(t.Context(), row.method, row.facade.base()+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if row.origin != "" {
			request.Header.Set("Origin", row.origin)
		}
		for header, value := range row.header {
			request.Header.Set(header, value)
		}
		response, err := row.facade.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close() // only the headers count
		if got := response.Header.Get("Access-Control-Allow-Origin"); response.StatusCode != row.status || got != row.allowed {
			t.Errorf("%s: %d, allowed %q", name, response.StatusCode, got)
		}
		if response.Header.Get("X-Request-Id") == "" || row.allowed != "" && response.Header.Get("Vary") != "Origin" || response.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s: %v", name, response.Header)
		}
		if row.status != http.StatusNoContent {
			continue
		}
		for _, header := range []string{"authorization", "content-type", "idempotency-key", "if-match", "x-request-id", "x-explain"} {
			if !strings.Contains(response.Header.Get("Access-Control-Allow-Headers"), header) {
				t.Errorf("%s does not allow %s", name, header)
			}
		}
	}
}

// TestHostsWithAuthentication: a server that authenticates its callers answers for every
// host, unless it is told for which.
func TestHostsWithAuthentication(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(good+"}"))
	tokens := tokensFlag(t, tokenEntry("ci", "write"))
	open, listed := startFacade(t, vendor.url(), withToken(), tokens), startFacade(t, vendor.url(), withToken(), tokens, "--allowed-hosts=pbx.example")
	for host, want := range map[string]struct{ open, listed int }{
		"pbx.example": {http.StatusUnauthorized, http.StatusUnauthorized}, "other.example": {http.StatusUnauthorized, http.StatusForbidden},
	} {
		if status, _ := open.get(t, "http", "/v1/sip-apps", host, nil); status != want.open {
			t.Errorf("%s without a list: %d", host, status)
		}
		if status, _ := listed.get(t, "http", "/v1/sip-apps", host, nil); status != want.listed {
			t.Errorf("%s with a list: %d", host, status)
		}
	}
}
