package rig

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
)

// Marks are the words by which a journal tells writes apart: a mark that a test puts
// into a value of its own, and the vendors' UUIDs.
const Marks = `mark-[0-9a-z-]*[0-9a-z]|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

// Tally is what became of the requests that carried one mark.
type Tally struct {
	// Arrived counts those that came whole, Done those that were answered with a 2xx,
	// Refused those that were answered with an error. A connection that the vendor
	// broke counts as neither.
	Arrived, Done, Refused int
}

// Journal counts the writes that reach a vendor, by their marks and their paths.
type Journal struct {
	next  http.Handler
	marks *regexp.Regexp

	mu      sync.Mutex
	tallies map[string]Tally
}

// NewJournal keeps the journal of the writes to a handler.
func NewJournal(next http.Handler) *Journal {
	return &Journal{next: next, marks: regexp.MustCompile(Marks), tallies: map[string]Tally{}}
}

// Of is the tally of a mark or a path.
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
		return // what does not come whole is no request
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

// keys are the path and the marks of a request, each once.
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

// watched remembers the status of an answer.
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

// Unwrap is for http.ResponseController.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Ask reads a path from a vendor itself, past the network and the journal.
func Ask(vendor http.Handler, path string, header http.Header) string {
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.Header = header
	answer := httptest.NewRecorder()
	vendor.ServeHTTP(answer, request)
	return answer.Body.String()
}
