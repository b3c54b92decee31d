package rig

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
)

// Marks matches the words by which a journal distinguishes writes: a mark that a test
// puts into a value, and the vendors' UUIDs.
const Marks = `mark-[0-9a-z-]*[0-9a-z]|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

// Tally counts the requests with one mark, by their results.
type Tally struct {
	// Arrived counts complete requests, Done those that were answered with a 2xx, and
	// Refused those that were answered with an error. If the vendor broke the
	// connection, the request counts as neither.
	Arrived, Done, Refused int
}

// Journal counts the writes that reach a vendor, by their marks and their paths.
type Journal struct {
	next  http.Handler
	marks *regexp.Regexp

	mu      sync.Mutex
	tallies map[string]Tally
}

// NewJournal returns a journal of the writes to a handler.
func NewJournal(next http.Handler) *Journal {
	return &Journal{next: next, marks: regexp.MustCompile(Marks), tallies: map[string]Tally{}}
}

// Of returns the tally of a mark or a path.
func (j *Journal) Of(key string) Tally {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.tallies[key]
}

// Forget empties the journal.
func (j *Journal) Forget() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.tallies = map[string]Tally{}
}

// ServeHTTP implements http.Handler.
func (j *Journal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		j.next.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // an incomplete request is not executed
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	keys := j.keys(r.URL.Path, body)
	j.note(keys, func(t *Tally) { t.Arrived++ })
	answer := &watched{ResponseWriter: w}
	defer func() {
		j.note(keys, func(t *Tally) {
			switch {
			case answer.status >= 300:
				t.Refused++
			case answer.status >= 200:
				t.Done++
			}
		})
	}()
	j.next.ServeHTTP(answer, r)
}

// keys returns the path and the marks of a request, each once.
func (j *Journal) keys(path string, body []byte) map[string]bool {
	keys := map[string]bool{path: true}
	for _, text := range []string{path, string(body)} {
		for _, mark := range j.marks.FindAllString(text, -1) {
			keys[mark] = true
		}
	}
	return keys
}

func (j *Journal) note(keys map[string]bool, change func(*Tally)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for key := range keys {
		tally := j.tallies[key]
		change(&tally)
		j.tallies[key] = tally
	}
}

// watched records the status of an answer.
type watched struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *watched) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap returns the wrapped writer, for http.ResponseController.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Ask reads a path directly from a vendor, without the network and the journal.
func Ask(vendor http.Handler, path string, header http.Header) string {
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.Header = header
	answer := httptest.NewRecorder()
	vendor.ServeHTTP(answer, request)
	return answer.Body.String()
}
