package service

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// What can be written at OpenTACT, under which name.
var (
	sipUserInvites = kind[opentact.Invite, *pb.SipUserInvite]{"sip_user_invite", columns{
		"name":        "name",
		"expire_time": "expired_on",
	}, sipUserInvite}

	sipConnections = kind[opentact.Connection, *pb.SipConnection]{"sip_connection", columns{
		"name":                          "name",
		"subdomain":                     "subdomain",
		"ip":                            "ip",
		"port":                          "port",
		"active":                        "is_active",
		"product_id":                    "product",
		"class4_ingress_trunk_settings": "class4_ingress_trunk_settings",
		"class4_egress_trunk_settings":  "class4_egress_trunk_settings",
		"outbound_voice_profile_uuid":   "outbound_voice_profile",
	}, sipConnection}

	sipApps = kind[opentact.App, *pb.SipApp]{"sip_app", columns{
		"name":                         "name",
		"subdomain":                    "subdomain",
		"active":                       "is_active",
		"class4_egress_trunk_settings": "class4_egress_trunk_settings",
		"outbound_voice_profile_uuid":  "outbound_voice_profile",
	}, sipApp}

	messagingProfiles = kind[opentact.MessagingProfile, *pb.MessagingProfile]{"messaging_profile", columns{
		"name":                  "name",
		"callback_url":          "callback_url",
		"failover_callback_url": "callback_url2",
		"number_pool_enabled":   "number_pool_enable",
		"long_code_weight":      "long_code_weight",
		"toll_free_weight":      "tollfree_weight",
		"skip_unhealthy_tns":    "skip_unhealthy_tns",
		"sticky_sender":         "sticky_sender",
	}, messagingProfile}

	outboundVoiceProfiles = kind[opentact.VoiceProfile, *pb.OutboundVoiceProfile]{"outbound_voice_profile", columns{
		"name":              "name",
		"tech_prefix":       "tech_prefix",
		"channel_limit":     "channel_limit",
		"max_rate":          "max_rate",
		"record_calls":      "record_calls",
		"daily_spend_limit": "daily_spend_limit",
		"file_format":       "filemat",
		"audio_track_type":  "audio_track_type",
	}, outboundVoiceProfile}
)

// writable is the table of all resources that can be written.
var writable = map[protoreflect.FullName]columns{
	"sipfacade.v1.SipUserInvite":        sipUserInvites.written,
	"sipfacade.v1.SipConnection":        sipConnections.written,
	"sipfacade.v1.SipApp":               sipApps.written,
	"sipfacade.v1.MessagingProfile":     messagingProfiles.written,
	"sipfacade.v1.OutboundVoiceProfile": outboundVoiceProfiles.written,
}

// The vendor's words for our enums.
var (
	mediaTypes = map[protoreflect.EnumNumber]string{
		pb.MediaType_MEDIA_TYPE_BYPASS_MEDIA.Number():            "Bypass Media",
		pb.MediaType_MEDIA_TYPE_PROXY_MEDIA_TRANSCODING.Number(): "Proxy Media + Transcoding",
		pb.MediaType_MEDIA_TYPE_PROXY_MEDIA.Number():             "Proxy Media",
	}
	fileFormats = map[protoreflect.EnumNumber]string{
		pb.FileFormat_FILE_FORMAT_WAV.Number(): "wav",
		pb.FileFormat_FILE_FORMAT_MP3.Number(): "mp3",
	}
)

// enumOf finds the enum value of a vendor word, ignoring case; ok is false for a
// word that is not in the table.
func enumOf[E ~int32](words map[protoreflect.EnumNumber]string, word string) (value E, ok bool) {
	for number, known := range words {
		if equalFold(known, word) {
			return E(number), true
		}
	}
	return 0, false
}
