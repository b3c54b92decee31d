package limits

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// CheckWire returns the first limit that a request exceeds before it is unmarshalled, or
// nil. A message without content has 2 bytes on the wire and some hundred in memory, so
// 4 MiB of them would take up 60 times as much. Bytes that are not protobuf are no
// excess: they are the unmarshaller's to refuse.
func CheckWire(request protoreflect.MessageDescriptor, data []byte) *Excess {
	c := &counter{}
	return c.wireMessage(request, data, 0)
}

// wireMessage checks the fields of one message.
func (c *counter) wireMessage(message protoreflect.MessageDescriptor, data []byte, depth int) *Excess {
	if depth >= maxWireDepth {
		return &Excess{Problem: TooDeep}
	}
	var lengths []int // of the lists and maps, by the index of the field
	for len(data) > 0 {
		number, form, tagLength := protowire.ConsumeTag(data)
		if tagLength < 0 {
			return nil
		}
		length := protowire.ConsumeFieldValue(number, form, data[tagLength:])
		if length < 0 {
			return nil
		}
		value := data[tagLength : tagLength+length]
		data = data[tagLength+length:]
		field := message.Fields().ByNumber(number)
		if field == nil || field.Cardinality() != protoreflect.Repeated && field.Message() == nil {
			continue
		}
		if lengths == nil {
			lengths = make([]int, message.Fields().Len())
		}
		excess := c.wireField(field, form, value, &lengths[field.Index()], depth)
		if excess == nil {
			continue
		}
		if field.FullName() == maskPaths { // a mask is named as a whole, as Check does
			return excess
		}
		return excess.below(field.TextName())
	}
	return nil
}

// maskPaths is the list in a field mask.
const maskPaths = "google.protobuf.FieldMask.paths"

// maxWireDepth is MaxDepth as the wire nests it: each entry of a map, and so each level
// of a google.protobuf.Struct, is three messages.
const maxWireDepth = 3 * MaxDepth

// wireField counts the elements that one occurrence of a field adds, and looks into them
// if they are messages. The length is that of the list or map so far.
func (c *counter) wireField(
	field protoreflect.FieldDescriptor, form protowire.Type, value []byte, length *int, depth int,
) *Excess {
	added := 1
	if form == protowire.BytesType && isPackable(field) {
		content, _ := protowire.ConsumeBytes(value)
		added = packedLength(field.Kind(), content)
	}
	if *length += added; field.Cardinality() == protoreflect.Repeated {
		if excess := wireItemsExcess(field, *length); excess != nil {
			return excess
		}
	}
	if excess := c.add(added); excess != nil || field.Message() == nil || form != protowire.BytesType {
		return excess
	}
	content, _ := protowire.ConsumeBytes(value)
	return c.wireMessage(field.Message(), content, depth+1)
}

// wireItemsExcess is itemsExcess with the limit of a field mask, whose paths are an
// ordinary list on the wire.
func wireItemsExcess(field protoreflect.FieldDescriptor, length int) *Excess {
	if field.FullName() == maskPaths && length > MaxMaskPaths {
		return &Excess{Problem: TooManyMaskPaths}
	}
	return itemsExcess(field, length)
}

// isPackable reports whether the elements of a list can be in one run of bytes.
func isPackable(field protoreflect.FieldDescriptor) bool {
	switch field.Kind() {
	case protoreflect.StringKind, protoreflect.BytesKind, protoreflect.MessageKind, protoreflect.GroupKind:
		return false
	default:
		return field.IsList()
	}
}

// packedLength returns the number of elements in a packed list. Every varint ends in its only
// byte below 0x80.
func packedLength(kind protoreflect.Kind, content []byte) int {
	switch kind {
	case protoreflect.Fixed32Kind, protoreflect.Sfixed32Kind, protoreflect.FloatKind:
		return len(content) / protowire.SizeFixed32()
	case protoreflect.Fixed64Kind, protoreflect.Sfixed64Kind, protoreflect.DoubleKind:
		return len(content) / protowire.SizeFixed64()
	}
	length := 0
	for _, b := range content {
		if b < 0x80 {
			length++
		}
	}
	return length
}
