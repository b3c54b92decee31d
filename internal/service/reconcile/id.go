package reconcile

import (
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// scopes are the fields with ids of parents within which an id is unique.
var scopes = map[protoreflect.Name]bool{"domain_id": true, "queue_id": true}

// IDOf returns what identifies a resource among those of its type, or "" if its id is not
// known. A resource without an identifier of its own is identified by what it associates.
func IDOf(resource proto.Message) string {
	message := resource.ProtoReflect()
	identifier := contract.Identifier(message.Descriptor())
	if identifier != nil && !message.Has(identifier) {
		return ""
	}
	var parts []string
	for field := range contract.Fields(message.Descriptor()) {
		associates := identifier == nil && field.Kind() == protoreflect.Uint32Kind
		if message.Has(field) && (field == identifier || scopes[field.Name()] || associates) {
			parts = append(parts, message.Get(field).String())
		}
	}
	return strings.Join(parts, "/")
}
