package codec

import (
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/limits"
)

// plan is how messages of one type are read.
type plan struct {
	special  *special // nil for an ordinary message
	fields   []*field
	byName   map[string]*field // both spellings
	writable []*field          // what an unknown field may have meant
	oneofs   int
}

// field is how one field is read.
type field struct {
	desc     protoreflect.FieldDescriptor
	name     string // as violations spell it
	index    int
	oneof    int     // the index of its oneof, -1 if it is in none
	nullable bool    // null is a value, not absence
	scalar   *scalar // of the field, its elements or its map values; nil for messages
	message  *plan   // the same for messages, nil for scalars
	mapKey   *scalar // of maps; it is read from the text of a string
	maxItems *maxItems
}

// maxItems is the rule on how many elements a list or map has.
type maxItems struct {
	most    int
	problem string
}

// compiler makes the plans of one type and of all types below it.
type compiler struct {
	made map[protoreflect.MessageDescriptor]*plan
}

func (c *compiler) message(desc protoreflect.MessageDescriptor) *plan {
	if p, ok := c.made[desc]; ok {
		return p
	}
	p := &plan{byName: map[string]*field{}, oneofs: desc.Oneofs().Len()}
	c.made[desc] = p
	for field := range contract.Fields(desc) {
		p.add(c.field(field))
	}
	p.special = specialOf(desc, p)
	return p
}

func (p *plan) add(f *field) {
	p.fields = append(p.fields, f)
	p.byName[f.desc.TextName()] = f
	p.byName[f.desc.JSONName()] = f
	if !outputOnly(f.desc) {
		p.writable = append(p.writable, f)
	}
}

// names returns the fields that a caller may write, in lowerCamelCase or in snake_case as
// the unknown one.
func (p *plan) names(unknown string) []string {
	names := make([]string, len(p.writable))
	for i, f := range p.writable {
		if names[i] = f.desc.JSONName(); strings.Contains(unknown, "_") {
			names[i] = f.name
		}
	}
	return names
}

// outputOnly reports whether callers never write the field. Such a field is not suggested for the
// name of an unknown field.
func outputOnly(desc protoreflect.FieldDescriptor) bool {
	return contract.Behaves(desc, annotations.FieldBehavior_OUTPUT_ONLY)
}

func (c *compiler) field(desc protoreflect.FieldDescriptor) *field {
	f := &field{
		desc:     desc,
		name:     desc.TextName(),
		index:    desc.Index(),
		oneof:    -1,
		nullable: nullable(desc),
	}
	if in := desc.ContainingOneof(); in != nil && !in.IsSynthetic() {
		f.oneof = in.Index()
	}
	if most, problem, ok := limits.Items(desc); ok {
		f.maxItems = &maxItems{most: most, problem: problem}
	}
	c.values(f)
	return f
}

// values plans what the field holds: one value, a list or a map of them.
func (c *compiler) values(f *field) {
	value := f.desc
	if f.desc.IsMap() {
		f.mapKey, value = scalarOf(f.desc.MapKey()), f.desc.MapValue()
	}
	if value.Message() != nil {
		f.message = c.message(value.Message())
	} else {
		f.scalar = scalarOf(value)
	}
}

const (
	valueName     = protoreflect.FullName("google.protobuf.Value")
	nullValueName = protoreflect.FullName("google.protobuf.NullValue")
)

func nullable(desc protoreflect.FieldDescriptor) bool {
	if message := desc.Message(); message != nil {
		return message.FullName() == valueName
	}
	return isNullValue(desc)
}

func isNullValue(desc protoreflect.FieldDescriptor) bool {
	return desc.Enum() != nil && desc.Enum().FullName() == nullValueName
}
