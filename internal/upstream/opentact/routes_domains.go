package opentact

// Domains are SIP domains, which only later generations have.
var Domains = Collection{
	List:   get("ListSIPDomains", "/sip/domain", description2021),
	Get:    get("GetSIPDomain", "/sip/domain/{domain}", description2021),
	Create: create("CreateSIPDomain", "/sip/domain", description2021),
	Update: update("ModifySIPDomain", "/sip/domain/{domain}", description2021),
	Delete: remove("RemoveSIPDomain", "/sip/domain/{domain}", description2021),
}

// Users are the SIP users of a domain.
var Users = Collection{
	List:   get("ListSIPUsers", "/sip/domain/{domain}/user", description2021),
	Get:    get("GetSIPUser", "/sip/domain/{domain}/user/{uuid}", description2021),
	Create: create("CreateSIPUser", "/sip/domain/{domain}/user", description2021),
	Update: update("ModifySIPUser", "/sip/domain/{domain}/user/{uuid}", description2021),
	Delete: remove("RemoveSIPUser", "/sip/domain/{domain}/user/{uuid}", description2021),
}

func domainRows() (rows []Row) {
	for _, of := range []struct {
		Collection
		body string
	}{{Domains, "SipDomain"}, {Users, "SipUser"}} {
		rows = append(rows,
			since(of.List, "", AnswersList), since(of.Get, "", AnswersObject),
			since(of.Create, of.body, AnswersObject), since(of.Update, of.body, AnswersObject),
			since(of.Delete, "", AnswersObject),
		)
	}
	return rows
}
