package infinity

import (
	"net/http"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// source is the document that states all of these routes.
const source = "Config API version 2, SIP Phone System"

// Collection is one kind of row with the routes that serve it. A route that the
// vendor does not have is nil.
type Collection struct {
	List, Read, Create, Update, Delete *upstream.Route
	// Pages says that the list takes filter, sort, limit and offset.
	Pages bool
}

// The paths of the collections.
const (
	domain  = "/sip/domains/{domain}"
	user    = domain + "/users/{user}"
	group   = domain + "/groups/{group}"
	queue   = domain + "/queues/{queue}"
	network = "/{network}"
)

// The collections. The paths of trusted networks are spelt as the document spells
// them, each verb in its own way.
var (
	Domains = Collection{
		List:   read("ListSIPDomains", "/sip/domains"),
		Read:   read("ReadSIPDomain", domain),
		Update: update("UpdateSIPDomain", domain),
	}
	Users  = crud("SIPUser", domain+"/users", "/{user}")
	Groups = crud("SIPGroup", domain+"/groups", "/{group}")
	Queues = paged(crud("SIPQueue", domain+"/queues", "/{queue}"))

	QueueMembers = crud("SIPQueueMember", queue+"/members", "/{member}")
	Devices      = paged(crud("PBXDevice", domain+"/devices", "/{device}"))

	TrustedNetworks = Collection{
		List:   read("ListSIPTrustedNetworks", domain+"/trustednetworks"),
		Read:   read("ReadSIPTrustedNetwork", domain+"/trustedNetworks"+network),
		Create: create("CreateSIPTrustedNetwork", domain+"/trustedNetworks"),
		Update: update("UpdateSIPTrustedNetwork", domain+"/trustedNetwork"+network),
		Delete: remove("DeleteSIPTrustedNetwork", domain+"/trustedNetwork"+network),
		Pages:  true,
	}
	UserDevices = Collection{
		List:   read("ListPBXUserDevices", user+"/devices"),
		Read:   read("ReadPBXUserDevice", user+"/devices/{device}"),
		Create: create("CreatePBXUserDevice", user+"/devices"),
		Delete: remove("DeletePBXUserDevice", user+"/devices/{device}"),
		Pages:  true,
	}
	GroupUsers = Collection{
		List: read("ListSIPGroupUsers", group+"/users"),
	}
	UserGroups = Collection{
		List:  read("ListSIPUserGroups", user+"/groups"),
		Pages: true,
	}
)

// The routes that change memberships and order.
var (
	AddGroupUsers = route("AddSIPGroupUsers", http.MethodPost, group+"/users", upstream.Assign)
	// RemoveGroupUsers takes a form on DELETE.
	RemoveGroupUsers = remove("DeleteSIPGroupUsers", group+"/users")
	AddUserGroups    = route("AddSIPUserGroups", http.MethodPost, user+"/groups", upstream.Assign)
	SetMemberOrder   = route("SetSIPQueueMemberOrder", http.MethodPut, queue+"/members/order", upstream.Update)
)

// crud returns a collection whose five routes share a path.
func crud(name, path, parameter string) Collection {
	return Collection{
		List:   read("List"+name+"s", path),
		Read:   read("Read"+name, path+parameter),
		Create: create("Create"+name, path),
		Update: update("Update"+name, path+parameter),
		Delete: remove("Delete"+name, path+parameter),
	}
}

// paged marks a collection whose list takes filter, sort, limit and offset.
func paged(c Collection) Collection {
	c.Pages = true
	return c
}

func read(operation, path string) *upstream.Route {
	return route(operation, http.MethodGet, path, upstream.Read)
}

func create(operation, path string) *upstream.Route {
	return route(operation, http.MethodPost, path, upstream.Create)
}

// update: the vendor updates by POST.
func update(operation, path string) *upstream.Route {
	return route(operation, http.MethodPost, path, upstream.Update)
}

func remove(operation, path string) *upstream.Route {
	return route(operation, http.MethodDelete, path, upstream.Delete)
}

func route(operation, method, path string, action upstream.Action) *upstream.Route {
	return &upstream.Route{Operation: operation, Method: method, Path: path, Action: action, Source: source}
}

// NetworkSegments returns the spellings of the path segment of trusted networks in the document.
func NetworkSegments() []string {
	return []string{"trustednetworks", "trustedNetworks", "trustedNetwork"}
}

// Routes returns the table of every vendor operation that the service uses.
func Routes() []*upstream.Route {
	routes := []*upstream.Route{AddGroupUsers, RemoveGroupUsers, AddUserGroups, SetMemberOrder}
	for _, c := range []Collection{
		Domains, Users, Groups, Queues, QueueMembers, Devices, TrustedNetworks, UserDevices, GroupUsers, UserGroups,
	} {
		for _, route := range []*upstream.Route{c.List, c.Read, c.Create, c.Update, c.Delete} {
			if route != nil {
				routes = append(routes, route)
			}
		}
	}
	return routes
}
