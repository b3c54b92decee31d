package server

import (
	"net/http"
	"net/http/pprof"
	"strings"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/statuspage"
)

// programName is all of the command line that is shown: flags can hold secrets, and /statusz
// has the settings.
const programName = "sipfacade"

// newAdmin returns the handler of the admin listener. Beyond loopback it serves only what
// may be looked at by everybody: profiles show memory, and faults change the sandbox.
func (s *Server) newAdmin() (http.Handler, error) {
	statusz, err := statuspage.NewHandler(s.status)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", line(func() (int, string) {
		return http.StatusNotFound, "nothing is at this path; this listener serves " + strings.Join(s.adminPaths(), ", ")
	}))
	mux.HandleFunc("GET /healthz", line(func() (int, string) { return http.StatusOK, "ok" }))
	mux.HandleFunc("GET /readyz", line(func() (int, string) {
		if s.ready.Load() {
			return http.StatusOK, "ready"
		}
		return http.StatusServiceUnavailable, "not ready"
	}))
	mux.Handle("GET /statusz", statusz)
	mux.Handle("GET /metrics", s.metrics.Handler())
	if config.Exposed(s.config.AdminAddress) {
		return mux, nil
	}
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", line(func() (int, string) { return http.StatusOK, programName }))
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	if faults := s.clients.faults(); faults != nil {
		mux.Handle("/sandbox/faults", faults)
	}
	return mux, nil
}

// adminPaths are what the admin listener serves.
func (s *Server) adminPaths() []string {
	paths := []string{"/healthz", "/readyz", "/statusz", "/metrics"}
	if config.Exposed(s.config.AdminAddress) {
		return paths
	}
	paths = append(paths, "/debug/pprof/")
	if s.takesFaults() {
		paths = append(paths, "/sandbox/faults")
	}
	return paths
}

// observeAdmin logs what operators ask. Probes and scrapes come every few seconds, so only at
// debug level.
func (s *Server) observeAdmin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answered := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answered, r)
		s.logger.Debug("http", "listener", "admin", "method", r.Method, "path", clipped(r.URL.Path), "status", answered.status,
			"request_id", w.Header().Get(requestIDHTTPHeader))
	})
}

// line answers one line of text.
func line(state func() (int, string)) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		code, text := state()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(code)
		_, _ = w.Write([]byte(text + "\n")) // a probe that went away needs no answer
	}
}
