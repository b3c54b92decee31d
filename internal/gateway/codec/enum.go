package codec

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// enumScalar reads an enum by the full name of its value, by that name without
// the prefix of the enum's type, or by number. Numbers that the contract does not
// know pass, as they do over gRPC, and are left to validation.
func enumScalar(desc protoreflect.FieldDescriptor) *scalar {
	numbers := enumNames(desc.Enum())
	want := contract.Want(desc)
	problem := "want " + want
	parse := func(text []byte) (protoreflect.Value, string) {
		if number, ok := numbers[string(text)]; ok {
			return protoreflect.ValueOfEnum(number), ""
		}
		if number, ok := parseSigned(string(text), 32); ok {
			return protoreflect.ValueOfEnum(protoreflect.EnumNumber(number)), ""
		}
		return protoreflect.Value{}, problem
	}
	kinds := `"0`
	if isNullValue(desc) {
		kinds, numbers["null"] = `"0n`, 0
	}
	return &scalar{want: want, kinds: kinds, parse: parse}
}

func enumNames(desc protoreflect.EnumDescriptor) map[string]protoreflect.EnumNumber {
	numbers := map[string]protoreflect.EnumNumber{}
	prefix := contract.EnumPrefix(desc)
	for i := range desc.Values().Len() {
		value := desc.Values().Get(i)
		numbers[strings.TrimPrefix(string(value.Name()), prefix)] = value.Number()
	}
	for i := range desc.Values().Len() { // a full name wins over a short one
		numbers[string(desc.Values().Get(i).Name())] = desc.Values().Get(i).Number()
	}
	return numbers
}
