package opentact

import (
	"net/http"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// Apps are call-control apps.
var Apps = Collection{
	List: &upstream.Route{
		Operation: "ListSIPControlApps", Method: http.MethodGet,
		Path:   "/sip/app",
		Action: upstream.Read, Source: documentApps,
	},
	Get: &upstream.Route{
		Operation: "GetSIPControlAppByUUID", Method: http.MethodGet,
		Path:   "/sip/app/{uuid}",
		Action: upstream.Read, Source: documentApps,
	},
	Create: &upstream.Route{
		Operation: "CreateSIPControlApp", Method: http.MethodPost,
		Path:   "/sip/app",
		Action: upstream.Create, Source: documentApps,
	},
	Update: &upstream.Route{
		Operation: "ModifySIPControlApp", Method: http.MethodPatch,
		Path:   "/sip/app/{uuid}",
		Action: upstream.Update, Source: documentApps,
	},
	Delete: &upstream.Route{
		Operation: "RemoveSIPControlAppByUUID", Method: http.MethodDelete,
		Path:   "/sip/app/{uuid}",
		Action: upstream.Delete, Source: documentApps,
	},
}

// The routes of the numbers and calls of apps.
var (
	// ListAppLeases lists the numbers of an app.
	ListAppLeases = &upstream.Route{
		Operation: "GetSIPControlAppTNLeasesList", Method: http.MethodGet,
		Path:   "/sip/app/{uuid}/tnlease",
		Action: upstream.Read, Source: documentApps,
	}
	// AssignAppLeases assigns numbers to an app and takes others away.
	AssignAppLeases = &upstream.Route{
		Operation: "AssignTNLeasesToSIPControlApp", Method: http.MethodPost,
		Path:   "/sip/app/{uuid}/tnlease",
		Action: upstream.Assign, Source: documentApps,
	}
	// ListOnlineCalls lists the calls that are online.
	ListOnlineCalls = &upstream.Route{
		Operation: "GetOnlineCalls", Method: http.MethodGet,
		Path:   "/sip/app/call/online",
		Action: upstream.Read, Source: description2021,
	}
	// ExecuteRoute runs a call flow.
	ExecuteRoute = &upstream.Route{
		Operation: "ExecuteSIPControlAppCallExecuteCallFlow", Method: http.MethodPost,
		Path:   "/sip/app/call/{uuid}",
		Action: upstream.Assign, Source: documentApps,
	}
)
