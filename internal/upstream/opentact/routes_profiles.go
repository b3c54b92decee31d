package opentact

import (
	"net/http"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// The routes of messaging and voice profiles, below the base URL.
var (
	routeListMessagingProfiles = &upstream.Route{
		Operation: "ListMessagingProfiles", Method: http.MethodGet,
		Path:   "/profile/messaging",
		Action: upstream.Read, Source: documentProfiles,
	}
	routeGetMessagingProfile = &upstream.Route{
		Operation: "GetMessagingProfileByUUID", Method: http.MethodGet,
		Path:   "/profile/messaging/{uuid}",
		Action: upstream.Read, Source: documentProfiles,
	}
	routeCreateMessagingProfile = &upstream.Route{
		Operation: "CreateMessagingProfile", Method: http.MethodPost,
		Path:   "/profile/messaging",
		Action: upstream.Create, Source: documentProfiles,
	}
	routeUpdateMessagingProfile = &upstream.Route{
		Operation: "ModifyMessagingProfile", Method: http.MethodPatch,
		Path:   "/profile/messaging/{uuid}",
		Action: upstream.Update, Source: documentProfiles,
	}
	routeDeleteMessagingProfile = &upstream.Route{
		Operation: "RemoveMessagingProfileByUUID", Method: http.MethodDelete,
		Path:   "/profile/messaging/{uuid}",
		Action: upstream.Delete, Source: documentProfiles,
	}
	routeListVoiceProfiles = &upstream.Route{
		Operation: "ListOutboundVoiceProfiles", Method: http.MethodGet,
		Path:   "/profile/outbound_voice",
		Action: upstream.Read, Source: description2021,
	}
	routeGetVoiceProfile = &upstream.Route{
		Operation: "GetOutboundVoiceProfileByUUID", Method: http.MethodGet,
		Path:   "/profile/outbound_voice/{uuid}",
		Action: upstream.Read, Source: description2021,
	}
	routeCreateVoiceProfile = &upstream.Route{
		Operation: "CreateOutboundVoiceProfile", Method: http.MethodPost,
		Path:   "/profile/outbound_voice",
		Action: upstream.Create, Source: documentProfiles,
	}
	routeUpdateVoiceProfile = &upstream.Route{
		Operation: "ModifyOutboundVoiceProfile", Method: http.MethodPatch,
		Path:   "/profile/outbound_voice/{uuid}",
		Action: upstream.Update, Source: documentProfiles,
	}
	routeDeleteVoiceProfile = &upstream.Route{
		Operation: "RemoveOutboundVoiceProfileByUUID", Method: http.MethodDelete,
		Path:   "/profile/outbound_voice/{uuid}",
		Action: upstream.Delete, Source: description2021,
	}
)
