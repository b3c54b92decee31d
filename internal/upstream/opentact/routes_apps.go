package opentact

import "github.com/sipfacade/sipfacade/internal/opentactapi"

// Apps are call-control apps.
var Apps = usual("SIPControlApp", "/sip/app", documentApps)

// The routes of the numbers and calls of apps.
var (
	// ListAppLeases lists the numbers of an app.
	ListAppLeases = get("GetSIPControlAppTNLeasesList", "/sip/app/{uuid}/tnlease", documentApps)
	// AssignAppLeases assigns numbers to an app and takes others away.
	AssignAppLeases = assign("AssignTNLeasesToSIPControlApp", "/sip/app/{uuid}/tnlease", documentApps)
	// ListOnlineCalls lists the calls that are online.
	ListOnlineCalls = get("GetOnlineCalls", "/sip/app/call/online", description2021)
	// ExecuteRoute runs a call flow.
	ExecuteRoute = assign("ExecuteSIPControlAppCallExecuteCallFlow", "/sip/app/call/{uuid}", documentApps)
)

func appRows() []Row {
	execute := Row{ExecuteRoute, []Version{
		{[]opentactapi.Generation{opentactapi.Generation1, opentactapi.Generation2}, ExecuteRoute.Path, callFlowPart, AnswersObject, Documented, documentApps},
		{third, "/call/sca/{uuid}", callFlowPart, AnswersObject, Observed, clients2023},
	}}
	return append(collection(Apps, "SipApp", Documented),
		same(ListAppLeases, "", AnswersList, Documented), assignRow(AssignAppLeases),
		same(ListOnlineCalls, "", AnswersList, Described), execute,
	)
}
