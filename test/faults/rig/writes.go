package rig

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
)

// Marks matches the words by which writes are distinguished: a mark that a test puts
// into a value, and the vendors' UUIDs.
const Marks = `mark-[0-9a-z-]*[0-9a-z]|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

// WriteCounts counts the requests with one mark, by their results.
type WriteCounts struct {
	// Arrived counts complete requests, Done those that were answered with a 2xx, and
	// Refused those that were answered with an error. If the vendor broke the
	// connection, the request counts as neither.
	Arrived, Done, Refused int
}

// Writes records the writes that reach a vendor, by their marks and their paths.
type Writes struct {
	next  http.Handler
	marks *regexp.Regexp

	mu     sync.Mutex
	counts map[string]WriteCounts
}

// NewWrites returns a record of the writes to a handler.
func NewWrites(next http.Handler) *Writes {
	return &Writes{next: next, marks: regexp.MustCompile(Marks), counts: map[string]WriteCounts{}}
}

// Of returns the counts of a mark or a path.
func (w *Writes) Of(key string) WriteCounts {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.counts[key]
}

// Reset empties the record.
func (w *Writes) Reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.counts = map[string]WriteCounts{}
}

// ServeHTTP implements http.Handler.
func (w *Writes) ServeHTTP(answer http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		w.next.ServeHTTP(answer, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // an incomplete request is not executed
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	keys := w.keys(r.URL.Path, body)
	w.note(keys, func(t *WriteCounts) { t.Arrived++ })
	seen := &StatusRecorder{ResponseWriter: answer}
	defer func() {
		w.note(keys, func(t *WriteCounts) {
			switch {
			case seen.Status >= 300:
				t.Refused++
			case seen.Status >= 200:
				t.Done++
			}
		})
	}()
	w.next.ServeHTTP(seen, r)
}

// keys returns the path and the marks of a request, each once.
func (w *Writes) keys(path string, body []byte) map[string]bool {
	keys := map[string]bool{path: true}
	for _, text := range []string{path, string(body)} {
		for _, mark := range w.marks.FindAllString(text, -1) {
			keys[mark] = true
		}
	}
	return keys
}

func (w *Writes) note(keys map[string]bool, change func(*WriteCounts)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for key := range keys {
		one := w.counts[key]
		change(&one)
		w.counts[key] = one
	}
}

// Ask reads a path directly from a vendor, without the network and the record.
func Ask(vendor http.Handler, path string, header http.Header) string {
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.Header = header
	answer := httptest.NewRecorder()
	vendor.ServeHTTP(answer, request)
	return answer.Body.String()
}
