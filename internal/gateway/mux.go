package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
)

var errNoHandler = errors.New("the generated code has no handler of its own for it")

// handlerProbe is a response writer that learns which generated handler a mux has
// for a request.
type handlerProbe struct {
	header  http.Header
	handle  runtime.HandlerFunc
	pattern string
}

// Header returns headers that nothing reads: a mux without a handler sets them.
func (p *handlerProbe) Header() http.Header { return p.header }

// Write discards the answer of such a mux.
func (p *handlerProbe) Write(data []byte) (int, error) { return len(data), nil }

// WriteHeader discards the status of such a mux.
func (p *handlerProbe) WriteHeader(int) {}

// revealHandler is the middleware that answers a probe instead of serving. The mux
// is used for nothing else: it tries the patterns of the service one by one, so
// each route asks it once, at the start.
func revealHandler(next runtime.HandlerFunc) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, variables map[string]string) {
		probe, ok := w.(*handlerProbe)
		if !ok {
			next(w, r, variables)
			return
		}
		probe.handle = next
		if pattern, ok := runtime.HTTPPattern(r.Context()); ok {
			probe.pattern = pattern.String()
		}
	}
}

// generatedHandler returns the handler that the generated code registered for a
// route, and checks that it is this route's and not that of a similar one.
func generatedHandler(mux *runtime.ServeMux, wanted *route) (runtime.HandlerFunc, error) {
	request, err := http.NewRequest(wanted.Method, wanted.template.path("0"), http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("route %s %s: %w", wanted.Method, wanted.Template, err)
	}
	probe := &handlerProbe{header: http.Header{}}
	mux.ServeHTTP(probe, request)
	if probe.handle == nil || strings.ReplaceAll(probe.pattern, "=*}", "}") != wanted.Template {
		return nil, fmt.Errorf("route %s %s: %w", wanted.Method, wanted.Template, errNoHandler)
	}
	return probe.handle, nil
}
