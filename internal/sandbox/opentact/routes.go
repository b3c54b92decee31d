package opentact

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
	// Operation is the vendor's name, the one that faults and Calls go by.
	Operation string
	Method    string
	// Pattern is the path below BasePath, with `{name}` for ids.
	Pattern string
}

// reader reads and checks what a request carries besides its path.
type reader func(*call) error

type route struct {
	Route
	read    reader
	operate operation
	// open routes do their own authentication.
	open bool
}

func on(operation, method, pattern string, operate operation) route {
	return route{Route: Route{operation, method, pattern}, operate: operate, read: func(*call) error { return nil }}
}

func (r route) creating(k kind) route {
	r.read = func(c *call) error { return c.readChanges(resources[k].fields, true) }
	return r
}

func (r route) modifying(k kind) route {
	r.read = func(c *call) error { return c.readChanges(resources[k].fields, false) }
	return r
}

func (r route) assigning() route {
	r.read = func(c *call) error { return c.readChanges(assignment(), false) }
	return r
}

func (c *call) readChanges(fields []field, creating bool) error {
	body, err := readJSON(c.request)
	if err != nil {
		return err
	}
	c.body, err = changes(fields, body, creating)
	return err
}

// table is every route of both generations of products; literal segments come
// before the ids that would match them.
func routeTable() []route {
	return slices.Concat(accountRoutes(), connectionRoutes(), inviteRoutes(), sipUserRoutes(), appRoutes(),
		profileRoutes("MessagingProfile", "/profile/messaging", messagingProfiles),
		profileRoutes("OutboundVoiceProfile", "/profile/outbound_voice", voiceProfiles))
}

func accountRoutes() []route {
	login := on("Auth", http.MethodGet, "/auth", nil)
	login.open = true
	return []route{login, on("GetAccount", http.MethodGet, "/account", account)}
}

func connectionRoutes() []route {
	const base, entity = "/sip/connection", "/sip/connection/{uuid}"
	return []route{
		on("GetSIPConnectionProductsList", http.MethodGet, "/sip/connection/product", list(products, top())),
		on("GetSIPConnectionProductsList", http.MethodGet, "/sip/product", list(products, top())),
		on("ListSIPConnections", http.MethodGet, base, list(connections, top())),
		on("CreateSIPConnection", http.MethodPost, base, create(connections, top())).creating(connections),
		on("GetSIPConnectionByUUID", http.MethodGet, entity, get(connections, top(), "uuid")),
		on("ModifySIPConnection", http.MethodPatch, entity, modify(connections, top(), "uuid")).modifying(connections),
		on("RemoveSIPConnectionByID", http.MethodDelete, entity, remove(connections, top(), "uuid")),
		on("AssignTNLeasesToSIPConnection", http.MethodPost, entity+"/tnlease", assignLeases(connections, "sip_connection")).assigning(),
		on("GETSIPConnectionTNLeasesList", http.MethodGet, entity+"/tnlease", assignedLeases(connections, "sip_connection")),
	}
}

func inviteRoutes() []route {
	const base, entity = "/sip/connection/{sip_connection_uuid}/invites", "/sip/connection/{sip_connection_uuid}/invites/{uuid}"
	parent := ofConnection("sip_connection_uuid")
	return []route{
		on("CreateSIPUserInvite", http.MethodPost, base, create(invites, parent)).creating(invites),
		on("ListSIPUserInvites", http.MethodGet, base, list(invites, parent)),
		on("ModifySIPUserInvite", http.MethodPatch, entity, modify(invites, parent, "uuid")).modifying(invites),
		on("RemoveSIPUserInviteByUUID", http.MethodDelete, entity, remove(invites, parent, "uuid")),
	}
}

// sipUserRoutes have a path of their own only in the list; a choice: the others
// follow it, as the invites do.
func sipUserRoutes() []route {
	const base, entity = "/sip/connection/{uuid}/users", "/sip/connection/{uuid}/users/{user}"
	parent := ofConnection("uuid")
	return []route{
		on("ListSIPUsersBySIPConnectionUUID", http.MethodGet, base, list(sipUsers, parent)),
		on("CreateSIPUser", http.MethodPost, base, create(sipUsers, parent)).creating(sipUsers),
		on("GetSIPUser", http.MethodGet, entity, get(sipUsers, parent, "user")),
		on("ModifySIPUser", http.MethodPatch, entity, modify(sipUsers, parent, "user")).modifying(sipUsers),
		on("RemoveSIPUser", http.MethodDelete, entity, remove(sipUsers, parent, "user")),
	}
}

func appRoutes() []route {
	const base, entity = "/sip/app", "/sip/app/{uuid}"
	execute := on("ExecuteSIPControlAppCallExecuteCallFlow", http.MethodPost, "/sip/app/call/{uuid}", executeCallFlow)
	execute.read = (*call).readCallFlow
	return []route{
		execute,
		on("CreateSIPControlApp", http.MethodPost, base, create(apps, top())).creating(apps),
		on("ListSIPControlApps", http.MethodGet, base, list(apps, top())),
		on("GetSIPControlAppByUUID", http.MethodGet, entity, get(apps, top(), "uuid")),
		on("ModifySIPControlApp", http.MethodPatch, entity, modify(apps, top(), "uuid")).modifying(apps),
		on("RemoveSIPControlAppByUUID", http.MethodDelete, entity, remove(apps, top(), "uuid")),
		on("AssignTNLeasesToSIPControlApp", http.MethodPost, entity+"/tnlease", assignLeases(apps, "sip_control_app")).assigning(),
		on("GetSIPControlAppTNLeasesList", http.MethodGet, entity+"/tnlease", assignedLeases(apps, "sip_control_app")),
	}
}

func profileRoutes(name, base string, k kind) []route {
	entity := base + "/{uuid}"
	return []route{
		on("Create"+name, http.MethodPost, base, create(k, top())).creating(k),
		on("List"+name+"s", http.MethodGet, base, list(k, top())),
		on("Get"+name+"ByUUID", http.MethodGet, entity, get(k, top(), "uuid")),
		on("Modify"+name, http.MethodPatch, entity, modify(k, top(), "uuid")).modifying(k),
		on("Remove"+name+"ByUUID", http.MethodDelete, entity, remove(k, top(), "uuid")),
	}
}

// Routes returns every route that some setting of the options serves.
func Routes() []Route {
	table := routeTable()
	routes := make([]Route, len(table))
	for i, row := range table {
		routes[i] = row.Route
	}
	return routes
}

// Operations returns the vendor's operation names, each once.
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
	handler  http.Handler
}

func (s *Server) serveRoutes() []served {
	var all []served
	for _, row := range routeTable() {
		if row.Pattern == s.absentProducts() {
			row.operate = gone
		}
		handler := s.recorder.Wrap(row.Operation, s.faults.Wrap(row.Operation, s.handler(row)))
		all = append(all, served{row.Method, strings.Split(row.Pattern[1:], "/"), handler})
	}
	return all
}

func (s *Server) absentProducts() string {
	if s.options.Products == ProductsOfSIP {
		return "/sip/connection/product"
	}
	return "/sip/product"
}

// match finds the handler of a request and the ids in its path.
func (s *Server) match(r *http.Request) (http.Handler, map[string]string, error) {
	path, below := strings.CutPrefix(r.URL.EscapedPath(), BasePath+"/")
	if !below {
		return nil, nil, noRoute()
	}
	segments := strings.Split(path, "/")
	var methods []string
	for _, row := range s.routes {
		ids, fits := row.fits(segments)
		if fits && row.method == r.Method {
			return row.handler, ids, nil
		}
		if fits {
			methods = append(methods, row.method)
		}
	}
	if methods == nil {
		return nil, nil, noRoute()
	}
	slices.Sort(methods)
	return nil, nil, &failure{status: http.StatusMethodNotAllowed, message: "Method not allowed", allow: strings.Join(slices.Compact(methods), ", ")}
}

func (row *served) fits(segments []string) (ids map[string]string, fits bool) {
	if len(segments) != len(row.segments) {
		return nil, false
	}
	for i, want := range row.segments {
		got, err := url.PathUnescape(segments[i])
		if err != nil {
			return nil, false
		}
		if want[0] != '{' {
			if got != want {
				return nil, false
			}
			continue
		}
		if got == "" {
			return nil, false
		}
		if ids == nil {
			ids = map[string]string{}
		}
		ids[strings.Trim(want, "{}")] = got
	}
	return ids, true
}

type pathKey struct{}

func withPath(ctx context.Context, ids map[string]string) context.Context {
	return context.WithValue(ctx, pathKey{}, ids)
}

func pathOf(ctx context.Context) map[string]string {
	ids, _ := ctx.Value(pathKey{}).(map[string]string)
	return ids
}
