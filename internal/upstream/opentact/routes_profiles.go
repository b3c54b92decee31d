package opentact

// MessagingProfiles are messaging profiles.
var MessagingProfiles = Collection{
	List:   get("ListMessagingProfiles", "/profile/messaging", documentProfiles),
	Get:    get("GetMessagingProfileByUUID", "/profile/messaging/{uuid}", documentProfiles),
	Create: create("CreateMessagingProfile", "/profile/messaging", documentProfiles),
	Update: update("ModifyMessagingProfile", "/profile/messaging/{uuid}", documentProfiles),
	Delete: remove("RemoveMessagingProfileByUUID", "/profile/messaging/{uuid}", documentProfiles),
}

// OutboundVoiceProfiles are outbound voice profiles.
var OutboundVoiceProfiles = Collection{
	List:   get("ListOutboundVoiceProfiles", "/profile/outbound_voice", description2021),
	Get:    get("GetOutboundVoiceProfileByUUID", "/profile/outbound_voice/{uuid}", description2021),
	Create: create("CreateOutboundVoiceProfile", "/profile/outbound_voice", documentProfiles),
	Update: update("ModifyOutboundVoiceProfile", "/profile/outbound_voice/{uuid}", documentProfiles),
	Delete: remove("RemoveOutboundVoiceProfileByUUID", "/profile/outbound_voice/{uuid}", description2021),
}

func profileRows() []Row {
	return append(collection(MessagingProfiles, "MessagingProfile", Documented),
		collection(OutboundVoiceProfiles, "OutboundVoiceProfile", Described)...)
}
