package record

import (
	"net/http"
	"slices"
	"sync"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// Replay is a vendor that answers as the one of a record did. If a request was made several
// times, each gets its own answer, and those after the last get the last.
type Replay struct {
	mu      sync.Mutex
	answers map[string][]Exchange // by method and path
	missing []string
}

// NewReplay returns the vendor of a record. Its paths begin at the root of the server.
func NewReplay(of *Record, vendor string) (*Replay, error) {
	r := &Replay{answers: map[string][]Exchange{}}
	for _, exchange := range of.Exchanges {
		if exchange.Vendor != vendor {
			continue
		}
		route := upstream.Route{Operation: exchange.Operation, Method: exchange.Method, Path: exchange.Path}
		path, err := route.Expand(exchange.Parameters...)
		if err != nil {
			return nil, err
		}
		key := exchange.Method + " " + path
		r.answers[key] = append(r.answers[key], exchange)
	}
	return r, nil
}

// Missing returns the requests that the record has no answer to.
func (r *Replay) Missing() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.missing)
}

// ServeHTTP answers as the vendor did.
func (r *Replay) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	exchange, ok := r.next(request.Method + " " + request.URL.EscapedPath())
	if !ok {
		http.Error(w, "the record has no answer to this request", http.StatusNotImplemented)
		return
	}
	if exchange.Status == 0 {
		panic(http.ErrAbortHandler) // as the vendor, which gave no answer
	}
	for name, value := range exchange.Headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(exchange.Status)
	_, _ = w.Write(exchange.Body.bytes()) // the client has gone if this fails
	if exchange.Broken {
		_ = http.NewResponseController(w).Flush() // what there is comes before the break
		panic(http.ErrAbortHandler)
	}
}

// next returns the next answer to a request.
func (r *Replay) next(key string) (exchange Exchange, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	answers := r.answers[key]
	if len(answers) == 0 {
		r.missing = append(r.missing, key)
		return Exchange{}, false
	}
	if len(answers) > 1 {
		r.answers[key] = answers[1:]
	}
	return answers[0], true
}
