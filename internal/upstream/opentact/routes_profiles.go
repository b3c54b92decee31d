package opentact

import "slices"

// MessagingProfiles are messaging profiles.
var MessagingProfiles = usual("MessagingProfile", "/profile/messaging", documentProfiles)

// OutboundVoiceProfiles are outbound voice profiles.
var OutboundVoiceProfiles = Collection{
	List:   get("ListOutboundVoiceProfiles", "/profile/outbound_voice", description2021),
	Get:    get("GetOutboundVoiceProfileByUUID", "/profile/outbound_voice/{uuid}", description2021),
	Create: create("CreateOutboundVoiceProfile", "/profile/outbound_voice", documentProfiles),
	Update: update("ModifyOutboundVoiceProfile", "/profile/outbound_voice/{uuid}", documentProfiles),
	Delete: remove("RemoveOutboundVoiceProfileByUUID", "/profile/outbound_voice/{uuid}", description2021),
}

func profileRows() []Row {
	return slices.Concat(
		collection(MessagingProfiles, "MessagingProfile", Documented),
		collection(OutboundVoiceProfiles, "OutboundVoiceProfile", Described),
	)
}
