package infinity

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Route is one row of the table of routes.
type Route struct {
	// Operation is the vendor's name in one word, the one that faults and Calls go by.
	Operation string
	Method    string
	// Pattern is the path below BasePath, with `{name}` for ids.
	Pattern string
}

// reader checks the parameters of a call before the state is looked at.
type reader func(*Server, *call) error

type route struct {
	Route
	read    reader
	operate operation
}

func on(operation, method, pattern string, read reader, operate operation) route {
	return route{Route{operation, method, pattern}, read, operate}
}

// without parameters but the general ones.
func without(_ *Server, c *call) error { return invalid(c.parameters.unknown()) }

// unsifted reads take the parameters of lists and ignore them. A choice: for a
// list that is not documented with them, a client sees at once if it relies on
// them.
func unsifted(_ *Server, c *call) error { return invalid(c.parameters.unknown(siftedBy()...)) }

func sifting(k kind) reader {
	return func(s *Server, c *call) (err error) {
		if !s.resources[k].sifted {
			return unsifted(s, c)
		}
		c.listing, err = readListing(s.resources[k].columns, c.parameters)
		return err
	}
}

func creating(k kind) reader {
	return func(s *Server, c *call) (err error) {
		c.changes, err = c.parameters.changes(s.resources[k].columns, true, s.resources[k].whole)
		return err
	}
}

func updating(k kind) reader {
	return func(s *Server, c *call) (err error) {
		c.changes, err = c.parameters.changes(s.resources[k].columns, false, s.resources[k].whole)
		return err
	}
}

func naming(array string) reader {
	return func(_ *Server, c *call) (err error) {
		c.ids, err = c.parameters.ids(array)
		return err
	}
}

// routeTable is every documented route.
func routeTable() []route {
	return slices.Concat(domainRoutes(),
		collection("SIPUser", users, domainPath+"/users", "{user}"),
		collection("SIPGroup", groups, domainPath+"/groups", "{group}"),
		memberRoutes(), userDeviceRoutes(),
		collection("SIPQueue", queues, domainPath+"/queues", "{queue}"),
		collection("SIPQueueMember", queueMembers, domainPath+"/queues/{queue}/members", "{member}"),
		[]route{on("SetSIPQueueMemberOrder", http.MethodPut, domainPath+"/queues/{queue}/members/order", naming("queueMemberId"), setMemberOrder)},
		trustedNetworkRoutes(),
		collection("PBXDevice", devices, domainPath+"/devices", "{device}"))
}

// domainPath is the path of everything in a domain.
const domainPath = "/sip/domains/{domain}"

func domainRoutes() []route {
	return []route{
		on("ListSIPDomains", http.MethodGet, "/sip/domains", sifting(domains), list(domains)),
		on("ReadSIPDomain", http.MethodGet, domainPath, unsifted, read(domains)),
		on("UpdateSIPDomain", http.MethodPost, domainPath, updating(domains), update(domains)),
	}
}

// collection is the five routes that most kinds have.
func collection(noun string, k kind, base, param string) []route {
	entity := base + "/" + param
	return []route{
		on("List"+noun+"s", http.MethodGet, base, sifting(k), list(k)),
		on("Read"+noun, http.MethodGet, entity, unsifted, read(k)),
		on("Create"+noun, http.MethodPost, base, creating(k), create(k)),
		on("Update"+noun, http.MethodPost, entity, updating(k), update(k)),
		on("Delete"+noun, http.MethodDelete, entity, without, remove(k)),
	}
}

// trustedNetworkRoutes are spelled in three ways, as in the documentation.
func trustedNetworkRoutes() []route {
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

func memberRoutes() []route {
	const ofGroup, ofUser = domainPath + "/groups/{group}/users", domainPath + "/users/{user}/groups"
	return []route{
		on("ListSIPGroupUsers", http.MethodGet, ofGroup, sifting(groupUsers), listMembers(groups, users, groupUsers)),
		on("AddSIPGroupUsers", http.MethodPost, ofGroup, naming("userSpec"), changeMembers(groups, users, groupUsers, join)),
		on("DeleteSIPGroupUsers", http.MethodDelete, ofGroup, naming("userSpec"), changeMembers(groups, users, groupUsers, leave)),
		on("ListSIPUserGroups", http.MethodGet, ofUser, sifting(userGroups), listMembers(users, groups, userGroups)),
		on("AddSIPUserGroups", http.MethodPost, ofUser, naming("groupSpec"), changeMembers(users, groups, userGroups, join)),
	}
}

func userDeviceRoutes() []route {
	const base, entity = domainPath + "/users/{user}/devices", domainPath + "/users/{user}/devices/{device}"
	return []route{
		on("ListPBXUserDevices", http.MethodGet, base, sifting(userDevices), listUserDevices),
		on("ReadPBXUserDevice", http.MethodGet, entity, unsifted, readUserDevice),
		on("CreatePBXUserDevice", http.MethodPost, base, creating(userDevices), createUserDevice),
		on("DeletePBXUserDevice", http.MethodDelete, entity, without, deleteUserDevice),
	}
}

// Routes returns every documented route, in its documented spelling.
func Routes() []Route {
	table := routeTable()
	routes := make([]Route, len(table))
	for i, row := range table {
		routes[i] = row.Route
	}
	return routes
}

// Operations returns the names of the operations, each once.
func Operations() []string {
	names := map[string]bool{}
	for _, row := range Routes() {
		names[row.Operation] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// served is a route with its handler, ready to be matched.
type served struct {
	method   string
	segments []string
	// strict routes are served in their own spelling alone, and are unknown in any
	// other method.
	strict  bool
	handler http.Handler
}

func (s *Server) serveRoutes() []served {
	var all []served
	for _, row := range routeTable() {
		segments := strings.Split(row.Pattern[1:], "/")
		all = append(all, served{
			method:   row.Method,
			segments: segments,
			strict:   s.options.StrictSpelling && slices.ContainsFunc(segments, isTrustedNetworks),
			handler:  s.recorder.Wrap(row.Operation, s.faults.Wrap(row.Operation, s.handler(row))),
		})
	}
	return all
}

func isTrustedNetworks(segment string) bool {
	return segment == "trustednetworks" || segment == "trustedNetworks" || segment == "trustedNetwork"
}

// match finds the handler of a request and the ids in its path.
func (s *Server) match(r *http.Request) (http.Handler, map[string]int, error) {
	path, below := strings.CutPrefix(r.URL.EscapedPath(), BasePath+"/")
	if !below {
		return nil, nil, notFound()
	}
	segments := strings.Split(path, "/")
	var methods []string
	for _, row := range s.routes {
		ids, fits := row.fits(segments)
		if fits && row.method == r.Method {
			return row.handler, ids, nil
		}
		if fits && !row.strict {
			methods = append(methods, row.method)
		}
	}
	if methods == nil {
		return nil, nil, notFound()
	}
	slices.Sort(methods)
	return nil, nil, &failure{status: http.StatusMethodNotAllowed, message: "method not allowed", allow: strings.Join(slices.Compact(methods), ", ")}
}

// fits holds a path against the pattern. A choice: what cannot be an id does not
// fit, so that it is as unknown as an id that nobody has.
func (row *served) fits(segments []string) (ids map[string]int, fits bool) {
	if len(segments) != len(row.segments) {
		return nil, false
	}
	for i, want := range row.segments {
		got, err := url.PathUnescape(segments[i])
		if err != nil {
			return nil, false
		}
		if want[0] != '{' {
			if !row.spells(got, want) {
				return nil, false
			}
			continue
		}
		if _, wrong := idNumber(got); wrong != "" {
			return nil, false
		}
		if ids == nil {
			ids = map[string]int{}
		}
		ids[strings.Trim(want, "{}")] = numeric(got)
	}
	return ids, true
}

func (row *served) spells(got, want string) bool {
	return got == want || !row.strict && isTrustedNetworks(want) && isTrustedNetworks(got)
}

type pathKey struct{}

func withPath(ctx context.Context, ids map[string]int) context.Context {
	return context.WithValue(ctx, pathKey{}, ids)
}

func pathOf(ctx context.Context) map[string]int {
	ids, _ := ctx.Value(pathKey{}).(map[string]int)
	return ids
}
