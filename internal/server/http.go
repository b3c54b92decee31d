package server

import (
	"context"
	"log"
	"net/http"
	"time"

	"google.golang.org/grpc"

	"github.com/sipfacade/sipfacade/internal/gateway"
	"github.com/sipfacade/sipfacade/internal/listener"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// Bounds of an HTTP exchange. A call itself is bounded by the upstream timeout.
const (
	headerTimeout  = 10 * time.Second
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
)

// newHTTP returns a server with the bounds.
func (s *Server) newHTTP(handler http.Handler) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes, ConnContext: listener.ConnContext,
		DisableGeneralOptionsHandler: true, ErrorLog: s.libraryLog(),
	}
}

// libraryLog is for what net/http reports by itself; only its kind is logged.
func (s *Server) libraryLog() *log.Logger {
	return log.New(telemetry.StandardLogWriter(s.logger), "", 0)
}

// newJSON returns the handler of the JSON API: its documents beside the calls.
func (s *Server) newJSON(conn grpc.ClientConnInterface) (http.Handler, error) {
	calls, err := gateway.New(gateway.Options{Conn: conn, OnPanic: s.httpPanic})
	if err != nil {
		return nil, err
	}
	s.gateway = calls
	found, err := s.newDocuments()
	if err != nil {
		return nil, err
	}
	// Not http.ServeMux: it answers paths that are not clean with a redirect in HTML.
	return identifyHTTP(s.observeHTTP(s.guarded(s.bounded(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.TLS = listener.TLSState(r)
		if document := found[r.URL.Path]; document != nil {
			document.ServeHTTP(w, r)
			return
		}
		calls.ServeHTTP(w, r)
	}))))), nil
}

// identifyHTTP gives every answer the caller's request id, or a new one.
func identifyHTTP(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(requestIDHTTPHeader)
		if !plausibleID(id) {
			id = newRequestID()
			r.Header.Set(requestIDHTTPHeader, id)
		}
		w.Header().Set(requestIDHTTPHeader, id)
		next.ServeHTTP(w, r)
	})
}

// observeHTTP counts every answer of the JSON API, and logs those to requests that did
// not become a call.
func (s *Server) observeHTTP(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		listener.NoteProtocol(r)
		exchange := &httpExchange{header: w.Header()}
		defer exchange.end()
		answered := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(answered, r.WithContext(context.WithValue(r.Context(), httpExchangeKey{}, exchange)))
		s.metrics.HTTPAnswer(answered.status)
		if !exchange.observed {
			s.logger.Info("http", "method", r.Method, "path", clipped(r.URL.Path), "status", answered.status,
				"request_id", w.Header().Get(requestIDHTTPHeader))
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

// refuseHTTP answers a request that net/http refuses by itself.
func (s *Server) refuseHTTP(refused listener.Refusal) (http.Header, []byte) {
	id := newRequestID()
	s.metrics.HTTPAnswer(refused.Status)
	s.logger.Info("http", "status", refused.Status, "remote", refused.Remote.String(), "request_id", id)
	_, header, body := s.gateway.ErrorAnswer(refusalError(refused))
	header.Set(requestIDHTTPHeader, id)
	return header, body
}

// refusalError is the error that a refusal of net/http stands for.
func refusalError(refused listener.Refusal) error {
	if refused.Status == http.StatusRequestHeaderFieldsTooLarge {
		return status.TooLarge("the request line and headers are larger than the server accepts")
	}
	return status.Invalid(status.Violation("request", "%s", refused.Text))
}

// httpPanic reports a panic outside of the interceptors.
func (s *Server) httpPanic(r *http.Request, recovered any, stack []byte) {
	s.metrics.Panic()
	s.logger.Error("panic", "path", clipped(r.URL.Path), "cause", recovered, "stack", string(stack))
}
