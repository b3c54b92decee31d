package etag

import (
	"reflect"
	"strconv"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// plan is how a type of resource is hashed: which fields of its struct.
type plan struct {
	// hashed are the fields that are encoded.
	hashed []int
	// additional is the field with the additional fields, etag that with the etag; -1 if
	// there is none. The protobuf library needs twenty allocations to encode such a map in a
	// fixed order, so it is not encoded.
	additional, etag int
	parts            sync.Pool // of *part
}

// part is a resource of which only the hashed fields are set.
type part struct {
	proto.Message
	fields reflect.Value
}

// planOf returns the plan of a resource's type.
func (m *Maker) planOf(resource proto.Message) *plan {
	key := reflect.TypeOf(resource)
	if known, ok := m.plans.Load(key); ok {
		made, _ := known.(*plan)
		return made
	}
	known, _ := m.plans.LoadOrStore(key, newPlan(resource.ProtoReflect().Descriptor(), key.Elem()))
	made, _ := known.(*plan)
	return made
}

func newPlan(message protoreflect.MessageDescriptor, structure reflect.Type) *plan {
	made := &plan{additional: -1, etag: -1}
	made.parts.New = func() any {
		pointer := reflect.New(structure)
		empty, _ := pointer.Interface().(proto.Message)
		return &part{empty, pointer.Elem()}
	}
	for i := range structure.NumField() {
		field := message.Fields().ByNumber(numberOf(structure.Field(i)))
		switch {
		case field == nil:
		case field.Name() == Field:
			made.etag = i
		case field.IsMap():
			made.additional = i
		case !contract.IsRelation(field) && contract.RelationOf(field) == nil:
			made.hashed = append(made.hashed, i)
		}
	}
	return made
}

// numberOf returns the number of the field that a struct field holds, 0 if none.
func numberOf(field reflect.StructField) protoreflect.FieldNumber {
	_, rest, _ := strings.Cut(field.Tag.Get("protobuf"), ",")
	number, _, _ := strings.Cut(rest, ",")
	parsed, _ := strconv.Atoi(number) // a field without the tag holds none
	return protoreflect.FieldNumber(parsed)
}

// marshal appends the wire format of the fields that are hashed, and returns the additional
// ones beside it.
func (p *plan) marshal(buffer []byte, resource proto.Message) (wire []byte, additional map[string]string, err error) {
	from := reflect.ValueOf(resource).Elem()
	if p.additional >= 0 {
		fields, _ := from.Field(p.additional).Addr().Interface().(*map[string]string)
		additional = *fields
	}
	only, _ := p.parts.Get().(*part)
	defer p.parts.Put(only)
	for _, i := range p.hashed {
		only.fields.Field(i).Set(from.Field(i))
	}
	wire, err = proto.MarshalOptions{Deterministic: true}.MarshalAppend(buffer, only.Message)
	for _, i := range p.hashed {
		only.fields.Field(i).SetZero()
	}
	return wire, additional, err
}

// setEtag sets the etag of a resource that has one.
func (p *plan) setEtag(resource proto.Message, etag string) {
	field, _ := reflect.ValueOf(resource).Elem().Field(p.etag).Addr().Interface().(**string)
	*field = &etag
}
