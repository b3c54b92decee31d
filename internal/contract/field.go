package contract

import (
	"fmt"
	"iter"
	"strings"

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

// FieldPath returns the fields on the way to a nested field, which a path names with dots.
func FieldPath(message protoreflect.MessageDescriptor, path string) ([]protoreflect.FieldDescriptor, error) {
	var way []protoreflect.FieldDescriptor
	for name := range strings.SplitSeq(path, ".") {
		if message == nil {
			return nil, fmt.Errorf("%s goes below a scalar", path)
		}
		field := message.Fields().ByTextName(name)
		if field == nil {
			return nil, fmt.Errorf("%s has no field %s", message.FullName(), name)
		}
		way, message = append(way, field), field.Message()
	}
	return way, nil
}

// Holder returns the message that the last field on a way is in, and that field. The message is
// empty and cannot be changed if a field before is not set.
func Holder(message protoreflect.Message, way []protoreflect.FieldDescriptor) (protoreflect.Message, protoreflect.FieldDescriptor) {
	last := len(way) - 1
	for _, field := range way[:last] {
		message = message.Get(field).Message()
	}
	return message, way[last]
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

// Holding returns the field of a request or a response that holds a resource or a list of them,
// or nil.
func Holding(message, resource protoreflect.MessageDescriptor) protoreflect.FieldDescriptor {
	for field := range Fields(message) {
		if field.Message() == resource {
			return field
		}
	}
	return nil
}
