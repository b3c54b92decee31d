package opentact

import (
	"errors"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// errAnother says that the vendor answered another resource than the one that was asked for.
var errAnother = errors.New("the answer shows another resource")

// identify reports whether an answer shows the resource with an id, or any resource if the id
// is "". A resource that does not show its key gets the id.
func (k kind[M, R]) identify(shown *M, id string) bool {
	switch found := k.id(shown); {
	case found == "" && id != "":
		reflected := R(shown).ProtoReflect()
		reflected.Set(reflected.Descriptor().Fields().ByName(k.key), protoreflect.ValueOfString(id))
		return true
	case id == "":
		return found != ""
	default:
		return strings.EqualFold(found, id)
	}
}
