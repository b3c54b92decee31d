package mapping

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// TestVendorWords: a word is the name of its value in camel case, or stands in the table.
func TestVendorWords(t *testing.T) {
	t.Parallel()
	for value, want := range map[protoreflect.Enum]string{
		sipfacadev1.PbxRingStrategy_PBX_RING_STRATEGY_ALL:                   "all",
		sipfacadev1.PbxRingStrategy_PBX_RING_STRATEGY_HUNT_LONGEST_IDLE:     "huntLongestIdle",
		sipfacadev1.TrunkMediaType_TRUNK_MEDIA_TYPE_BYPASS_MEDIA:            "Bypass Media",
		sipfacadev1.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA_TRANSCODING: "Proxy Media + Transcoding",
		sipfacadev1.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA:             "Proxy Media",
	} {
		if got := Word(value.Descriptor().FullName(), value.Number()); got != want {
			t.Errorf("%v is the word %q, want %q", value, got, want)
		}
	}
}

// TestWords: every enum that callers send has a word for each of its values, and each word
// leads back.
func TestWords(t *testing.T) {
	t.Parallel()
	for _, enum := range []protoreflect.EnumDescriptor{
		sipfacadev1.TrunkMediaType(0).Descriptor(), sipfacadev1.PbxRingStrategy(0).Descriptor(),
	} {
		for i := range enum.Values().Len() {
			value := enum.Values().Get(i)
			word := Word(enum.FullName(), value.Number())
			if (word != "") == (value.Number() == 0) {
				t.Errorf("%s has the word %q", value.Name(), word)
			}
			for _, written := range []string{word, strings.ToUpper(word), " " + word + " "} {
				if back, found := Value(enum.FullName(), written); found != (word != "") || back != value.Number() {
					t.Errorf("%q leads to %d", written, back)
				}
			}
		}
		if _, found := Value(enum.FullName(), "another"); found {
			t.Errorf("%s knows another word", enum.Name())
		}
	}
}
