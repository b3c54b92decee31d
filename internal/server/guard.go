package server

import (
	"context"
	"net/http"

	"google.golang.org/grpc"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/status"
)

// guarded refuses requests to foreign hosts, and those that a browser sends from
// another site's page. Calls are refused by the interceptors, which audit writes.
func (s *Server) guarded(next http.Handler) http.Handler {
	allowed, origin := hosts{allowed: s.allowedHosts()}, s.crossOrigin()
	shared := cors(s.config.CORSOrigins, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := allowed.check(r)
		if err == nil && origin.Check(r) != nil {
			err = status.Invalid(status.BrokenRule("origin", "CROSS_ORIGIN", "a browser sent this from another site's page"))
		}
		if err == nil {
			shared.ServeHTTP(w, r)
			return
		}
		if exchange := httpExchangeOf(r.Context()); exchange != nil && s.gateway.IsCall(r) {
			exchange.refused = err
			next.ServeHTTP(w, r)
			return
		}
		s.refuseForeign(w, r, err)
	})
}

// refuseForeign answers and logs a request to a foreign host or from another site's page.
func (s *Server) refuseForeign(w http.ResponseWriter, r *http.Request, err error) {
	s.logger.Info("http", "method", r.Method, "path", clipped(r.URL.Path), "reason", status.Reason(err),
		"request_id", w.Header().Get(requestIDHTTPHeader))
	if exchange := httpExchangeOf(r.Context()); exchange != nil {
		exchange.observed = true
	}
	s.gateway.WriteError(w, err)
}

// guard ends calls whose HTTP request was refused for its host or its origin.
func guard(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if exchange := httpExchangeOf(ctx); exchange != nil && exchange.refused != nil {
		return nil, exchange.refused
	}
	return handler(ctx, request)
}

// allowedHosts are those of the configuration. Without any, a server that authenticates its
// callers answers for every host: a page that reaches it under a name of its own has no
// credential.
func (s *Server) allowedHosts() []string {
	if len(s.config.AllowedHosts) == 0 && !s.callers.Anonymous() {
		return []string{config.AnyHost}
	}
	return s.config.AllowedHosts
}

// crossOrigin refuses what browsers send from pages of other sites, but those that the
// configuration lists.
func (s *Server) crossOrigin() *http.CrossOriginProtection {
	protection := http.NewCrossOriginProtection()
	for _, origin := range s.config.CORSOrigins {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			s.logger.Error("an origin of cors_origins is not trusted", "error", err.Error())
		}
	}
	return protection
}
