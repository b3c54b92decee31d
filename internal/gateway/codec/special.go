package codec

import (
	"errors"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// special is how a well-known type with a JSON form of its own is read.
type special struct {
	read func(d *decoder, m protoreflect.Message)
	// text reads the types with a JSON form of one string; nil for the others.
	text fillText
}

// fillText sets a message from text. It returns what is wrong, "" if nothing is.
type fillText func(m protoreflect.Message, text []byte) string

var errForeignType = errors.New("a well-known type that is not the generated one")

// specialOf returns how a well-known type is read, nil for every other type.
func specialOf(desc protoreflect.MessageDescriptor, p *plan) *special {
	switch desc.FullName() {
	case "google.protobuf.Timestamp":
		return textual(aTime, fillTimestamp)
	case "google.protobuf.Duration":
		return textual(aDuration, fillDuration)
	case "google.protobuf.FieldMask":
		return textual(aMask, fillFieldMask)
	case "google.protobuf.Struct":
		return &special{read: readStructAs((*decoder).fillStruct)}
	case "google.protobuf.ListValue":
		return &special{read: readStructAs((*decoder).fillListValue)}
	case valueName:
		return &special{read: readStructAs((*decoder).fillStructValue)}
	case "google.protobuf.Any":
		return &special{read: readAs((*decoder).fillAny)}
	case "google.protobuf.BoolValue", "google.protobuf.StringValue", "google.protobuf.BytesValue",
		"google.protobuf.Int32Value", "google.protobuf.Int64Value", "google.protobuf.UInt32Value",
		"google.protobuf.UInt64Value", "google.protobuf.FloatValue", "google.protobuf.DoubleValue":
		return wrapper(p.fields[0])
	}
	return nil
}

// textual reads a type that is one string in JSON, and says what that takes.
func textual[M proto.Message](want string, fill func(M, []byte) string) *special {
	text := func(m protoreflect.Message, text []byte) string {
		if typed, ok := m.Interface().(M); ok {
			return fill(typed, text)
		}
		return errForeignType.Error()
	}
	return &special{text: text, read: func(d *decoder, m protoreflect.Message) {
		if raw, ok := d.scalarText(want, `"`); ok {
			problem := text(m, raw)
			d.problem(RuleOf(problem), problem)
		}
	}}
}

// wrapper reads a message that is in JSON what its only field is.
func wrapper(value *field) *special {
	return &special{read: func(d *decoder, m protoreflect.Message) {
		if read, ok := d.scalar(value.scalar); ok {
			m.Set(value.desc, read)
		}
	}}
}

func readAs[M proto.Message](read func(*decoder, M)) func(*decoder, protoreflect.Message) {
	return func(d *decoder, m protoreflect.Message) {
		if typed, ok := m.Interface().(M); ok {
			read(d, typed)
			return
		}
		d.problem(ruleType, errForeignType.Error())
		d.skip()
	}
}

// readStructAs reads a type of free form and counts its values from its beginning.
func readStructAs[M proto.Message](read func(*decoder, M)) func(*decoder, protoreflect.Message) {
	return readAs(func(d *decoder, message M) {
		d.structValues = 0
		read(d, message)
	})
}
