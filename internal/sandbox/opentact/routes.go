package opentact

import (
	"net/http"
	"slices"

	"github.com/sipfacade/sipfacade/internal/sandbox/route"
)

// reader reads and checks what a request carries besides its path.
type reader func(*call) error

// endpoint is a route with what it does.
type endpoint struct {
	route.Route
	read    reader
	operate operation
	// open endpoints authenticate in their own way.
	open bool
}

func on(operation, method, pattern string, operate operation) endpoint {
	return endpoint{
		Route:   route.Route{Operation: operation, Method: method, Pattern: pattern},
		operate: operate, read: func(*call) error { return nil },
	}
}

func (e endpoint) creating(k kind) endpoint {
	e.read = func(c *call) error { return c.readChanges(resources[k].fields, true) }
	return e
}

func (e endpoint) modifying(k kind) endpoint {
	e.read = func(c *call) error { return c.readChanges(resources[k].fields, false) }
	return e
}

func (e endpoint) assigning() endpoint {
	e.read = func(c *call) error { return c.readChanges(assignment(), false) }
	return e
}

func (c *call) readChanges(fields []field, creating bool) error {
	body, err := readJSON(c.request)
	if err != nil {
		return err
	}
	c.body, err = changes(fields, body, creating)
	return err
}

// endpoints returns those of both generations; literal segments come before the ids that
// would match them.
func endpoints() []endpoint {
	return slices.Concat(accountRoutes(), leaseRoutes(), connectionRoutes(), inviteRoutes(), sipUserRoutes(), appRoutes(),
		profileRoutes("MessagingProfile", "/profile/messaging", messagingProfiles),
		profileRoutes("OutboundVoiceProfile", "/profile/outbound_voice", voiceProfiles))
}

func accountRoutes() []endpoint {
	login := on("Auth", http.MethodGet, "/auth", nil)
	login.open = true
	return []endpoint{login, on("GetAccount", http.MethodGet, "/account", account)}
}

// leaseRoutes are those of all leases of the account. The documents do not name the
// operation of the first.
func leaseRoutes() []endpoint {
	search := on("SearchTNLeases", http.MethodPost, "/lease/tn/search", searchLeases)
	search.read = func(c *call) error { return c.readChanges(searching(), false) }
	return []endpoint{on("ListTNLeases", http.MethodGet, "/lease/tn", allLeases), search}
}

func connectionRoutes() []endpoint {
	const base, entity = "/sip/connection", "/sip/connection/{uuid}"
	return []endpoint{
		on("GetSIPConnectionProductsList", http.MethodGet, "/sip/connection/product", list(products, noScope())),
		on("GetSIPConnectionProductsList", http.MethodGet, "/sip/product", list(products, noScope())),
		on("ListSIPConnections", http.MethodGet, base, list(connections, noScope())),
		on("CreateSIPConnection", http.MethodPost, base, create(connections, noScope())).creating(connections),
		on("GetSIPConnectionByUUID", http.MethodGet, entity, get(connections, noScope(), "uuid")),
		on("ModifySIPConnection", http.MethodPatch, entity, modify(connections, noScope(), "uuid")).modifying(connections),
		on("RemoveSIPConnectionByID", http.MethodDelete, entity, remove(connections, noScope(), "uuid")),
		on("AssignTNLeasesToSIPConnection", http.MethodPost, entity+"/tnlease", assignLeases(connections, "sip_connection")).assigning(),
		on("GETSIPConnectionTNLeasesList", http.MethodGet, entity+"/tnlease", assignedLeases(connections, "sip_connection")),
	}
}

func inviteRoutes() []endpoint {
	const base, entity = "/sip/connection/{sip_connection_uuid}/invites", "/sip/connection/{sip_connection_uuid}/invites/{uuid}"
	parent := ofConnection("sip_connection_uuid")
	return []endpoint{
		on("CreateSIPUserInvite", http.MethodPost, base, create(invites, parent)).creating(invites),
		on("ListSIPUserInvites", http.MethodGet, base, list(invites, parent)),
		on("ModifySIPUserInvite", http.MethodPatch, entity, modify(invites, parent, "uuid")).modifying(invites),
		on("RemoveSIPUserInviteByUUID", http.MethodDelete, entity, remove(invites, parent, "uuid")),
	}
}

// sipUserRoutes: only the list is documented with this path. A choice: the others
// follow it, as those of the invites do.
func sipUserRoutes() []endpoint {
	const base, entity = "/sip/connection/{uuid}/users", "/sip/connection/{uuid}/users/{user}"
	parent := ofConnection("uuid")
	return []endpoint{
		on("ListSIPUsersBySIPConnectionUUID", http.MethodGet, base, list(sipUsers, parent)),
		on("CreateSIPUser", http.MethodPost, base, create(sipUsers, parent)).creating(sipUsers),
		on("GetSIPUser", http.MethodGet, entity, get(sipUsers, parent, "user")),
		on("ModifySIPUser", http.MethodPatch, entity, modify(sipUsers, parent, "user")).modifying(sipUsers),
		on("RemoveSIPUser", http.MethodDelete, entity, remove(sipUsers, parent, "user")),
	}
}

func appRoutes() []endpoint {
	const base, entity = "/sip/app", "/sip/app/{uuid}"
	execute := on("ExecuteSIPControlAppCallExecuteCallFlow", http.MethodPost, "/sip/app/call/{uuid}", executeCallFlow)
	execute.read = (*call).readCallFlow
	return []endpoint{
		on("GetOnlineCalls", http.MethodGet, "/sip/app/call/online", onlineCalls),
		execute,
		on("CreateSIPControlApp", http.MethodPost, base, create(apps, noScope())).creating(apps),
		on("ListSIPControlApps", http.MethodGet, base, list(apps, noScope())),
		on("GetSIPControlAppByUUID", http.MethodGet, entity, get(apps, noScope(), "uuid")),
		on("ModifySIPControlApp", http.MethodPatch, entity, modify(apps, noScope(), "uuid")).modifying(apps),
		on("RemoveSIPControlAppByUUID", http.MethodDelete, entity, remove(apps, noScope(), "uuid")),
		on("AssignTNLeasesToSIPControlApp", http.MethodPost, entity+"/tnlease", assignLeases(apps, "sip_control_app")).assigning(),
		on("GetSIPControlAppTNLeasesList", http.MethodGet, entity+"/tnlease", assignedLeases(apps, "sip_control_app")),
	}
}

func profileRoutes(name, base string, k kind) []endpoint {
	entity := base + "/{uuid}"
	return []endpoint{
		on("Create"+name, http.MethodPost, base, create(k, noScope())).creating(k),
		on("List"+name+"s", http.MethodGet, base, list(k, noScope())),
		on("Get"+name+"ByUUID", http.MethodGet, entity, get(k, noScope(), "uuid")),
		on("Modify"+name, http.MethodPatch, entity, modify(k, noScope(), "uuid")).modifying(k),
		on("Remove"+name+"ByUUID", http.MethodDelete, entity, remove(k, noScope(), "uuid")),
	}
}

// Routes returns every route that some setting of the options serves.
func Routes() []route.Route {
	all := endpoints()
	routes := make([]route.Route, len(all))
	for i, e := range all {
		routes[i] = e.Route
	}
	return routes
}

// Operations returns the vendor's operation names, each once.
func Operations() []string { return route.Operations(Routes()) }

func (s *Server) routeTable() *route.Table {
	var rows []route.Row
	for _, e := range endpoints() {
		if slices.Contains(absent[s.options.Generation], e.Pattern) {
			e.operate = noSuchRoute
		}
		rows = append(rows, route.Row{Route: e.Route, Handler: s.Wrap(e.Operation, s.handler(e))})
	}
	return route.NewTable(BasePath, func(text string) bool { return text != "" }, rows)
}

// absent are the paths that a generation does not have.
var absent = map[Generation][]string{
	FirstGeneration:  {"/sip/product", "/lease/tn/search"},
	SecondGeneration: {"/sip/connection/product", "/lease/tn"},
}
