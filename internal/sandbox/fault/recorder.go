package fault

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"sync"
)

// Bounds of what a Recorder keeps.
const (
	defaultKept     = 100
	maxRecordedBody = 64 << 10
)

// Request is one request as it arrived, without its credentials.
type Request struct {
	Route  string
	Method string
	Path   string
	Query  url.Values
	Header http.Header
	// Body holds the first 64 KiB.
	Body []byte
}

// Recorder counts the calls of each operation and keeps the last of them. It is
// safe for concurrent use.
type Recorder struct {
	kept        int
	credentials []string

	mu       sync.Mutex
	calls    map[string]int
	requests []Request
}

// NewRecorder returns a recorder of the last requests; if kept is 0, of the last
// 100. It leaves out the headers and query parameters with the names that carry
// the vendor's credentials.
func NewRecorder(kept int, credentials ...string) *Recorder {
	if kept <= 0 {
		kept = defaultKept
	}
	return &Recorder{kept: kept, credentials: append(credentials, "Authorization", "Cookie"), calls: map[string]int{}}
}

// Calls returns how often an operation was called, with or without a fault.
// AnyRoute and "" mean all operations together.
func (r *Recorder) Calls(route string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if route != "" && route != AnyRoute {
		return r.calls[route]
	}
	sum := 0
	for _, n := range r.calls {
		sum += n
	}
	return sum
}

// Requests returns the last requests, oldest first.
func (r *Recorder) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

// Reset removes all calls and requests.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.calls)
	r.requests = nil
}

// Wrap returns the handler of an operation with the recorder in front of it.
func (r *Recorder) Wrap(route string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.record(route, request)
		next.ServeHTTP(w, request)
	})
}

func (r *Recorder) record(route string, request *http.Request) {
	entry := Request{
		Route:  route,
		Method: request.Method,
		Path:   request.URL.Path,
		Query:  request.URL.Query(),
		Header: request.Header.Clone(),
		Body:   peek(request),
	}
	for _, name := range r.credentials {
		entry.Header.Del(name)
		entry.Query.Del(name)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls[route]++
	r.requests = append(r.requests, entry)
	if surplus := len(r.requests) - r.kept; surplus > 0 {
		r.requests = slices.Delete(r.requests, 0, surplus)
	}
}

// peek reads the beginning of the body and puts it back, so that the handler reads
// all of it, including a read error.
func peek(request *http.Request) []byte {
	if request.Body == nil {
		return nil
	}
	var start bytes.Buffer
	_, err := io.CopyN(&start, request.Body, maxRecordedBody)
	rest := io.Reader(request.Body)
	if err != nil {
		rest = failing{err}
	}
	request.Body = replaced{io.MultiReader(bytes.NewReader(start.Bytes()), rest), request.Body}
	return start.Bytes()
}

type failing struct{ err error }

// Read implements io.Reader.
func (f failing) Read([]byte) (int, error) { return 0, f.err }

type replaced struct {
	io.Reader
	io.Closer
}
