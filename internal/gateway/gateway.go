// Package gateway serves the gRPC services as a JSON API. It reads HTTP requests
// strictly by the contract, calls the services through the interceptors of the gRPC
// server, and writes every answer, errors and panics included, as JSON.
package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/peer"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/gateway/codec"
	"github.com/sipfacade/sipfacade/internal/status"
)

// DefaultMaxBodyBytes is the size of the largest request body if Options states
// none.
const DefaultMaxBodyBytes = 4 << 20

// Options is what a gateway needs.
type Options struct {
	// Conn reaches the services; see NewConn. Required.
	Conn grpc.ClientConnInterface
	// OnPanic is called with each panic that serving a request raised. The caller
	// gets only INTERNAL. Required.
	OnPanic func(r *http.Request, recovered any, stack []byte)
	// MaxBodyBytes is the size of the largest request body; 0 means
	// DefaultMaxBodyBytes.
	MaxBodyBytes int64
}

// Gateway serves the contract's HTTP calls.
type Gateway struct {
	router  router
	codec   *codec.Codec
	onPanic func(r *http.Request, recovered any, stack []byte)
	maxBody int64
}

var errOption = errors.New("a required option is missing")

// New returns the gateway of every HTTP call of the contract. It answers all paths:
// those that the contract does not have with ROUTE_NOT_FOUND.
func New(options Options) (*Gateway, error) {
	if options.Conn == nil || options.OnPanic == nil {
		return nil, fmt.Errorf("make the gateway: Conn, OnPanic: %w", errOption)
	}
	h := &Gateway{codec: codec.New(), onPanic: options.OnPanic, maxBody: options.MaxBodyBytes}
	if h.maxBody == 0 {
		h.maxBody = DefaultMaxBodyBytes
	}
	if err := h.addRoutes(contractServices(), options.Conn); err != nil {
		return nil, fmt.Errorf("make the gateway: %w", err)
	}
	return h, nil
}

// addRoutes registers the generated handlers and adds their routes to the router.
func (h *Gateway) addRoutes(services []service, conn grpc.ClientConnInterface) error {
	routes, err := routesOf(services, h.codec)
	if err != nil {
		return err
	}
	mux := h.newMux()
	for _, one := range services {
		if err := one.register(context.Background(), mux, completingConn{conn}); err != nil {
			return fmt.Errorf("register %s: %w", one.desc.FullName(), err)
		}
	}
	for _, one := range routes {
		if one.handle, err = generatedHandler(mux, one); err != nil {
			return err
		}
		h.router.add(one)
	}
	return nil
}

// newMux returns the mux that the generated handlers register with. It decides how
// they read and answer; the router decides which of them serves a request.
func (h *Gateway) newMux() *runtime.ServeMux {
	return runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, marshaler{h.codec}),
		runtime.WithErrorHandler(h.handleError),
		runtime.WithIncomingHeaderMatcher(incomingHeader),
		runtime.WithOutgoingHeaderMatcher(outgoingHeader),
		runtime.WithOutgoingTrailerMatcher(noHeader),
		runtime.WithWriteContentLength(),
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
		runtime.WithMiddlewares(revealHandler),
	)
}

// ServeHTTP answers one request.
func (h *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer h.recoverPanic(w, r)
	setCommon(w.Header())
	found, segments := h.router.find(r.URL.EscapedPath())
	called, ok := found[r.Method]
	if !ok {
		h.refuseRoute(w, found)
		return
	}
	r.Pattern = called.Template // as http.ServeMux does, so that handlers around this one can read it
	body, err := readBody(w, r, h.maxBody)
	if err != nil {
		h.WriteError(w, err)
		return
	}
	current := &call{route: called, codec: h.codec}
	current.setBody(body, r.Header)
	current.readQuery(r.URL.RawQuery)
	variables := current.readPath(segments)
	ctx, cancel := current.withTimeout(r.Context(), r.Header)
	defer cancel()
	ctx = peer.NewContext(context.WithValue(ctx, callKey{}, current), peerOf(r))
	called.handle(w, current.request(ctx, r), variables)
}

// setCommon sets the headers of every answer.
func setCommon(header http.Header) {
	header.Set("Content-Type", contentType)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
}

// refuseRoute answers a path that does not exist, or not with this method.
func (h *Gateway) refuseRoute(w http.ResponseWriter, found methods) {
	if len(found) == 0 {
		h.WriteError(w, status.New(codes.NotFound,
			sipfacadev1.ErrorReason_ERROR_REASON_ROUTE_NOT_FOUND, "no call has this path"))
		return
	}
	w.Header().Set("Allow", found.allow())
	h.WriteError(w, status.New(codes.Unimplemented,
		sipfacadev1.ErrorReason_ERROR_REASON_METHOD_NOT_ALLOWED, "this path takes "+found.allow()))
}

// recoverPanic answers a panic with INTERNAL, which says nothing about its cause.
func (h *Gateway) recoverPanic(w http.ResponseWriter, r *http.Request) {
	if recovered := recover(); recovered != nil {
		h.onPanic(r, recovered, debug.Stack())
		h.WriteError(w, internalError())
	}
}
