package etag

import (
	"reflect"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// plan is how a type of resource is hashed.
type plan struct {
	hashed map[protoreflect.FieldNumber]bool
	// additional is where the struct has its additional fields; nil if it has none. The
	// protobuf library needs twenty allocations to encode such a map in a fixed order.
	additional []int
	// etag is where the struct has its etag; nil if it has none.
	etag []int
}

// planOf returns the plan of a resource's type.
func (m *Maker) planOf(resource proto.Message) *plan {
	key := reflect.TypeOf(resource)
	if known, ok := m.plans.Load(key); ok {
		made, _ := known.(*plan)
		return made
	}
	made := newPlan(resource.ProtoReflect().Descriptor(), key.Elem())
	m.plans.Store(key, made)
	return made
}

func newPlan(message protoreflect.MessageDescriptor, structure reflect.Type) *plan {
	made := &plan{hashed: map[protoreflect.FieldNumber]bool{}}
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		made.hashed[field.Number()] = field.Name() != Field && !contract.IsRelation(field) && contract.RelationOf(field) == nil
	}
	if found, ok := structure.FieldByName("AdditionalFields"); ok && found.Type == reflect.TypeFor[map[string]string]() {
		made.additional = found.Index
	}
	if found, ok := structure.FieldByName("Etag"); ok && found.Type == reflect.TypeFor[*string]() {
		made.etag = found.Index
	}
	return made
}

// fieldAt returns the address of a field of a resource's struct.
func fieldAt[T any](resource proto.Message, index []int) *T {
	address, _ := reflect.ValueOf(resource).Elem().FieldByIndex(index).Addr().Interface().(*T)
	return address
}

// marshal appends the wire format of a resource without its additional fields, which it
// returns.
func (p *plan) marshal(buffer []byte, resource proto.Message) (wire []byte, additional map[string]string, err error) {
	if p.additional != nil {
		field := fieldAt[map[string]string](resource, p.additional)
		additional, *field = *field, nil
		defer func() { *field = additional }()
	}
	wire, err = proto.MarshalOptions{Deterministic: true}.MarshalAppend(buffer, resource)
	return wire, additional, err
}

// keepHashed returns those fields of a wire format that are hashed, in the same memory.
func (p *plan) keepHashed(wire []byte) []byte {
	kept := wire[:0]
	for len(wire) > 0 {
		number, kind, length := protowire.ConsumeTag(wire)
		length += protowire.ConsumeFieldValue(number, kind, wire[length:])
		if p.hashed[number] {
			kept = append(kept, wire[:length]...)
		}
		wire = wire[length:]
	}
	return kept
}
