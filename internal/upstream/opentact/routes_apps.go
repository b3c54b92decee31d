package opentact

import (
	"net/http"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// The routes of control apps and their calls, below the base URL.
var (
	routeListApps = &upstream.Route{
		Operation: "ListSIPControlApps", Method: http.MethodGet,
		Path:   "/sip/app",
		Action: upstream.Read, Source: documentApps,
	}
	routeGetApp = &upstream.Route{
		Operation: "GetSIPControlAppByUUID", Method: http.MethodGet,
		Path:   "/sip/app/{uuid}",
		Action: upstream.Read, Source: documentApps,
	}
	routeCreateApp = &upstream.Route{
		Operation: "CreateSIPControlApp", Method: http.MethodPost,
		Path:   "/sip/app",
		Action: upstream.Create, Source: documentApps,
	}
	routeUpdateApp = &upstream.Route{
		Operation: "ModifySIPControlApp", Method: http.MethodPatch,
		Path:   "/sip/app/{uuid}",
		Action: upstream.Update, Source: documentApps,
	}
	routeDeleteApp = &upstream.Route{
		Operation: "RemoveSIPControlAppByUUID", Method: http.MethodDelete,
		Path:   "/sip/app/{uuid}",
		Action: upstream.Delete, Source: documentApps,
	}
	routeAssignAppLeases = &upstream.Route{
		Operation: "AssignTNLeasesToSIPControlApp", Method: http.MethodPost,
		Path:   "/sip/app/{uuid}/tnlease",
		Action: upstream.Assign, Source: documentApps,
	}
	routeListAppLeases = &upstream.Route{
		Operation: "GetSIPControlAppTNLeasesList", Method: http.MethodGet,
		Path:   "/sip/app/{uuid}/tnlease",
		Action: upstream.Read, Source: documentApps,
	}
	routeExecuteCallFlow = &upstream.Route{
		Operation: "ExecuteSIPControlAppCallExecuteCallFlow", Method: http.MethodPost,
		Path:   "/sip/app/call/{uuid}",
		Action: upstream.Assign, Source: documentApps,
	}
)
