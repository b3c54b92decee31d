package opentact

import "github.com/sipfacade/sipfacade/internal/upstream"

// Connections are SIP connections.
var Connections = Collection{
	List:   get("ListSIPConnections", "/sip/connection", description2021),
	Get:    get("GetSIPConnectionByUUID", "/sip/connection/{uuid}", description2021),
	Create: create("CreateSIPConnection", "/sip/connection", documentConnections),
	Update: update("ModifySIPConnection", "/sip/connection/{uuid}", documentConnections),
	Delete: remove("RemoveSIPConnectionByID", "/sip/connection/{uuid}", description2021),
}

// Invites are the invites of a connection. The vendor has no call to read one of them.
var Invites = Collection{
	List:   get("ListSIPUserInvites", "/sip/connection/{sip_connection_uuid}/invites", documentInvites),
	Create: create("CreateSIPUserInvite", "/sip/connection/{sip_connection_uuid}/invites", documentInvites),
	Update: update("ModifySIPUserInvite", "/sip/connection/{sip_connection_uuid}/invites/{uuid}", documentInvites),
	Delete: remove("RemoveSIPUserInviteByUUID", "/sip/connection/{sip_connection_uuid}/invites/{uuid}", documentInvites),
}

// The routes of the numbers and products of connections.
var (
	// ListConnectionLeases lists the numbers of a connection.
	ListConnectionLeases = get("GETSIPConnectionTNLeasesList", "/sip/connection/{uuid}/tnlease", documentLeases)
	// AssignConnectionLeases assigns numbers to a connection and takes others away.
	AssignConnectionLeases     = assign("AssignTNLeasesToSIPConnection", "/sip/connection/{uuid}/tnlease", documentLeases)
	routeListProducts          = get("GetSIPConnectionProductsList", "/sip/connection/product", documentConnections)
	routeListProductsSinceGen2 = get("GetSIPConnectionProductsList", "/sip/product", description2021)
)

func connectionRows() []Row {
	rows := collection(Connections, "SipConnection", Described)
	return append(rows,
		same(ListConnectionLeases, "", AnswersList, Documented),
		assignRow(AssignConnectionLeases),
		Row{routeListProducts, []Version{
			{first, routeListProducts.Path, "", AnswersList, Documented, documentConnections},
			{later, routeListProductsSinceGen2.Path, "", AnswersList, Described, description2021},
		}},
	)
}

// assignRow returns a row of an assignment. The documentation of 2022 shows UUID strings as the
// answer for connections; that apps answer so too is inferred.
func assignRow(route *upstream.Route) Row {
	third2022 := Version{third, route.Path, assignmentKeys, AnswersUUIDs, Documented, documentation2022}
	if route == AssignAppLeases {
		third2022.Certainty = Inferred
	}
	return Row{route, []Version{
		{first, route.Path, assignmentKeys, AnswersList, Documented, route.Source},
		{second, route.Path, assignmentKeys, AnswersList, Described, description2021},
		third2022,
	}}
}

// inviteRows: later generations have invites below a SIP domain. None has a route for one.
func inviteRows() []Row {
	const list, one = "/sip/domain/{domain}/invite", "/sip/domain/{domain}/invite/{uuid}"
	moved := func(route *upstream.Route, path, body string, answer Answer) Row {
		return Row{route, []Version{
			{first, route.Path, body, answer, Documented, documentInvites},
			{later, path, body, answer, Described, description2021},
		}}
	}
	return []Row{
		moved(Invites.List, list, "", AnswersList), moved(Invites.Create, list, "SipUserInvite", AnswersObject),
		moved(Invites.Update, one, "SipUserInvite", AnswersObject), moved(Invites.Delete, one, "", AnswersObject),
	}
}
