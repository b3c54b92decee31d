package contract_test

import (
	"strings"
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sipfacade/sipfacade/internal/contract"
)

func TestEnumPrefix(t *testing.T) {
	t.Parallel()
	enums := 0
	protoregistry.GlobalTypes.RangeEnums(func(found protoreflect.EnumType) bool {
		enum := found.Descriptor()
		if enum.ParentFile().Package() != "sipfacade.v1" {
			return true
		}
		enums++
		for i := range enum.Values().Len() {
			if name := string(enum.Values().Get(i).Name()); !strings.HasPrefix(name, contract.EnumPrefix(enum)) {
				t.Errorf("%s does not begin with %s", name, contract.EnumPrefix(enum))
			}
		}
		return true
	})
	if enums < 3 {
		t.Errorf("found %d enums", enums)
	}
}
