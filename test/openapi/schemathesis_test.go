package openapi

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/gen"
	document "github.com/sipfacade/sipfacade/internal/openapi"
	"github.com/sipfacade/sipfacade/test/install"
	"github.com/sipfacade/sipfacade/test/sandbox"
)

// checks are those of schemathesis that hold for every answer. Left out are those that take
// a request for good or bad by its schema alone: filters, etags and the rules of vendors are
// not in the schemas, and the service reads null and empty texts as absent. The end-to-end
// tests compare both with the rules that refused a request.
const checks = "not_a_server_error,status_code_conformance,content_type_conformance," +
	"response_headers_conformance,response_schema_conformance,unsupported_method"

// fuzz runs schemathesis, with the same requests each time, against the operations of
// /openapi.json of a server.
func fuzz(t *testing.T, server string) (output string, code int) {
	t.Helper()
	return run(t, workFolder(t, "python/schemathesis.toml"), filepath.Join(install.Python(t, "python"), "schemathesis"), "run", server+"/openapi.json",
		"--phases=coverage,fuzzing", "--checks="+checks, "--max-examples=6", "--generation-deterministic", "--no-shrink",
		"--continue-on-failure", "--request-timeout=20", "--warnings=off", "--no-color")
}

// TestSchemathesis: thousands of requests to all operations, good and bad, get no 5xx and no
// answer that the document does not describe.
func TestSchemathesis(t *testing.T) {
	t.Parallel()
	read := &document.Document{}
	if err := document.Read(gen.OpenAPI, read); err != nil {
		t.Fatal(err)
	}
	operations := 0
	for _, item := range read.Paths {
		operations += len(item)
	}
	output, code := fuzz(t, "http://"+sandbox.Start(t).HTTP)
	if code != 0 || !strings.Contains(output, fmt.Sprintf("Tested: %d\n", operations)) {
		t.Errorf("of %d operations; schemathesis ends with %d:\n%s", operations, code, clip(output))
	}
}

// clip shortens lines, which can have whole requests, and the output.
func clip(output string) string {
	var short strings.Builder
	for line := range strings.Lines(output) {
		if line = strings.TrimRight(line, "\n"); len(line) > 400 {
			line = line[:400] + "…"
		}
		if short.WriteString(line + "\n"); short.Len() > 20_000 {
			return short.String() + "…"
		}
	}
	return short.String()
}

// TestSchemathesisFindsLies: it finds an answer that is not as its document says.
func TestSchemathesisFindsLies(t *testing.T) {
	t.Parallel()
	described := `{"openapi":"3.1.0","info":{"title":"x","version":"1"},"paths":{"/a":{"get":{"responses":{"200":{"description":"x",
		"content":{"application/json":{"schema":{"type":"object","required":["b"]}}}}}}}}}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		answer := `{"c":1}`
		if r.URL.Path == "/openapi.json" {
			answer = described
		}
		_, _ = w.Write([]byte(answer)) // the fuzzer sees what is missing
	}))
	defer server.Close()
	if output, code := fuzz(t, server.URL); code == 0 || !strings.Contains(output, "Response violates schema") {
		t.Errorf("schemathesis ends with %d:\n%s", code, clip(output))
	}
}
