package gateway

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"

	"github.com/sipfacade/sipfacade/internal/headername"
	"github.com/sipfacade/sipfacade/internal/received"
	"github.com/sipfacade/sipfacade/internal/status"
)

// readRequest is the middleware of every generated handler. It reads path, query and
// headers strictly into the received.Request of the context, and prepares the body for
// the marshaler. The request is the mux's own copy, so it may be changed.
func (g *Gateway) readRequest(next runtime.HandlerFunc) runtime.HandlerFunc {
	var known atomic.Pointer[route] // of this handler; its pattern comes with the first request
	return func(w http.ResponseWriter, r *http.Request, variables map[string]string) {
		if probe, asked := w.(*methodProbe); asked {
			probe.found = true
			return
		}
		to := known.Load()
		if to == nil {
			to = g.routeOf(r)
			known.Store(to)
		}
		in := received.FromContext(r.Context())
		in.Call = to.Call
		to.readNumbers(in, variables)
		to.readQuery(in, r.URL.RawQuery)
		to.readHeaders(in, r.Header)
		// The generated handler has no parameters left to read.
		none := url.Values{}
		r.Form, r.PostForm = none, none
		// grpc-gateway would make metadata of these, which nothing reads.
		r.Host, r.RemoteAddr = "", ""
		if to.Body != "" || r.ContentLength != 0 {
			g.readBody(to, in, w, r)
		}
		r, cancel := withTimeout(in, r)
		defer cancel()
		next(w, r, variables)
	}
}

// readBody gives the body to the marshaler, or refuses it if the call takes none.
func (g *Gateway) readBody(to *route, in *received.Request, w http.ResponseWriter, r *http.Request) {
	body := &requestBody{
		ReadCloser: r.Body, request: r, response: w, codec: g.codec, in: in, decompressing: g.decompressing,
	}
	r.Body = body
	if to.Body == "" {
		body.refuseContent()
	}
}

// routeOf returns the route of the pattern that the mux found. Its form is
// "/v1/sip-apps/{uuid=*}".
func (g *Gateway) routeOf(r *http.Request) *route {
	pattern, _ := runtime.HTTPPattern(r.Context())
	return g.routes[r.Method+" "+strings.ReplaceAll(pattern.String(), "=*}", "}")]
}

// readNumbers reads the variables of the path that are not strings by the rules of JSON,
// and writes them as the generated handler understands them.
func (r *route) readNumbers(in *received.Request, variables map[string]string) {
	for _, one := range r.numbers {
		value, problem := one.parse(variables[one.name])
		if problem != "" {
			in.Refuse(one.name, status.RuleInvalidValue, "%s", problem)
			variables[one.name] = "0"
			continue
		}
		variables[one.name] = value.String()
	}
}

// withTimeout returns the request with the deadline that the caller sent. The header is
// taken away, because grpc-gateway reads it less strictly.
func withTimeout(in *received.Request, r *http.Request) (*http.Request, context.CancelFunc) {
	text := r.Header.Get(timeoutHeader)
	if text == "" {
		return r, func() {}
	}
	r.Header = maps.Clone(r.Header)
	r.Header.Del(timeoutHeader)
	timeout, ok := parseTimeout(text)
	if !ok {
		in.Refuse(headername.Timeout, status.RuleInvalidValue, wantTimeout)
		return r, func() {}
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	return r.WithContext(ctx), cancel
}
