package server

import (
	"net/http"
	"net/http/pprof"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"

	"github.com/sipfacade/sipfacade/gen"
	"github.com/sipfacade/sipfacade/internal/gateway"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// Bounds of an HTTP exchange. A call itself is bounded by the upstream timeout.
const (
	headerTimeout  = 10 * time.Second
	bodyTimeout    = 30 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
)

// newHTTP returns a server with the bounds.
func newHTTP(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
	}
}

// newMirror returns the handler of the JSON door: the API description beside the
// calls.
func (s *Server) newMirror(conn grpc.ClientConnInterface) (http.Handler, error) {
	calls, err := gateway.New(gateway.Options{
		Conn:    conn,
		OnPanic: s.httpPanic,
	})
	if err != nil {
		return nil, err
	}
	// Not http.ServeMux: it answers paths that are not clean with a redirect in HTML.
	return s.counted(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == "/openapi.json" {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(gen.OpenAPI) // a client that went away needs no answer
			return
		}
		calls.ServeHTTP(w, r)
	})), nil
}

// counted counts every answer of the JSON door by its status: also those of
// requests that were refused before they became a call.
func (s *Server) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answered := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answered, r)
		s.metrics.HTTPAnswer(answered.status)
		if answered.status >= http.StatusBadRequest {
			s.logger.Debug("http", "method", r.Method, "path", r.URL.Path, "status", answered.status)
		}
	})
}

// statusWriter remembers the status.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader remembers the status.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is what http.ResponseController goes by.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// httpPanic reports a panic outside of the interceptors.
func (s *Server) httpPanic(r *http.Request, recovered any, stack []byte) {
	s.metrics.Panic()
	s.logger.Error("panic", "path", r.URL.Path, "cause", recovered, "stack", string(stack))
}

// newAdmin returns the handler of the admin door. Faults is nil outside of the
// sandbox.
func newAdmin(ready *atomic.Bool, version string, metrics *telemetry.Metrics, faults http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", answer(func() (int, string) { return http.StatusOK, "ok" }))
	mux.HandleFunc("GET /readyz", answer(func() (int, string) {
		if ready.Load() {
			return http.StatusOK, "ready"
		}
		return http.StatusServiceUnavailable, "not ready"
	}))
	mux.HandleFunc("GET /statusz", answer(func() (int, string) { return http.StatusOK, "sipfacade " + version }))
	mux.Handle("GET /metrics", metrics.Handler())
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	if faults != nil {
		mux.Handle("/sandbox/faults", faults)
	}
	return mux
}

// answer writes one line of text.
func answer(state func() (int, string)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		code, text := state()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(code)
		_, _ = w.Write([]byte(text + "\n")) // a probe that went away needs no answer
	}
}
