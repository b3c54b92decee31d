package infinity

import (
	"net/http"
	"slices"
	"strings"

	"github.com/sipfacade/sipfacade/internal/sandbox/route"
)

// reader checks the parameters of a call before the state is read.
type reader func(*Server, *call) error

// endpoint is a route with what it does.
type endpoint struct {
	route.Route
	read    reader
	operate operation
}

func on(operation, method, pattern string, read reader, operate operation) endpoint {
	return endpoint{route.Route{Operation: operation, Method: method, Pattern: pattern}, read, operate}
}

// noParameters accepts only the general ones.
func noParameters(_ *Server, c *call) error { return invalid(c.parameters.unknown()) }

// ignoreListParameters accepts the parameters of lists without an effect. A choice for
// lists that are not documented with them: a client sees if it relies on them.
func ignoreListParameters(_ *Server, c *call) error {
	return invalid(c.parameters.unknown(listParameters()...))
}

func readList(k kind) reader {
	return func(s *Server, c *call) (err error) {
		if !s.resources[k].filterable {
			return ignoreListParameters(s, c)
		}
		c.listing, err = readListing(s.resources[k].columns, c.parameters)
		return err
	}
}

func creating(k kind) reader {
	return func(s *Server, c *call) (err error) {
		c.changes, err = c.parameters.changes(s.resources[k].columns, true)
		return err
	}
}

func updating(k kind) reader {
	return func(s *Server, c *call) (err error) {
		c.changes, err = c.parameters.changes(s.resources[k].columns, false)
		return err
	}
}

func readIDs(array string) reader {
	return func(_ *Server, c *call) (err error) {
		c.ids, err = c.parameters.ids(array)
		return err
	}
}

// endpoints returns every documented one.
func endpoints() []endpoint {
	return slices.Concat(domainRoutes(),
		collection("SIPUser", users, domainPath+"/users", "{user}"),
		collection("SIPGroup", groups, domainPath+"/groups", "{group}"),
		memberRoutes(), userDeviceRoutes(),
		collection("SIPQueue", queues, domainPath+"/queues", "{queue}"),
		collection("SIPQueueMember", queueMembers, domainPath+"/queues/{queue}/members", "{member}"),
		[]endpoint{on("SetSIPQueueMemberOrder", http.MethodPut, domainPath+"/queues/{queue}/members/order", readIDs("queueMemberId"), setMemberOrder)},
		trustedNetworkRoutes(),
		collection("PBXDevice", devices, domainPath+"/devices", "{device}"))
}

// domainPath is the path of everything in a domain.
const domainPath = "/sip/domains/{domain}"

func domainRoutes() []endpoint {
	return []endpoint{
		on("ListSIPDomains", http.MethodGet, "/sip/domains", readList(domains), list(domains)),
		on("ReadSIPDomain", http.MethodGet, domainPath, ignoreListParameters, read(domains)),
		on("UpdateSIPDomain", http.MethodPost, domainPath, updating(domains), update(domains)),
	}
}

// collection returns the five routes of most kinds.
func collection(noun string, k kind, base, param string) []endpoint {
	entity := base + "/" + param
	return []endpoint{
		on("List"+noun+"s", http.MethodGet, base, readList(k), list(k)),
		on("Read"+noun, http.MethodGet, entity, ignoreListParameters, read(k)),
		on("Create"+noun, http.MethodPost, base, creating(k), create(k)),
		on("Update"+noun, http.MethodPost, entity, updating(k), update(k)),
		on("Delete"+noun, http.MethodDelete, entity, noParameters, remove(k)),
	}
}

// trustedNetworkRoutes have three spellings, as in the documentation.
func trustedNetworkRoutes() []endpoint {
	spelling := map[string]string{
		"ListSIPTrustedNetworks":  "/trustednetworks",
		"UpdateSIPTrustedNetwork": "/trustedNetwork/{network}",
		"DeleteSIPTrustedNetwork": "/trustedNetwork/{network}",
	}
	rows := collection("SIPTrustedNetwork", trustedNetworks, domainPath+"/trustedNetworks", "{network}")
	for i := range rows {
		if other, differs := spelling[rows[i].Operation]; differs {
			rows[i].Pattern = domainPath + other
		}
	}
	return rows
}

func memberRoutes() []endpoint {
	const ofGroup, ofUser = domainPath + "/groups/{group}/users", domainPath + "/users/{user}/groups"
	return []endpoint{
		on("ListSIPGroupUsers", http.MethodGet, ofGroup, readList(groupUsers), listMembers(groups, users, groupUsers)),
		on("AddSIPGroupUsers", http.MethodPost, ofGroup, readIDs("userSpec"), changeMembers(groups, users, groupUsers, join)),
		on("DeleteSIPGroupUsers", http.MethodDelete, ofGroup, readIDs("userSpec"), changeMembers(groups, users, groupUsers, leave)),
		on("ListSIPUserGroups", http.MethodGet, ofUser, readList(userGroups), listMembers(users, groups, userGroups)),
		on("AddSIPUserGroups", http.MethodPost, ofUser, readIDs("groupSpec"), changeMembers(users, groups, userGroups, join)),
	}
}

func userDeviceRoutes() []endpoint {
	const base, entity = domainPath + "/users/{user}/devices", domainPath + "/users/{user}/devices/{device}"
	return []endpoint{
		on("ListPBXUserDevices", http.MethodGet, base, readList(userDevices), listUserDevices),
		on("ReadPBXUserDevice", http.MethodGet, entity, ignoreListParameters, readUserDevice),
		on("CreatePBXUserDevice", http.MethodPost, base, creating(userDevices), createUserDevice),
		on("DeletePBXUserDevice", http.MethodDelete, entity, noParameters, deleteUserDevice),
	}
}

// Routes returns every documented route, in its documented spelling.
func Routes() []route.Route {
	all := endpoints()
	routes := make([]route.Route, len(all))
	for i, e := range all {
		routes[i] = e.Route
	}
	return routes
}

// Operations returns the names of the operations, each once.
func Operations() []string { return route.Operations(Routes()) }

// routeTable serves the endpoints. A choice: a path with a text that cannot be an
// id is as unknown as one with an id that no record has.
func (s *Server) routeTable() *route.Table {
	var rows []route.Row
	for _, e := range endpoints() {
		row := route.Row{Route: e.Route, Handler: s.Wrap(e.Operation, s.handler(e))}
		if s.options.StrictSpelling {
			// in any other method such a path is unknown
			row.Unlisted = slices.ContainsFunc(strings.Split(e.Pattern, "/"), isTrustedNetworks)
		} else {
			row.Spells = spells
		}
		rows = append(rows, row)
	}
	return route.NewTable(BasePath, isID, rows)
}

func isID(text string) bool {
	_, wrong := idNumber(text)
	return wrong == ""
}

func isTrustedNetworks(segment string) bool {
	return segment == "trustednetworks" || segment == "trustedNetworks" || segment == "trustedNetwork"
}

// spells accepts each spelling of trusted networks for the others.
func spells(segment, literal string) bool {
	return segment == literal || isTrustedNetworks(literal) && isTrustedNetworks(segment)
}
