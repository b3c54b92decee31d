package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// vendorBase is the path that all of the vendor's routes begin with.
const vendorBase = "/rest"

// received is one request as the vendor got it.
type received struct {
	operation string
	method    string
	target    string
	header    http.Header
	body      []byte
}

// vendor is an HTTP server in place of the vendor. It records the requests, and a
// handler answers them: an emulator, or a script.
type vendor struct {
	listener *httptest.Server

	mu       sync.Mutex
	handler  http.Handler
	requests []received
}

// startVendor listens until the test ends.
func startVendor(t testing.TB, handler http.Handler) *vendor {
	t.Helper()
	v := &vendor{handler: handler}
	v.listener = httptest.NewServer(v)
	t.Cleanup(v.listener.Close)
	return v
}

// url is the base URL that a facade is given.
func (v *vendor) url() string { return v.listener.URL + vendorBase }

// ServeHTTP reads the whole body first, so that the handler's context ends when the
// client has gone.
func (v *vendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client is gone
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	v.mu.Lock()
	v.requests = append(v.requests, received{operationOf(r), r.Method, r.RequestURI, r.Header.Clone(), body})
	handler := v.handler
	v.mu.Unlock()
	handler.ServeHTTP(w, r)
}

// answer sets the handler and drops the recorded requests.
func (v *vendor) answer(handler http.Handler) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.handler, v.requests = handler, nil
}

// take returns what was received since the last take.
func (v *vendor) take() []received {
	v.mu.Lock()
	defer v.mu.Unlock()
	taken := v.requests
	v.requests = nil
	return taken
}

// operations are the vendor's names of the operations in the requests.
func operations(requests []received) []string {
	names := make([]string, len(requests))
	for i, r := range requests {
		names[i] = r.operation
	}
	return names
}

// operationOf is the vendor's name of the operation that a request calls. Routes
// without parameters win over those that would match their last word.
func operationOf(r *http.Request) string {
	path, routes := strings.TrimPrefix(r.URL.EscapedPath(), vendorBase), opentact.Routes()
	if below, ok := strings.CutPrefix(r.URL.EscapedPath(), infinityBase); ok {
		path, routes = below, infinity.Routes()
	}
	slices.SortStableFunc(routes, func(a, b *upstream.Route) int {
		return strings.Count(a.Path, "{") - strings.Count(b.Path, "{")
	})
	for _, route := range routes {
		if route.Method == r.Method && fits(route.Path, path) {
			return route.Operation
		}
	}
	return "unknown"
}

// fits reports whether a path matches a template, segment by segment.
func fits(template, path string) bool {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && !strings.HasPrefix(want[i], "{") {
			return false
		}
	}
	return true
}
