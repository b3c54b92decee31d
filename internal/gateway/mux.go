package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/status"
)

var errSharedWord = errors.New("two services begin with it")

// register makes a mux for each service. A mux tries the patterns of a method one after
// the other, so one mux for all services would be slower.
func (g *Gateway) register(services []service, conn grpc.ClientConnInterface) error {
	routes, err := routesOf(services, g.codec)
	if err != nil {
		return err
	}
	g.muxes, g.routes = map[string]*runtime.ServeMux{}, map[string]*route{}
	for _, one := range services {
		mux := g.newMux()
		if err := one.register(context.Background(), mux, conn); err != nil {
			return fmt.Errorf("register %s: %w", one.desc.FullName(), err)
		}
		for _, to := range routes[one.desc.FullName()] {
			word := secondWord(to.Template)
			if other := g.muxes[word]; other != nil && other != mux {
				return fmt.Errorf("path %s: %w", to.Template, errSharedWord)
			}
			g.muxes[word], g.routes[to.Method+" "+to.Template] = mux, to
			g.paths = append(g.paths, methodPath{to.Method, shownPath(to.Template)})
		}
	}
	return nil
}

// newMux returns a mux with the extension points that make its handlers strict. There is
// no parser for query parameters among them: grpc-gateway has one for the whole process,
// and it sees neither the context nor the queries of calls that take none. The middleware
// reads the query instead.
func (g *Gateway) newMux() *runtime.ServeMux {
	return runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, marshaler{g.codec}),
		runtime.WithMiddlewares(g.readRequest),
		runtime.WithForwardResponseOption(answerEtag),
		runtime.WithErrorHandler(g.handleError),
		runtime.WithRoutingErrorHandler(g.handleRoutingError),
		runtime.WithIncomingHeaderMatcher(incomingHeader),
		runtime.WithOutgoingHeaderMatcher(outgoingHeader),
		runtime.WithOutgoingTrailerMatcher(noHeader),
		runtime.WithUnescapingMode(runtime.UnescapingModeAllExceptSlash),
		runtime.WithWriteContentLength(),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
	)
}

// handleRoutingError answers a path that does not exist, or not with this method.
func (g *Gateway) handleRoutingError(
	_ context.Context, mux *runtime.ServeMux, _ runtime.Marshaler, w http.ResponseWriter, r *http.Request, code int,
) {
	if _, asked := w.(*methodProbe); asked {
		return
	}
	if code != http.StatusMethodNotAllowed {
		g.WriteError(w, g.routeNotFound(r))
		return
	}
	allowed := strings.Join(allowedMethods(mux, r), ", ")
	w.Header().Set("Allow", allowed)
	g.WriteError(w, status.New(codes.Unimplemented,
		sipfacadev1.ErrorReason_ERROR_REASON_METHOD_NOT_ALLOWED, "this path takes "+allowed))
}

// methodProbe asks a mux whether it has a handler for a request. The middleware answers
// instead of the handler.
type methodProbe struct {
	http.ResponseWriter
	found bool
}

// serves reports whether the mux has a handler for the request, which is not called.
func serves(mux *runtime.ServeMux, asked *http.Request) bool {
	probe := &methodProbe{}
	mux.ServeHTTP(probe, asked)
	return probe.found
}

// allowedMethods returns the methods with which the mux serves the path of a request.
func allowedMethods(mux *runtime.ServeMux, r *http.Request) []string {
	var allowed []string
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		asked := r.Clone(r.Context())
		if asked.Method = method; serves(mux, asked) {
			allowed = append(allowed, method)
		}
	}
	slices.Sort(allowed)
	return allowed
}
