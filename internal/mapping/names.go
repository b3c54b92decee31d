package mapping

import (
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	_ "github.com/sipfacade/sipfacade/gen/sipfacade/v1" // the contract
	"github.com/sipfacade/sipfacade/internal/contract"
)

// VendorNames returns the vendor's names of a field of a resource, the most probable first.
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

// Listed returns the entry of a field in the table, or one with only the name.
func (r Resource) Listed(name string) Field {
	for _, field := range r.Fields {
		if field.Name == name {
			return field
		}
	}
	return Field{Name: name}
}

// WithoutField returns the members that are known and that no field is read from.
func (r Resource) WithoutField() (members []string) {
	for _, unmapped := range slices.Concat(r.Dropped, r.Kept) {
		members = append(members, unmapped.Members...)
	}
	return members
}

// FullName returns the full name of the contract's message.
func (r Resource) FullName() protoreflect.FullName { return contract.FullName(r.Message) }

// NaturalKeys returns the natural keys of the resources of both vendors that have one.
func NaturalKeys() map[protoreflect.FullName][]string {
	keys := map[protoreflect.FullName][]string{}
	for _, resource := range slices.Concat(OpenTACT.Resources, Infinity.Resources) {
		if len(resource.Natural) > 0 {
			keys[resource.FullName()] = resource.Natural
		}
	}
	return keys
}

// Descriptor returns the descriptor of the contract's message.
func (r Resource) Descriptor() protoreflect.MessageDescriptor {
	found, err := protoregistry.GlobalTypes.FindMessageByName(r.FullName())
	if err != nil {
		panic(err) // the decoders of every resource are generated from its descriptor
	}
	return found.Descriptor()
}
