package contract

import (
	"reflect"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// GoNames returns the names of a message's fields in its generated struct, from its tags. The
// generators need them.
func GoNames(kind protoreflect.MessageType) map[protoreflect.Name]string {
	names := map[protoreflect.Name]string{}
	structure := reflect.TypeOf(kind.Zero().Interface()).Elem()
	for i := range structure.NumField() {
		for part := range strings.SplitSeq(structure.Field(i).Tag.Get("protobuf"), ",") {
			if name, ok := strings.CutPrefix(part, "name="); ok {
				names[protoreflect.Name(name)] = structure.Field(i).Name
			}
		}
	}
	return names
}
