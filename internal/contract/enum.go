package contract

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
)

// EnumPrefix returns what the names of an enum's values begin with: the name of the type
// in upper case, FILE_FORMAT_ for FileFormat. The contract's own lint rules hold that.
func EnumPrefix(enum protoreflect.EnumDescriptor) string {
	var prefix strings.Builder
	for i, letter := range string(enum.Name()) {
		if i > 0 && 'A' <= letter && letter <= 'Z' {
			prefix.WriteByte('_')
		}
		prefix.WriteRune(letter)
	}
	return strings.ToUpper(prefix.String()) + "_"
}
