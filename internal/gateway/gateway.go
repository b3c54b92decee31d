// Package gateway serves the gRPC services as a JSON API with the handlers that
// grpc-gateway generated: it makes them strict by grpc-gateway's extension points, and
// lets them call the services in process, through the interceptors of the gRPC server.
// Every answer, errors and panics included, is JSON.
//
// A request passes, in this order: ServeHTTP, the ServeMux of its service, the middleware
// (read.go), the generated handler, which reads the body by the marshaler (body.go), the
// connection (inprocess.go), the interceptors and the service. What is wrong with it is
// collected in a received.Request on the way, and the interceptors refuse it.
package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"runtime/debug"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"golang.org/x/sync/semaphore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/peer"

	"github.com/sipfacade/sipfacade/internal/gateway/codec"
	"github.com/sipfacade/sipfacade/internal/limits"
	"github.com/sipfacade/sipfacade/internal/received"
)

// Options are the options of a gateway.
type Options struct {
	// Conn reaches the services; see NewConn. Its interceptor merges and refuses what
	// the context carries as received.Request. Required.
	Conn grpc.ClientConnInterface
	// OnPanic is called with each panic that serving a request raised. The caller
	// gets only INTERNAL. Required.
	OnPanic func(r *http.Request, recovered any, stack []byte)
}

// Gateway serves the contract's HTTP calls.
type Gateway struct {
	muxes   map[string]*runtime.ServeMux // by the second word of the path
	routes  map[string]*route            // by method and pattern
	paths   []methodPath                 // of all routes, in the contract's order
	codec   *codec.Codec
	onPanic func(r *http.Request, recovered any, stack []byte)

	decompressing *semaphore.Weighted // bodies
}

var errOption = errors.New("a required option is missing")

// New returns the gateway of every HTTP call of the contract. It answers all paths:
// those that the contract does not have with ROUTE_NOT_FOUND.
func New(options Options) (*Gateway, error) {
	if options.Conn == nil || options.OnPanic == nil {
		return nil, fmt.Errorf("make the gateway: Conn, OnPanic: %w", errOption)
	}
	g := &Gateway{
		codec: codec.New(), onPanic: options.OnPanic,
		decompressing: semaphore.NewWeighted(limits.MaxDecompressions),
	}
	if err := g.register(jsonServices(), options.Conn); err != nil {
		return nil, fmt.Errorf("make the gateway: %w", err)
	}
	return g, nil
}

// ServeHTTP answers one request.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer g.recoverPanic(w, r)
	setCommon(w.Header())
	mux, path := g.muxOf(r)
	if mux == nil {
		g.WriteError(w, g.routeNotFound(r))
		return
	}
	// The mux unescapes Path, which is unescaped already, if RawPath is empty.
	r.URL.RawPath = path
	ctx := received.NewContext(peer.NewContext(r.Context(), PeerOf(r)), &received.Request{})
	mux.ServeHTTP(w, r.WithContext(ctx))
}

// IsCall reports whether the contract has a call with the method and the path of a request.
func (g *Gateway) IsCall(r *http.Request) bool {
	mux, path := g.muxOf(r)
	if mux == nil {
		return false
	}
	asked := r.Clone(r.Context())
	asked.URL.RawPath = path
	return serves(mux, asked)
}

// muxOf returns the mux that may have the path of a request, or nil, and the path.
func (g *Gateway) muxOf(r *http.Request) (mux *runtime.ServeMux, path string) {
	path = plainPath(r.URL.EscapedPath())
	if hasEmptySegment(path) {
		return nil, path
	}
	return g.muxes[secondWord(path)], path
}

// plainPath returns an escaped path in which no character is escaped that need not be, so
// that the mux knows the words of its patterns.
func plainPath(escaped string) string {
	if !strings.Contains(escaped, "%") {
		return escaped
	}
	return escapes.ReplaceAllStringFunc(escaped, func(escape string) string {
		plain, err := url.PathUnescape(escape)
		if err != nil || !unreserved.MatchString(plain) {
			return escape
		}
		return plain
	})
}

// An escaped character, and those that mean the same if they are escaped (RFC 3986, 2.3).
var (
	escapes    = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)
	unreserved = regexp.MustCompile(`^[A-Za-z0-9._~-]$`)
)

// secondWord returns what distinguishes the services in a path: "sip-apps" of
// "/v1/sip-apps/{uuid}".
func secondWord(path string) string {
	_, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if end := strings.IndexAny(rest, "/:"); end >= 0 {
		return rest[:end]
	}
	return rest
}

// hasEmptySegment reports whether a path has an empty segment, which grpc-gateway would
// take for the value of a variable.
func hasEmptySegment(path string) bool {
	return strings.Contains(path, "//") || strings.HasSuffix(path, "/")
}

// setCommon sets the headers of every answer.
func setCommon(header http.Header) {
	values := []string{contentType, "no-store", "nosniff"} // one allocation for all
	header["Content-Type"], header["Cache-Control"], header["X-Content-Type-Options"] = values[0:1:1], values[1:2:2], values[2:3:3]
}

// recoverPanic answers a panic with INTERNAL, which says nothing about its cause.
func (g *Gateway) recoverPanic(w http.ResponseWriter, r *http.Request) {
	if recovered := recover(); recovered != nil {
		g.onPanic(r, recovered, debug.Stack())
		g.WriteError(w, internalError())
	}
}
