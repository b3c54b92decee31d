package opentact

import (
	"net/http"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// Domains are SIP domains, which only later generations have.
var Domains = Collection{
	List: &upstream.Route{
		Operation: "ListSIPDomains", Method: http.MethodGet,
		Path:   "/sip/domain",
		Action: upstream.Read, Source: description2021,
	},
	Get: &upstream.Route{
		Operation: "GetSIPDomain", Method: http.MethodGet,
		Path:   "/sip/domain/{domain}",
		Action: upstream.Read, Source: description2021,
	},
	Create: &upstream.Route{
		Operation: "CreateSIPDomain", Method: http.MethodPost,
		Path:   "/sip/domain",
		Action: upstream.Create, Source: description2021,
	},
	Update: &upstream.Route{
		Operation: "ModifySIPDomain", Method: http.MethodPatch,
		Path:   "/sip/domain/{domain}",
		Action: upstream.Update, Source: description2021,
	},
	Delete: &upstream.Route{
		Operation: "RemoveSIPDomain", Method: http.MethodDelete,
		Path:   "/sip/domain/{domain}",
		Action: upstream.Delete, Source: description2021,
	},
}

// Users are the SIP users of a domain.
var Users = Collection{
	List: &upstream.Route{
		Operation: "ListSIPUsers", Method: http.MethodGet,
		Path:   "/sip/domain/{domain}/user",
		Action: upstream.Read, Source: description2021,
	},
	Get: &upstream.Route{
		Operation: "GetSIPUser", Method: http.MethodGet,
		Path:   "/sip/domain/{domain}/user/{uuid}",
		Action: upstream.Read, Source: description2021,
	},
	Create: &upstream.Route{
		Operation: "CreateSIPUser", Method: http.MethodPost,
		Path:   "/sip/domain/{domain}/user",
		Action: upstream.Create, Source: description2021,
	},
	Update: &upstream.Route{
		Operation: "ModifySIPUser", Method: http.MethodPatch,
		Path:   "/sip/domain/{domain}/user/{uuid}",
		Action: upstream.Update, Source: description2021,
	},
	Delete: &upstream.Route{
		Operation: "RemoveSIPUser", Method: http.MethodDelete,
		Path:   "/sip/domain/{domain}/user/{uuid}",
		Action: upstream.Delete, Source: description2021,
	},
}
