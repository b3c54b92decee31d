package opentact

import (
	"net/http"
	"slices"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// The documents that the routes come from: the pages of the vendor's documentation of 2020, on
// which the contract is built, and the vendor's own API description of 2021; see
// docs/upstreams.md.
const (
	documentInvites     = "documentation 2020, SIP User Invite"
	documentLeases      = "documentation 2020, SIP TN Leases"
	documentConnections = "documentation 2020, SIP Connection"
	documentLeaseList   = "documentation 2020, TN Leases"
	documentAuth        = "documentation 2020, Authentication"
	documentApps        = "documentation 2020, SIP Control App"
	documentProfiles    = "documentation 2020, Profile"
	description2021     = "API description 2021"
)

// Collection are the routes of a kind of object that is created, read, updated and deleted.
type Collection struct {
	List, Get, Create, Update, Delete *upstream.Route
}

// routes are the routes that the vendor has.
func (c Collection) routes() (routes []*upstream.Route) {
	for _, route := range []*upstream.Route{c.List, c.Get, c.Create, c.Update, c.Delete} {
		if route != nil {
			routes = append(routes, route)
		}
	}
	return routes
}

// routeAuth is the login.
var routeAuth = &upstream.Route{
	Operation: "Auth", Method: http.MethodGet, Path: "/auth",
	Action: upstream.Read, Source: documentAuth,
}

// Routes is the table of every vendor operation that the service uses.
func Routes() []*upstream.Route {
	return slices.Concat(
		[]*upstream.Route{routeAuth},
		Invites.routes(), Connections.routes(),
		[]*upstream.Route{AssignConnectionLeases, ListConnectionLeases, routeListProducts, routeListProductsSinceGen2},
		[]*upstream.Route{routeListLeases, routeSearchLeases},
		Apps.routes(),
		[]*upstream.Route{AssignAppLeases, ListAppLeases, ListOnlineCalls, ExecuteRoute},
		MessagingProfiles.routes(), OutboundVoiceProfiles.routes(),
	)
}
