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

// usual returns the routes of objects with a UUID, if their paths and the names of their
// operations have the vendor's usual form and one document states all of them.
func usual(object, path, source string) Collection {
	one := path + "/{uuid}"
	return Collection{
		List:   get("List"+object+"s", path, source),
		Get:    get("Get"+object+"ByUUID", one, source),
		Create: create("Create"+object, path, source),
		Update: update("Modify"+object, one, source),
		Delete: remove("Remove"+object+"ByUUID", one, source),
	}
}

// The functions below return the routes of a collection: for each action the vendor has one
// method, and the sources differ.

func get(operation, path, source string) *upstream.Route {
	return route(operation, http.MethodGet, path, upstream.Read, source)
}

func create(operation, path, source string) *upstream.Route {
	return route(operation, http.MethodPost, path, upstream.Create, source)
}

func update(operation, path, source string) *upstream.Route {
	return route(operation, http.MethodPatch, path, upstream.Update, source)
}

func remove(operation, path, source string) *upstream.Route {
	return route(operation, http.MethodDelete, path, upstream.Delete, source)
}

func assign(operation, path, source string) *upstream.Route {
	return route(operation, http.MethodPost, path, upstream.Assign, source)
}

func route(operation, method, path string, action upstream.Action, source string) *upstream.Route {
	return &upstream.Route{Operation: operation, Method: method, Path: path, Action: action, Source: source}
}

// routeAuth is the login.
var routeAuth = get("Auth", "/auth", documentAuth)

// LoginRoute returns the route of the login.
func LoginRoute() *upstream.Route { return routeAuth }

// accountRows returns the login, and the numbers of the account.
func accountRows() []Row {
	return []Row{
		same(routeAuth, "", AnswersObject, Documented),
		{routeListLeases, []Version{{first, routeListLeases.Path, "", AnswersList, Documented, documentLeaseList}}},
		{routeSearchLeases, []Version{
			{first, routeSearchLeases.Path, searchKeys, AnswersPage, Inferred, description2021},
			{later, routeSearchLeases.Path, searchKeys, AnswersPage, Described, description2021},
		}},
	}
}

// Routes returns the routes of every version of every operation, each path once.
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
