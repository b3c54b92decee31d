package infinity

import (
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// additionalFields is the field that takes what the contract does not model.
const additionalFields = "additional_fields"

// resource is a resource of the contract.
type resource interface {
	comparable
	proto.Message
}

// pbxKind is one kind of row at Infinity: its routes, and how its fields are called there. All ten kinds are read and written by the same code.
type pbxKind[R resource] struct {
	infinity.Collection
	// field is the resource's field in requests.
	field string
	// id is the field that the vendor's id goes to.
	id protoreflect.Name
	// natural are the fields that find a row whose id is not known.
	natural []protoreflect.Name
	// whole says that an update has to write the whole row.
	whole bool
	// columns are the resource's fields in their order, with their vendor names.
	columns []pbxColumn
	// reads finds a column by a vendor name.
	reads map[string]*pbxColumn
}

// pbxColumn is one field of a resource.
type pbxColumn struct {
	field protoreflect.FieldDescriptor
	// names are the vendor's names for it, the one to write first.
	names []string
	// writable, createOnly and secret say what callers may do with it.
	writable, createOnly, secret bool
}

// renamed are the fields whose vendor name is not just their own in camel case.
type renamed map[protoreflect.Name][]string

// described completes a kind from the resource's descriptor.
func described[R resource](kind pbxKind[R], names renamed) pbxKind[R] {
	var row R
	fields := row.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if field.Name() == additionalFields {
			continue
		}
		column := pbxColumn{
			field:      field,
			names:      []string{field.JSONName()},
			createOnly: contract.Behaves(field, annotations.FieldBehavior_IMMUTABLE),
			secret:     contract.Behaves(field, annotations.FieldBehavior_INPUT_ONLY),
			writable: !contract.Behaves(field, annotations.FieldBehavior_OUTPUT_ONLY) &&
				!contract.Behaves(field, annotations.FieldBehavior_IDENTIFIER),
		}
		if other, ok := names[field.Name()]; ok {
			column.names = other
		}
		if field.Name() == kind.id {
			column.names = kind.IDs
		}
		kind.columns = append(kind.columns, column)
	}
	kind.reads = map[string]*pbxColumn{}
	for i := range kind.columns {
		for _, name := range kind.columns[i].names {
			kind.reads[name] = &kind.columns[i]
		}
	}
	return kind
}

// empty returns a resource without any value.
func (k *pbxKind[R]) empty() R {
	var none R
	made, _ := none.ProtoReflect().New().Interface().(R)
	return made
}

// column finds a column by its field's name.
func (k *pbxKind[R]) column(name protoreflect.Name) *pbxColumn {
	for i := range k.columns {
		if k.columns[i].field.Name() == name {
			return &k.columns[i]
		}
	}
	return nil
}

// idOf is the resource's id.
func (k *pbxKind[R]) idOf(row R) uint32 {
	return uint32(row.ProtoReflect().Get(k.column(k.id).field).Uint())
}

// vendorNames gives our field names by the vendor's.
func (k *pbxKind[R]) vendorNames() (protoreflect.FullName, map[string]string) {
	names := make(map[string]string, len(k.reads))
	for vendorName, column := range k.reads {
		names[vendorName] = string(column.field.Name())
	}
	var row R
	return row.ProtoReflect().Descriptor().FullName(), names
}

// place is the path to rows: the ids in it, from the domain down.
type place []parent

// parent is one id of a path and the field that carries it in a resource.
type parent struct {
	field protoreflect.Name
	id    uint32
}

// in is a place from the domain down.
func in(domain uint32, more ...parent) place {
	return append(place{{"domain_id", domain}}, more...)
}

// parameters are the ids of the path, with those that follow.
func (p place) parameters(ids ...uint32) []string {
	parameters := make([]string, 0, len(p)+len(ids))
	for _, above := range p {
		parameters = append(parameters, infinity.FormatID(above.id))
	}
	for _, id := range ids {
		parameters = append(parameters, infinity.FormatID(id))
	}
	return parameters
}
