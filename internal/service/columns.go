package service

import (
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// What can be written at OpenTACT, under which name.
var (
	sipUserInviteColumns = columns{
		"name":        "name",
		"expire_time": "expired_on",
	}
	sipConnectionColumns = columns{
		"name":                          "name",
		"subdomain":                     "subdomain",
		"ip":                            "ip",
		"port":                          "port",
		"active":                        "is_active",
		"product_id":                    "product",
		"class4_ingress_trunk_settings": "class4_ingress_trunk_settings",
		"class4_egress_trunk_settings":  "class4_egress_trunk_settings",
		"outbound_voice_profile_uuid":   "outbound_voice_profile",
	}
)

// writable is the table of all resources that can be written.
var writable = map[protoreflect.FullName]columns{
	"sipfacade.v1.SipUserInvite": sipUserInviteColumns,
	"sipfacade.v1.SipConnection": sipConnectionColumns,
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
