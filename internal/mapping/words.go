package mapping

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// words are the vendors' words for the values of the contract's enums.
var words = map[protoreflect.FullName]map[protoreflect.EnumNumber]string{
	"sipfacade.v1.TrunkMediaType": {
		sipfacadev1.TrunkMediaType_TRUNK_MEDIA_TYPE_BYPASS_MEDIA.Number():            "Bypass Media",
		sipfacadev1.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA_TRANSCODING.Number(): "Proxy Media + Transcoding",
		sipfacadev1.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA.Number():             "Proxy Media",
	},
	"sipfacade.v1.PbxRingStrategy": {
		sipfacadev1.PbxRingStrategy_PBX_RING_STRATEGY_ALL.Number():               "all",
		sipfacadev1.PbxRingStrategy_PBX_RING_STRATEGY_HUNT_LONGEST_IDLE.Number(): "huntLongestIdle",
	},
}

// Word returns the vendor's word for the value of an enum, or "" if there is none.
func Word(enum protoreflect.FullName, value protoreflect.EnumNumber) string {
	return words[enum][value]
}

// Value returns the value of an enum for a vendor's word, ignoring its case and the space
// around it; ok is false for a word that is not in the table.
func Value(enum protoreflect.FullName, word string) (value protoreflect.EnumNumber, ok bool) {
	word = strings.TrimSpace(word)
	for value, known := range words[enum] {
		if strings.EqualFold(known, word) {
			return value, true
		}
	}
	return 0, false
}
