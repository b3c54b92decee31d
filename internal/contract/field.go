package contract

import (
	"iter"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
)

// The fields of requests and resources that are about the call: no vendor knows them.
const (
	// RequestID is the field of a write by which its repeat is known.
	RequestID protoreflect.Name = "request_id"
	// ValidateOnly is the field of a write that is only to be checked.
	ValidateOnly protoreflect.Name = "validate_only"
	// UpdateMask is the field of an update that names the fields to write.
	UpdateMask protoreflect.Name = "update_mask"
	// Etag is the field of a resource, and of the request that deletes it, with its etag.
	Etag protoreflect.Name = "etag"
)

// Fields goes through the fields of a message in the order of the contract.
func Fields(message protoreflect.MessageDescriptor) iter.Seq[protoreflect.FieldDescriptor] {
	return func(yield func(protoreflect.FieldDescriptor) bool) {
		fields := message.Fields()
		for i := range fields.Len() {
			if !yield(fields.Get(i)) {
				return
			}
		}
	}
}

// MaskPaths returns the paths of a request's update mask; none if it has no mask.
func MaskPaths(request protoreflect.Message) []string {
	field := request.Descriptor().Fields().ByName(UpdateMask)
	if field == nil {
		return nil
	}
	mask, _ := request.Get(field).Message().Interface().(*fieldmaskpb.FieldMask)
	return mask.GetPaths()
}

// Identifier returns the field that identifies a resource, or nil.
func Identifier(resource protoreflect.MessageDescriptor) protoreflect.FieldDescriptor {
	for field := range Fields(resource) {
		if Behaves(field, annotations.FieldBehavior_IDENTIFIER) {
			return field
		}
	}
	return nil
}
