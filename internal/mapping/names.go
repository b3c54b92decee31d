package mapping

import (
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// VendorNames are the vendor's names of a field of a resource, the most probable first.
func (d Dialect) VendorNames(resource Resource, field protoreflect.FieldDescriptor) []string {
	listed := resource.Listed(string(field.Name()))
	switch {
	case len(listed.Vendor) > 0:
		return listed.Vendor
	case listed.KeyOf != "":
		relation := resource.Listed(listed.KeyOf)
		return append(slices.Clone(relation.Vendor), listed.KeyOf)
	case d.Names[string(field.Name())] != "":
		return []string{d.Names[string(field.Name())]}
	case d.CamelCase:
		return []string{field.JSONName()}
	default:
		return []string{string(field.Name())}
	}
}

// Listed is what the table says of a field.
func (r Resource) Listed(name string) Field {
	for _, field := range r.Fields {
		if field.Name == name {
			return field
		}
	}
	return Field{Name: name}
}

// WithoutField are the members that are known and that no field is read from.
func (r Resource) WithoutField() (members []string) {
	for _, unmapped := range slices.Concat(r.Dropped, r.Kept) {
		members = append(members, unmapped.Members...)
	}
	return members
}

// Fields are the fields of a message of the contract.
func Fields(message string) protoreflect.FieldDescriptors {
	name := sipfacadev1.File_sipfacade_v1_error_reason_proto.Package().Append(protoreflect.Name(message))
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(name)
	if err != nil {
		return nil
	}
	descriptor, _ := found.(protoreflect.MessageDescriptor)
	return descriptor.Fields()
}
