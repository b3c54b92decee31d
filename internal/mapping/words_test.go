package mapping

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

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
