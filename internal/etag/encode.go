package etag

import (
	"encoding/binary"
	"math"
	"slices"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// encoder writes what an etag depends on: of each field that is set its number and its
// value. What has no fixed length begins with its length, or ends with a zero, so that no
// two resources give the same bytes. The wire format of protobuf would do, but encoding it
// takes several times as long, and twenty allocations for a map in a fixed order.
type encoder struct {
	wire []byte
	keys []string // of the maps that are being written, one behind the other
	etag [length]byte
}

// keptBytes is how much memory an encoder keeps for the next resource.
const keptBytes = 64 << 10

// reset begins with the key.
func (e *encoder) reset(key []byte) {
	if cap(e.wire) > keptBytes {
		e.wire, e.keys = nil, nil
	}
	e.wire = append(e.wire[:0], key...)
}

// number appends a number, of a field or a length.
func (e *encoder) number(number uint64) { e.wire = binary.AppendUvarint(e.wire, number) }

// end ends what has no length.
func (e *encoder) end() { e.wire = append(e.wire, 0) }

// value appends a field with a fixed length.
func (e *encoder) value(field, value uint64) {
	e.number(field)
	e.wire = binary.LittleEndian.AppendUint64(e.wire, value)
}

// text appends a text; the empty one and none are the same.
func (e *encoder) text(field uint64, text string) {
	if text != "" {
		e.number(field)
		e.string(text)
	}
}

func (e *encoder) string(text string) {
	e.number(uint64(len(text)))
	e.wire = append(e.wire, text...)
}

func (e *encoder) optionalText(field uint64, text *string) {
	if text != nil {
		e.number(field)
		e.string(*text)
	}
}

func (e *encoder) optionalFlag(field uint64, flag *bool) {
	if flag != nil {
		e.value(field, flagValue(*flag))
	}
}

func flagValue(flag bool) uint64 {
	if flag {
		return 1
	}
	return 0
}

func (e *encoder) optionalDouble(field uint64, number *float64) {
	if number != nil {
		e.value(field, math.Float64bits(*number))
	}
}

func optionalNumber[N ~int32 | ~int64 | ~uint32](e *encoder, field uint64, number *N) {
	if number != nil {
		e.value(field, uint64(*number))
	}
}

func (e *encoder) duration(field uint64, span *durationpb.Duration) {
	if span != nil {
		e.value(field, uint64(span.AsDuration()))
	}
}

// frees appends a list of free-form objects.
func (e *encoder) frees(field uint64, objects []*structpb.Struct) {
	for _, object := range objects {
		e.free(field, object)
	}
}

func (e *encoder) timestamp(field uint64, at *timestamppb.Timestamp) {
	if at != nil {
		e.value(field, uint64(at.Seconds))
		e.wire = binary.LittleEndian.AppendUint32(e.wire, uint32(at.Nanos))
	}
}

// texts appends a map; the empty one and none are the same.
func (e *encoder) texts(field uint64, texts map[string]string) {
	if len(texts) == 0 {
		return
	}
	e.number(field)
	inOrder(e, texts, e.string)
}

// free appends a free-form object.
func (e *encoder) free(field uint64, object *structpb.Struct) {
	if object != nil {
		e.number(field)
		inOrder(e, object.Fields, e.freeValue)
	}
}

// inOrder appends the members of a map in the order of their names, because maps have none
// of their own.
func inOrder[V any](e *encoder, members map[string]V, value func(V)) {
	begin := len(e.keys)
	for key := range members {
		e.keys = append(e.keys, key)
	}
	names := e.keys[begin:]
	slices.Sort(names)
	e.number(uint64(len(names)))
	for _, name := range names {
		e.string(name)
		value(members[name])
	}
	clear(names)
	e.keys = e.keys[:begin]
}

// The marks of free-form values.
const (
	markNull = iota
	markFlag
	markNumber
	markText
	markObject
	markList
)

// freeValue appends any value.
func (e *encoder) freeValue(value *structpb.Value) {
	switch kind := value.GetKind().(type) {
	case *structpb.Value_BoolValue:
		e.value(markFlag, flagValue(kind.BoolValue))
	case *structpb.Value_NumberValue:
		e.value(markNumber, math.Float64bits(kind.NumberValue))
	case *structpb.Value_StringValue:
		e.number(markText)
		e.string(kind.StringValue)
	case *structpb.Value_StructValue:
		e.number(markObject)
		inOrder(e, kind.StructValue.GetFields(), e.freeValue)
	case *structpb.Value_ListValue:
		e.number(markList)
		e.number(uint64(len(kind.ListValue.GetValues())))
		for _, element := range kind.ListValue.GetValues() {
			e.freeValue(element)
		}
	default:
		e.number(markNull)
	}
}
