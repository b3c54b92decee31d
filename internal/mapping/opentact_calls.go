package mapping

// What would do in generation 1, which has neither SIP domains nor users of their own.
const (
	noDomains = "set subdomain of the connection or app"
	noUsers   = "GetSipConnection shows the connection's users; CreateSipUserInvite lets a user register"
)

// opentactCalls are the calls that not all generations of OpenTACT's API can serve.
var opentactCalls = []Call{
	sinceTwo("ListSipDomains", noDomains), sinceTwo("GetSipDomain", noDomains), sinceTwo("CreateSipDomain", noDomains),
	sinceTwo("UpdateSipDomain", noDomains), sinceTwo("DeleteSipDomain", noDomains),
	sinceTwo("ListSipUsers", noUsers), sinceTwo("GetSipUser", noUsers), sinceTwo("CreateSipUser", noUsers),
	sinceTwo("UpdateSipUser", noUsers), sinceTwo("DeleteSipUser", noUsers),
}

func sinceTwo(method, instead string) Call {
	return Call{Service: "SipConnectionService", Method: method, In: SinceTwo, Instead: instead}
}

// opentactArguments are the arguments of requests that not all generations have.
var opentactArguments = []Argument{{
	Requests: []string{
		"CreateSipUserInviteRequest", "ListSipUserInvitesRequest", "GetSipUserInviteRequest",
		"UpdateSipUserInviteRequest", "DeleteSipUserInviteRequest",
	},
	Field: "sip_domain", In: SinceTwo, Instead: inviteOfConnection,
}}
