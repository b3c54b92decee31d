package e2e

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/gen"
)

// TestDownloads: the server hands out the protos and the API description, and caches can ask whether they have
// changed.
func TestDownloads(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, http.NotFoundHandler()).url(), withToken())
	for path, want := range map[string]struct {
		contentType string
		content     []byte
	}{
		"/protos.tar.gz":    {"application/gzip", gen.Protos},
		"/descriptor.binpb": {"application/x-protobuf", gen.DescriptorImage},
		"/openapi.json":     {"application/json", gen.OpenAPI},
	} {
		header, content := f.download(t, http.MethodGet, path, "", http.StatusOK)
		if header.Get("Content-Type") != want.contentType || header.Get("X-Request-Id") == "" || !bytes.Equal(content, want.content) {
			t.Errorf("%s: %d bytes with %v", path, len(content), header)
		}
		etag := header.Get("Etag")
		if _, content := f.download(t, http.MethodGet, path, etag, http.StatusNotModified); etag == "" || len(content) != 0 {
			t.Errorf("%s again with the etag %s: %d bytes", path, etag, len(content))
		}
		f.download(t, http.MethodGet, path, `"another"`, http.StatusOK)
		f.download(t, http.MethodHead, path, "", http.StatusOK)
		f.download(t, http.MethodPost, path, "", http.StatusMethodNotAllowed)
	}
}

// TestPages: the server has a start page and the API reference, and tells the browser to load
// nothing of another host. No other path is a page.
func TestPages(t *testing.T) {
	t.Parallel()
	f := startFacade(t, startVendor(t, http.NotFoundHandler()).url(), withToken())
	for path, piece := range map[string]string{"/": f.server.Address("grpc"), "/docs": "docs/swagger-ui-bundle.js", "/docs/docs.js": "openapi.json"} {
		header, content := f.download(t, http.MethodGet, path, "", http.StatusOK)
		if !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") || !bytes.Contains(content, []byte(piece)) {
			t.Errorf("%s: %v\n%s", path, header, content)
		}
		f.download(t, http.MethodHead, path, "", http.StatusOK)
		f.download(t, http.MethodPost, path, "", http.StatusMethodNotAllowed)
	}
	f.download(t, http.MethodGet, "/docs/nothing", "", http.StatusNotFound)
	f.download(t, http.MethodGet, "/docs/../docs", "", http.StatusNotFound)
}

// download asks for a file that is not that of the etag.
func (f *facade) download(t *testing.T, method, path, etag string, status int) (http.Header, []byte) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, f.base()+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	if etag != "" {
		request.Header.Set("If-None-Match", etag)
	}
	response, err := f.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // it is read to its end
	content, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status {
		t.Fatalf("%s %s with the etag %q: %d, %v", method, path, etag, response.StatusCode, err)
	}
	return response.Header, content
}
