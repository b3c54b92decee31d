// Package gateway is the JSON mirror of the gRPC services. It reads and checks
// HTTP requests by the rules of the contract, calls the services through the
// interceptors of the gRPC server, and answers everything, errors and panics
// too, as JSON.
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

// DefaultMaxBodyBytes is the largest request body where Options says nothing.
const DefaultMaxBodyBytes = 4 << 20

// Options is what a gateway needs.
type Options struct {
	// Conn reaches the services; see NewConn. Required.
	Conn grpc.ClientConnInterface
	// OnPanic is told of a panic while a request was served. The caller is told
	// nothing but INTERNAL. Required.
	OnPanic func(r *http.Request, recovered any, stack []byte)
	// MaxBodyBytes is the largest request body, DefaultMaxBodyBytes where it is 0.
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
	if err := h.serve(contractServices(), options.Conn); err != nil {
		return nil, fmt.Errorf("make the gateway: %w", err)
	}
	return h, nil
}

// serve makes every route of the services findable.
func (h *Gateway) serve(services []service, conn grpc.ClientConnInterface) error {
	routes, err := routesOf(services, h.codec)
	if err != nil {
		return err
	}
	mux := h.newMux()
	for _, one := range services {
		if err := one.register(context.Background(), mux, completing{conn}); err != nil {
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

// newMux makes the mux that the generated handlers register with. It decides how
// they read and answer; which of them serves a request is the router's.
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
	r.Pattern = called.Template // as http.ServeMux does, for those who measure around
	body, err := readBody(w, r, h.maxBody)
	if err != nil {
		h.WriteError(w, err)
		return
	}
	current := &call{route: called, codec: h.codec}
	current.readBody(body, r.Header)
	current.readQuery(r.URL.RawQuery)
	variables := current.readPath(segments)
	ctx, cancel := current.withTimeout(r.Context(), r.Header)
	defer cancel()
	ctx = peer.NewContext(context.WithValue(ctx, callKey{}, current), peerOf(r))
	called.handle(w, current.request(ctx, r), variables)
}

// setCommon sets the headers that every answer has.
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

// recoverPanic answers a panic without telling anything about it.
func (h *Gateway) recoverPanic(w http.ResponseWriter, r *http.Request) {
	if recovered := recover(); recovered != nil {
		h.onPanic(r, recovered, debug.Stack())
		h.WriteError(w, internalError())
	}
}
