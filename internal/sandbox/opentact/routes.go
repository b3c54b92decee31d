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
	// anyPath says that the ids of the path are not looked at.
	anyPath bool
	// generations serve the endpoint; none means all of them.
	generations []Generation
}

func on(operation, method, pattern string, operate operation) endpoint {
	return endpoint{
		Route:   route.Route{Operation: operation, Method: method, Pattern: pattern},
		operate: operate, read: func(*call) error { return nil },
	}
}

func (e endpoint) creating(k kind) endpoint {
	e.read = func(c *call) error { return c.readChanges(writableIn(c.generation, resources[k].fields), true) }
	return e
}

func (e endpoint) modifying(k kind) endpoint {
	e.read = func(c *call) error {
		fields := slices.DeleteFunc(writableIn(c.generation, resources[k].fields), func(f field) bool { return f.createOnly })
		return c.readChanges(fields, false)
	}
	return e
}

// absent returns the endpoint as a generation serves it that does not have it.
func (e endpoint) absent() endpoint {
	e.operate = noSuchRoute
	e.read = func(*call) error { return noRoute() }
	e.anyPath = true
	return e
}

// in returns the endpoint as one that only some generations serve.
func (e endpoint) in(generations []Generation) endpoint {
	e.generations = generations
	return e
}

// allIn returns the endpoints as such that only some generations serve.
func allIn(generations []Generation, endpoints []endpoint) []endpoint {
	for i := range endpoints {
		endpoints[i].generations = generations
	}
	return endpoints
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

// endpoints returns those of all generations; literal segments come before the ids that
// would match them.
func endpoints() []endpoint {
	return slices.Concat(accountRoutes(), leaseRoutes(), connectionRoutes(), allIn(onlyFirst, inviteRoutes()), allIn(onlyFirst, sipUserRoutes()),
		allIn(sinceTwo, domainRoutes()), appRoutes(), usualRoutes())
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
	search.read = readSearch
	return []endpoint{on("ListTNLeases", http.MethodGet, "/lease/tn", allLeases).in(onlyFirst), search.in(sinceTwo)}
}

func connectionRoutes() []endpoint {
	const base, entity = "/sip/connection", "/sip/connection/{uuid}"
	return []endpoint{
		on("GetSIPConnectionProductsList", http.MethodGet, "/sip/connection/product", list(products, noScope())).in(onlyFirst),
		on("GetSIPConnectionProductsList", http.MethodGet, "/sip/product", list(products, noScope())).in(sinceTwo),
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

// domainRoutes are those of SIP domains, and of the users and invites below them.
func domainRoutes() []endpoint {
	const base, entity = "/sip/domain", "/sip/domain/{domain}"
	const userBase, userEntity = entity + "/user", entity + "/user/{uuid}"
	const inviteBase, inviteEntity = entity + "/invite", entity + "/invite/{uuid}"
	parent := ofDomain()
	return []endpoint{
		on("ListSIPDomains", http.MethodGet, base, list(domains, noScope())),
		on("CreateSIPDomain", http.MethodPost, base, create(domains, noScope())).creating(domains),
		on("GetSIPDomain", http.MethodGet, entity, get(domains, noScope(), "domain")),
		on("ModifySIPDomain", http.MethodPatch, entity, modify(domains, noScope(), "domain")).modifying(domains),
		on("RemoveSIPDomain", http.MethodDelete, entity, remove(domains, noScope(), "domain")),
		on("ListSIPUsers", http.MethodGet, userBase, list(sipUsers, parent)),
		on("CreateSIPUser", http.MethodPost, userBase, create(sipUsers, parent)).creating(sipUsers),
		on("GetSIPUser", http.MethodGet, userEntity, get(sipUsers, parent, "uuid")),
		on("ModifySIPUser", http.MethodPatch, userEntity, modify(sipUsers, parent, "uuid")).modifying(sipUsers),
		on("RemoveSIPUser", http.MethodDelete, userEntity, remove(sipUsers, parent, "uuid")),
		on("CreateSIPUserInvite", http.MethodPost, inviteBase, create(invites, parent)).creating(invites),
		on("ListSIPUserInvites", http.MethodGet, inviteBase, list(invites, parent)),
		on("ModifySIPUserInvite", http.MethodPatch, inviteEntity, modify(invites, parent, "uuid")).modifying(invites),
		on("RemoveSIPUserInviteByUUID", http.MethodDelete, inviteEntity, remove(invites, parent, "uuid")),
	}
}

func appRoutes() []endpoint {
	const entity = "/sip/app/{uuid}"
	execute := on("ExecuteSIPControlAppCallExecuteCallFlow", http.MethodPost, "/sip/app/call/{uuid}", executeCallFlow)
	execute.read = (*call).readCallFlow
	moved := execute
	moved.Pattern = "/call/sca/{uuid}"
	return []endpoint{
		on("GetOnlineCalls", http.MethodGet, "/sip/app/call/online", onlineCalls),
		execute.in([]Generation{FirstGeneration, SecondGeneration}), moved.in(onlyThird),
		on("AssignTNLeasesToSIPControlApp", http.MethodPost, entity+"/tnlease", assignLeases(apps, "sip_control_app")).assigning(),
		on("GetSIPControlAppTNLeasesList", http.MethodGet, entity+"/tnlease", assignedLeases(apps, "sip_control_app")),
	}
}

// usualRoutes are those of the kinds whose routes have the usual form.
func usualRoutes() (routes []endpoint) {
	for k, of := range resources {
		if of.base != "" {
			routes = append(routes, entityRoutes(of.operation, of.base, kind(k))...)
		}
	}
	return routes
}

// entityRoutes are the five routes of entities with a UUID, below a path.
func entityRoutes(name, base string, k kind) []endpoint {
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
		if len(e.generations) > 0 && !slices.Contains(e.generations, s.options.Generation) {
			e = e.absent()
		}
		rows = append(rows, route.Row{Route: e.Route, Handler: s.Wrap(e.Operation, s.handler(e))})
	}
	return route.NewTable(BasePath, func(text string) bool { return text != "" }, rows)
}
