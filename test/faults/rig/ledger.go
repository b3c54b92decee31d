package rig

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
)

// Marks are the words by which a ledger tells writes apart: a mark that a test puts
// into a value of its own, and the vendors' UUIDs.
const Marks = `mark-[0-9a-z-]*[0-9a-z]|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`

// Tally is what became of the requests that carried one mark.
type Tally struct {
	// Arrived counts those that came whole, Done those that were answered with a 2xx,
	// Refused those that were answered with an error. A connection that the vendor
	// broke counts as neither.
	Arrived, Done, Refused int
}

// Ledger counts the writes that reach a vendor, by their marks and their paths.
type Ledger struct {
	next  http.Handler
	marks *regexp.Regexp

	mu      sync.Mutex
	tallies map[string]Tally
}

// NewLedger keeps the ledger of the writes to a handler.
func NewLedger(next http.Handler) *Ledger {
	return &Ledger{next: next, marks: regexp.MustCompile(Marks), tallies: map[string]Tally{}}
}

// Of is the tally of a mark or a path.
func (l *Ledger) Of(key string) Tally {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.tallies[key]
}

// Forget empties the ledger.
func (l *Ledger) Forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tallies = map[string]Tally{}
}

// ServeHTTP implements http.Handler.
func (l *Ledger) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		l.next.ServeHTTP(w, r)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // what does not come whole is no request
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	keys := l.keys(r.URL.Path, body)
	l.note(keys, func(t *Tally) { t.Arrived++ })
	answer := &watched{ResponseWriter: w}
	defer func() {
		l.note(keys, func(t *Tally) {
			switch {
			case answer.status >= 300:
				t.Refused++
			case answer.status >= 200:
				t.Done++
			}
		})
	}()
	l.next.ServeHTTP(answer, r)
}

// keys are the path and the marks of a request, each once.
func (l *Ledger) keys(path string, body []byte) map[string]bool {
	keys := map[string]bool{path: true}
	for _, text := range []string{path, string(body)} {
		for _, mark := range l.marks.FindAllString(text, -1) {
			keys[mark] = true
		}
	}
	return keys
}

func (l *Ledger) note(keys map[string]bool, change func(*Tally)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for key := range keys {
		tally := l.tallies[key]
		change(&tally)
		l.tallies[key] = tally
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

// Ask reads a path from a vendor itself, past the network and the ledger.
func Ask(vendor http.Handler, path string, header http.Header) string {
	request := httptest.NewRequest(http.MethodGet, path, nil)
	request.Header = header
	answer := httptest.NewRecorder()
	vendor.ServeHTTP(answer, request)
	return answer.Body.String()
}
