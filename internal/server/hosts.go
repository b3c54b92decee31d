package server

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/status"
)

// hosts are the values of Host that an HTTP listener answers to. A web page can give
// its own name the address of this server (DNS rebinding), and browsers then let it
// call the server as if it were its own; only the Host tells.
type hosts struct{ allowed []string }

// check refuses a request to a foreign host.
func (h hosts) check(r *http.Request) error {
	name := hostname(r.Host)
	if r.Host == "" || config.IsLoopback(name) || isLocalAddress(r, name) || h.lists(r.Host, name) {
		return nil
	}
	return status.New(codes.PermissionDenied, sipfacadev1.ErrorReason_ERROR_REASON_HOST_NOT_ALLOWED,
		fmt.Sprintf("the server does not answer for host %q; allowed_hosts can list it", clipped(r.Host)))
}

// lists reports whether the setting names the host: with its port, or without one and
// so for every port.
func (h hosts) lists(host, name string) bool {
	return slices.ContainsFunc(h.allowed, func(allowed string) bool {
		return allowed == config.AnyHost || strings.EqualFold(allowed, host) || strings.EqualFold(strings.Trim(allowed, "[]"), name)
	})
}

// hostname returns the host without port and brackets.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}

// isLocalAddress reports whether the name is the address that the request came in
// on.
func isLocalAddress(r *http.Request, name string) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ok && hostname(local.String()) == name
}
