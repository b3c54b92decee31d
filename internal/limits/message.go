package limits

import (
	"math"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"
)

// Check returns the first limit that a request exceeds, or nil. Its cost is that of the
// elements before the excess.
func Check(request proto.Message) *Excess {
	return new(counter).message(request.ProtoReflect(), 0)
}

// message checks the fields that are set.
func (c *counter) message(m protoreflect.Message, depth int) *Excess {
	if depth >= MaxDepth {
		return &Excess{Problem: TooDeep}
	}
	switch known := m.Interface().(type) {
	case *fieldmaskpb.FieldMask:
		return maskExcess(known)
	case *structpb.Struct:
		return c.structValues(structpb.NewStructValue(known))
	case *structpb.ListValue:
		return c.structValues(structpb.NewListValue(known))
	case *structpb.Value:
		return c.structValues(known)
	}
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if !m.Has(field) {
			continue
		}
		if excess := c.field(field, m.Get(field), depth); excess != nil {
			return excess.below(field.TextName())
		}
	}
	return nil
}

// field checks the value of one field.
func (c *counter) field(field protoreflect.FieldDescriptor, value protoreflect.Value, depth int) *Excess {
	switch {
	case field.IsMap():
		return c.entries(field, value.Map(), depth)
	case field.IsList():
		return c.list(field, value.List(), depth)
	case field.Message() != nil:
		if excess := c.add(1); excess != nil {
			return excess
		}
		return c.message(value.Message(), depth+1)
	case field.Kind() == protoreflect.StringKind && len(value.String()) > maxPatternBytes && hasUnboundedPattern(field):
		return &Excess{Problem: tooLongPattern}
	default:
		return nil
	}
}

func (c *counter) list(field protoreflect.FieldDescriptor, list protoreflect.List, depth int) *Excess {
	if excess := itemsExcess(field, list.Len()); excess != nil {
		return excess
	}
	if excess := c.add(list.Len()); excess != nil || field.Message() == nil {
		return excess
	}
	for i := range list.Len() {
		if excess := c.message(list.Get(i).Message(), depth+1); excess != nil {
			return excess
		}
	}
	return nil
}

func (c *counter) entries(field protoreflect.FieldDescriptor, entries protoreflect.Map, depth int) (excess *Excess) {
	if excess = itemsExcess(field, entries.Len()); excess != nil {
		return excess
	}
	if excess = c.add(entries.Len()); excess != nil || field.MapValue().Message() == nil {
		return excess
	}
	entries.Range(func(_ protoreflect.MapKey, value protoreflect.Value) bool {
		excess = c.message(value.Message(), depth+1)
		return excess == nil
	})
	return excess
}

func maskExcess(mask *fieldmaskpb.FieldMask) *Excess {
	if len(mask.GetPaths()) > MaxMaskPaths {
		return &Excess{Problem: TooManyMaskPaths}
	}
	return nil
}

// structValues counts the values below a value of any JSON type.
func (c *counter) structValues(value *structpb.Value) *Excess {
	values := 0
	if problem := structProblem(value, &values, 0); problem != "" {
		return &Excess{Problem: problem}
	}
	return c.add(values)
}

// structProblem counts the values below a value, and says which limit they exceed or that one
// of them is a number that JSON does not have.
func structProblem(value *structpb.Value, values *int, depth int) string {
	if depth > maxStructDepth {
		return tooDeepStruct
	}
	if number, ok := value.GetKind().(*structpb.Value_NumberValue); ok && (math.IsNaN(number.NumberValue) || math.IsInf(number.NumberValue, 0)) {
		return notFinite
	}
	members, elements := value.GetStructValue().GetFields(), value.GetListValue().GetValues()
	if *values += len(members) + len(elements); *values > MaxStructValues {
		return TooManyStructValues
	}
	for _, member := range members {
		if problem := structProblem(member, values, depth+1); problem != "" {
			return problem
		}
	}
	for _, element := range elements {
		if problem := structProblem(element, values, depth+1); problem != "" {
			return problem
		}
	}
	return ""
}
