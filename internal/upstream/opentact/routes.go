package opentact

import (
	"net/http"

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
	documentation2022   = "documentation 2022"
	clients2023         = "public clients of 2023"
)

// Collection are the routes of a kind of object that is created, read, updated and deleted.
type Collection struct {
	List, Get, Create, Update, Delete *upstream.Route
}

// routeAuth is the login.
var routeAuth = &upstream.Route{
	Operation: "Auth", Method: http.MethodGet, Path: "/auth",
	Action: upstream.Read, Source: documentAuth,
}

// LoginRoute is the route of the login.
func LoginRoute() *upstream.Route { return routeAuth }

// Routes are the routes of every version of every operation, each path once.
func Routes() (routes []*upstream.Route) {
	seen := map[string]bool{}
	for _, row := range Rows() {
		for _, version := range row.Versions {
			route := row.at(version)
			if key := route.Method + " " + route.Path; !seen[key] {
				seen[key] = true
				routes = append(routes, route)
			}
		}
	}
	return routes
}
