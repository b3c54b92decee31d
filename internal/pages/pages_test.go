package pages

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func handlers(t *testing.T, site Site) map[string]http.Handler {
	t.Helper()
	found, err := Handlers(site)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// get answers a request with headers, given as name and value.
func get(h http.Handler, target string, headers ...string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodGet, target, http.NoBody)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	recorder := httptest.NewRecorder()
	h.ServeHTTP(recorder, request)
	return recorder
}

var example = Site{Version: "v1.2.3", GRPC: "127.0.0.1:9090", HTTP: "127.0.0.1:8080", Admin: "127.0.0.1:9091"}

// TestEveryPageIsProtected: no answer can be framed, sniffed, or load from another host.
func TestEveryPageIsProtected(t *testing.T) {
	t.Parallel()
	for path, page := range handlers(t, example) {
		got := get(page, path, "Accept", "text/html")
		policy := got.Header().Get("Content-Security-Policy")
		if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") || strings.Contains(policy, "*") {
			t.Errorf("%s: policy %s", path, policy)
		}
		for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'", "script-src 'self'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: the policy lacks %s: %s", path, want, policy)
			}
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"} {
			if got.Header().Get(name) != want {
				t.Errorf("%s: %s: %s, want %s", path, name, got.Header().Get(name), want)
			}
		}
		if got.Code != http.StatusOK && path != "/docs/" || got.Header().Get("Content-Type") == "" {
			t.Errorf("%s: %d %s", path, got.Code, got.Header().Get("Content-Type"))
		}
	}
}

var references = regexp.MustCompile(`(?:href|src)="([^"]*)"`)

// TestPagesLoadWhatThereIs: the policy forbids what is written into a page, and each file that
// a page names is served, but for those of other parts of the service.
func TestPagesLoadWhatThereIs(t *testing.T) {
	t.Parallel()
	served := handlers(t, example)
	elsewhere := map[string]bool{"/openapi.json": true, "/protos.tar.gz": true, "/descriptor.binpb": true}
	for _, path := range []string{"/", "/docs"} {
		body := get(served[path], path, "Accept", "text/html").Body.String()
		if strings.Contains(body, "<style") || strings.Contains(body, " style=") || strings.Contains(body, "<script>") || strings.Contains(body, " onclick") {
			t.Errorf("%s has a style or a script in itself", path)
		}
		named := references.FindAllStringSubmatch(body, -1)
		for _, reference := range named {
			target := "/" + strings.TrimPrefix(reference[1], "./")
			if served[target] == nil && !elsewhere[target] {
				t.Errorf("%s names %s, which is not served", path, target)
			}
		}
		if len(named) < 5 {
			t.Errorf("%s names only %v", path, named)
		}
	}
}

// TestCompressedFiles: a client gets the same file compressed or plain, and no file again that
// it has.
func TestCompressedFiles(t *testing.T) {
	t.Parallel()
	for path, page := range handlers(t, example) {
		if !strings.HasPrefix(path, "/docs/swagger") {
			continue
		}
		plain, packed := get(page, path), get(page, path, "Accept-Encoding", "br, gzip")
		if packed.Header().Get("Content-Encoding") != "gzip" || plain.Header().Get("Content-Encoding") != "" || packed.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %v, %v", path, packed.Header(), plain.Header())
		}
		reader, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		unpacked, err := io.ReadAll(reader)
		if err != nil || len(unpacked) < 100_000 || string(unpacked) != plain.Body.String() {
			t.Errorf("%s: %d bytes unpacked, %d plain, %v", path, len(unpacked), plain.Body.Len(), err)
		}
		etag := packed.Header().Get("Etag")
		if again := get(page, path, "Accept-Encoding", "gzip", "If-None-Match", etag); again.Code != http.StatusNotModified {
			t.Errorf("%s: %d for %s", path, again.Code, etag)
		}
		if other := get(page, path, "If-None-Match", etag); other.Code != http.StatusOK {
			t.Errorf("%s: plain, %d for %s", path, other.Code, etag)
		}
	}
}

func TestReferencePathIsOne(t *testing.T) {
	t.Parallel()
	got := get(handlers(t, example)["/docs/"], "/docs/")
	if got.Code != http.StatusPermanentRedirect || got.Header().Get("Location") != "/docs" {
		t.Errorf("%d %s", got.Code, got.Header().Get("Location"))
	}
}

// TestStartPageForms: each client gets the form that it asks for.
func TestStartPageForms(t *testing.T) {
	t.Parallel()
	for accept, want := range map[string]string{
		"":                                    "text/plain; charset=utf-8",
		"*/*":                                 "text/plain; charset=utf-8",
		"application/json":                    "application/json",
		"Application/JSON;q=0.9, */*":         "application/json",
		"text/html,application/xhtml+xml,*/*": "text/html; charset=utf-8",
		"image/png":                           "text/plain; charset=utf-8",
	} {
		got := get(example, "http://127.0.0.1:8080/", "Accept", accept)
		if got.Header().Get("Content-Type") != want || got.Header().Get("Vary") != "Accept" {
			t.Errorf("%q: %v", accept, got.Header())
		}
		for _, piece := range []string{"v1.2.3", "127.0.0.1:9090", "http://127.0.0.1:8080", "/docs", "/openapi.json", "grpcurl -plaintext 127.0.0.1:9090 "} {
			if !strings.Contains(got.Body.String(), piece) {
				t.Errorf("%q lacks %q:\n%s", accept, piece, got.Body)
			}
		}
		if strings.Contains(got.Body.String(), "/sandbox/faults") || strings.Contains(got.Body.String(), "TOKEN") {
			t.Errorf("%q tells what does not hold:\n%s", accept, got.Body)
		}
	}
}

// TestStartPageTells: addresses that mean every interface are shown as the caller reaches
// them; TLS, tokens and the sandbox change the commands.
func TestStartPageTells(t *testing.T) {
	t.Parallel()
	site := Site{Version: "v1", GRPC: "[::]:9090", HTTP: "0.0.0.0:8443", Admin: "127.0.0.1:9091", TLS: true, Sandbox: true, Faults: true, Reflection: true, Authenticated: true}
	var got map[string]any
	if err := json.Unmarshal(get(site, "https://pbx.example.com:8443/", "Accept", "application/json").Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	delete(got, "links")
	delete(got, "guides")
	want := map[string]any{
		"name": "sipfacade", "version": "v1", "sandbox": true, "authenticated": true, "reflection": true,
		"grpc": "pbx.example.com:9090", "http": "https://pbx.example.com:8443", "admin": "http://127.0.0.1:9091",
		"curl":    `curl -s -H "authorization: Bearer $TOKEN" 'https://pbx.example.com:8443/v1/sip-connections?page_size=2&order_by=name'`,
		"grpcurl": `grpcurl -H "authorization: Bearer $TOKEN" pbx.example.com:9090 sipfacade.v1.SipConnectionService/ListSipConnections`,
		"faults":  "http://127.0.0.1:9091/sandbox/faults",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, host := range []string{"[2001:db8::1]:8443", "[2001:db8::1]"} {
		if body := get(site, "https://"+host+"/").Body.String(); !strings.Contains(body, "[2001:db8::1]:9090") {
			t.Errorf("%s:\n%s", host, body)
		}
	}
}

// TestGuidesExist: each form names the files of the repository that callers need, and each of
// them is there.
func TestGuidesExist(t *testing.T) {
	t.Parallel()
	var shown struct{ Guides []link }
	if err := json.Unmarshal(get(example, "/", "Accept", "application/json").Body.Bytes(), &shown); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(shown.Guides, func(guide link) bool { return guide.Path == "docs/retries.md" }) {
		t.Errorf("the retries of gRPC clients are not named: %v", shown.Guides)
	}
	for _, guide := range shown.Guides {
		if _, err := os.Stat(filepath.Join("..", "..", guide.Path)); err != nil {
			t.Error(err)
		}
		for _, accept := range []string{"text/plain", "text/html"} {
			if body := get(example, "/", "Accept", accept).Body.String(); !strings.Contains(body, guide.Path) || !strings.Contains(body, guide.Text) {
				t.Errorf("%s lacks %s", accept, guide.Path)
			}
		}
	}
}
