package reconcile

import (
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
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
	identifier := identifierOf(message.Descriptor())
	if identifier != nil && !message.Has(identifier) {
		return ""
	}
	var parts []string
	for i := range message.Descriptor().Fields().Len() {
		field := message.Descriptor().Fields().Get(i)
		associates := identifier == nil && field.Kind() == protoreflect.Uint32Kind
		if message.Has(field) && (field == identifier || scopes[field.Name()] || associates) {
			parts = append(parts, message.Get(field).String())
		}
	}
	return strings.Join(parts, "/")
}

// identifierOf returns the field that identifies a resource, or nil.
func identifierOf(resource protoreflect.MessageDescriptor) protoreflect.FieldDescriptor {
	for i := range resource.Fields().Len() {
		if field := resource.Fields().Get(i); contract.Behaves(field, annotations.FieldBehavior_IDENTIFIER) {
			return field
		}
	}
	return nil
}
