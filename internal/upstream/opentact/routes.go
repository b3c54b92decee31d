package opentact

import (
	"net/http"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// Where the routes come from: the pages of the vendor's documentation of 2020, on
// which the contract is built, and the vendor's own API description of 2021; see
// docs/upstreams.md.
const (
	documentInvites     = "documentation 2020, SIP User Invite"
	documentLeases      = "documentation 2020, SIP TN Leases"
	documentConnections = "documentation 2020, SIP Connection"
	documentAuth        = "documentation 2020, Authentication"
	documentApps        = "documentation 2020, SIP Control App"
	documentProfiles    = "documentation 2020, Profile"
	description2021     = "API description 2021"
)

// The routes of the login, connections, invites and products, below the base URL.
var (
	routeAuth = &upstream.Route{
		Operation: "Auth", Method: http.MethodGet, Path: "/auth",
		Action: upstream.Read, Source: documentAuth,
	}
	routeCreateInvite = &upstream.Route{
		Operation: "CreateSIPUserInvite", Method: http.MethodPost,
		Path:   "/sip/connection/{sip_connection_uuid}/invites",
		Action: upstream.Create, Source: documentInvites,
	}
	routeListInvites = &upstream.Route{
		Operation: "ListSIPUserInvites", Method: http.MethodGet,
		Path:   "/sip/connection/{sip_connection_uuid}/invites",
		Action: upstream.Read, Source: documentInvites,
	}
	routeUpdateInvite = &upstream.Route{
		Operation: "ModifySIPUserInvite", Method: http.MethodPatch,
		Path:   "/sip/connection/{sip_connection_uuid}/invites/{uuid}",
		Action: upstream.Update, Source: documentInvites,
	}
	routeDeleteInvite = &upstream.Route{
		Operation: "RemoveSIPUserInviteByUUID", Method: http.MethodDelete,
		Path:   "/sip/connection/{sip_connection_uuid}/invites/{uuid}",
		Action: upstream.Delete, Source: documentInvites,
	}
	routeAssignConnectionLeases = &upstream.Route{
		Operation: "AssignTNLeasesToSIPConnection", Method: http.MethodPost,
		Path:   "/sip/connection/{uuid}/tnlease",
		Action: upstream.Assign, Source: documentLeases,
	}
	routeListConnectionLeases = &upstream.Route{
		Operation: "GETSIPConnectionTNLeasesList", Method: http.MethodGet,
		Path:   "/sip/connection/{uuid}/tnlease",
		Action: upstream.Read, Source: documentLeases,
	}
	routeListConnections = &upstream.Route{
		Operation: "ListSIPConnections", Method: http.MethodGet,
		Path:   "/sip/connection",
		Action: upstream.Read, Source: description2021,
	}
	routeGetConnection = &upstream.Route{
		Operation: "GetSIPConnectionByUUID", Method: http.MethodGet,
		Path:   "/sip/connection/{uuid}",
		Action: upstream.Read, Source: description2021,
	}
	routeCreateConnection = &upstream.Route{
		Operation: "CreateSIPConnection", Method: http.MethodPost,
		Path:   "/sip/connection",
		Action: upstream.Create, Source: documentConnections,
	}
	routeUpdateConnection = &upstream.Route{
		Operation: "ModifySIPConnection", Method: http.MethodPatch,
		Path:   "/sip/connection/{uuid}",
		Action: upstream.Update, Source: documentConnections,
	}
	routeDeleteConnection = &upstream.Route{
		Operation: "RemoveSIPConnectionByID", Method: http.MethodDelete,
		Path:   "/sip/connection/{uuid}",
		Action: upstream.Delete, Source: description2021,
	}
	routeListProducts = &upstream.Route{
		Operation: "GetSIPConnectionProductsList", Method: http.MethodGet,
		Path:   "/sip/connection/product",
		Action: upstream.Read, Source: documentConnections,
	}
	routeListProductsSinceGen2 = &upstream.Route{
		Operation: "GetSIPConnectionProductsList", Method: http.MethodGet,
		Path:   "/sip/product",
		Action: upstream.Read, Source: description2021,
	}
)

// Routes is the table of every vendor operation that the service uses.
func Routes() []*upstream.Route {
	return []*upstream.Route{
		routeAuth,
		routeCreateInvite, routeListInvites, routeUpdateInvite, routeDeleteInvite,
		routeAssignConnectionLeases, routeListConnectionLeases,
		routeListConnections, routeGetConnection, routeCreateConnection,
		routeUpdateConnection, routeDeleteConnection,
		routeListProducts, routeListProductsSinceGen2,
		routeListApps, routeGetApp, routeCreateApp, routeUpdateApp, routeDeleteApp,
		routeAssignAppLeases, routeListAppLeases, routeExecuteCallFlow,
		routeListMessagingProfiles, routeGetMessagingProfile, routeCreateMessagingProfile,
		routeUpdateMessagingProfile, routeDeleteMessagingProfile,
		routeListVoiceProfiles, routeGetVoiceProfile, routeCreateVoiceProfile,
		routeUpdateVoiceProfile, routeDeleteVoiceProfile,
	}
}
