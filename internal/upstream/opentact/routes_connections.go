package opentact

import (
	"net/http"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// Connections are SIP connections.
var Connections = Collection{
	List: &upstream.Route{
		Operation: "ListSIPConnections", Method: http.MethodGet,
		Path:   "/sip/connection",
		Action: upstream.Read, Source: description2021,
	},
	Get: &upstream.Route{
		Operation: "GetSIPConnectionByUUID", Method: http.MethodGet,
		Path:   "/sip/connection/{uuid}",
		Action: upstream.Read, Source: description2021,
	},
	Create: &upstream.Route{
		Operation: "CreateSIPConnection", Method: http.MethodPost,
		Path:   "/sip/connection",
		Action: upstream.Create, Source: documentConnections,
	},
	Update: &upstream.Route{
		Operation: "ModifySIPConnection", Method: http.MethodPatch,
		Path:   "/sip/connection/{uuid}",
		Action: upstream.Update, Source: documentConnections,
	},
	Delete: &upstream.Route{
		Operation: "RemoveSIPConnectionByID", Method: http.MethodDelete,
		Path:   "/sip/connection/{uuid}",
		Action: upstream.Delete, Source: description2021,
	},
}

// Invites are the invites of a connection. The vendor has no call to read one of them.
var Invites = Collection{
	List: &upstream.Route{
		Operation: "ListSIPUserInvites", Method: http.MethodGet,
		Path:   "/sip/connection/{sip_connection_uuid}/invites",
		Action: upstream.Read, Source: documentInvites,
	},
	Create: &upstream.Route{
		Operation: "CreateSIPUserInvite", Method: http.MethodPost,
		Path:   "/sip/connection/{sip_connection_uuid}/invites",
		Action: upstream.Create, Source: documentInvites,
	},
	Update: &upstream.Route{
		Operation: "ModifySIPUserInvite", Method: http.MethodPatch,
		Path:   "/sip/connection/{sip_connection_uuid}/invites/{uuid}",
		Action: upstream.Update, Source: documentInvites,
	},
	Delete: &upstream.Route{
		Operation: "RemoveSIPUserInviteByUUID", Method: http.MethodDelete,
		Path:   "/sip/connection/{sip_connection_uuid}/invites/{uuid}",
		Action: upstream.Delete, Source: documentInvites,
	},
}

// The routes of the numbers and products of connections.
var (
	// ListConnectionLeases lists the numbers of a connection.
	ListConnectionLeases = &upstream.Route{
		Operation: "GETSIPConnectionTNLeasesList", Method: http.MethodGet,
		Path:   "/sip/connection/{uuid}/tnlease",
		Action: upstream.Read, Source: documentLeases,
	}
	// AssignConnectionLeases assigns numbers to a connection and takes others away.
	AssignConnectionLeases = &upstream.Route{
		Operation: "AssignTNLeasesToSIPConnection", Method: http.MethodPost,
		Path:   "/sip/connection/{uuid}/tnlease",
		Action: upstream.Assign, Source: documentLeases,
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
