package opentact

import (
	"net/http"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// MessagingProfiles are messaging profiles.
var MessagingProfiles = Collection{
	List: &upstream.Route{
		Operation: "ListMessagingProfiles", Method: http.MethodGet,
		Path:   "/profile/messaging",
		Action: upstream.Read, Source: documentProfiles,
	},
	Get: &upstream.Route{
		Operation: "GetMessagingProfileByUUID", Method: http.MethodGet,
		Path:   "/profile/messaging/{uuid}",
		Action: upstream.Read, Source: documentProfiles,
	},
	Create: &upstream.Route{
		Operation: "CreateMessagingProfile", Method: http.MethodPost,
		Path:   "/profile/messaging",
		Action: upstream.Create, Source: documentProfiles,
	},
	Update: &upstream.Route{
		Operation: "ModifyMessagingProfile", Method: http.MethodPatch,
		Path:   "/profile/messaging/{uuid}",
		Action: upstream.Update, Source: documentProfiles,
	},
	Delete: &upstream.Route{
		Operation: "RemoveMessagingProfileByUUID", Method: http.MethodDelete,
		Path:   "/profile/messaging/{uuid}",
		Action: upstream.Delete, Source: documentProfiles,
	},
}

// OutboundVoiceProfiles are outbound voice profiles.
var OutboundVoiceProfiles = Collection{
	List: &upstream.Route{
		Operation: "ListOutboundVoiceProfiles", Method: http.MethodGet,
		Path:   "/profile/outbound_voice",
		Action: upstream.Read, Source: description2021,
	},
	Get: &upstream.Route{
		Operation: "GetOutboundVoiceProfileByUUID", Method: http.MethodGet,
		Path:   "/profile/outbound_voice/{uuid}",
		Action: upstream.Read, Source: description2021,
	},
	Create: &upstream.Route{
		Operation: "CreateOutboundVoiceProfile", Method: http.MethodPost,
		Path:   "/profile/outbound_voice",
		Action: upstream.Create, Source: documentProfiles,
	},
	Update: &upstream.Route{
		Operation: "ModifyOutboundVoiceProfile", Method: http.MethodPatch,
		Path:   "/profile/outbound_voice/{uuid}",
		Action: upstream.Update, Source: documentProfiles,
	},
	Delete: &upstream.Route{
		Operation: "RemoveOutboundVoiceProfileByUUID", Method: http.MethodDelete,
		Path:   "/profile/outbound_voice/{uuid}",
		Action: upstream.Delete, Source: description2021,
	},
}
