package codec

import (
	"errors"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// special is how a well-known type with a JSON form of its own is written and
// read.
type special struct {
	write func(dst []byte, m protoreflect.Message) ([]byte, error)
	read  func(d *decoder, m protoreflect.Message)
	// text reads the types with a JSON form of one string; nil for the others.
	text fillText
}

// fillText sets a message from text. It returns what is wrong, or "".
type fillText func(m protoreflect.Message, text []byte) string

var errForeignType = errors.New("a well-known type that is not the generated one")

// special returns the JSON form of a well-known type, nil for every other type.
func (c *compiler) special(desc protoreflect.MessageDescriptor, p *plan) *special {
	switch desc.FullName() {
	case "google.protobuf.Timestamp":
		return textual(writeTimestamp, fillTimestamp)
	case "google.protobuf.Duration":
		return textual(writeDuration, fillDuration)
	case "google.protobuf.FieldMask":
		return textual(writeFieldMask, fillFieldMask)
	case "google.protobuf.Struct":
		return &special{write: writeAs(writeStruct), read: readStructAs((*decoder).fillStruct)}
	case "google.protobuf.ListValue":
		return &special{write: writeAs(writeListValue), read: readStructAs((*decoder).fillListValue)}
	case valueName:
		return &special{write: writeAs(writeStructValue), read: readStructAs((*decoder).fillStructValue)}
	case "google.protobuf.Any":
		return &special{write: writeAs(c.codec.writeAny), read: readAs((*decoder).fillAny)}
	case "google.protobuf.BoolValue", "google.protobuf.StringValue", "google.protobuf.BytesValue",
		"google.protobuf.Int32Value", "google.protobuf.Int64Value", "google.protobuf.UInt32Value",
		"google.protobuf.UInt64Value", "google.protobuf.FloatValue", "google.protobuf.DoubleValue":
		return wrapper(p.fields[0])
	}
	return nil
}

// textual is the form of a type that JSON writes as one string.
func textual[M proto.Message](write func([]byte, M) ([]byte, error), fill func(M, []byte) string) *special {
	text := func(m protoreflect.Message, text []byte) string {
		if typed, ok := m.Interface().(M); ok {
			return fill(typed, text)
		}
		return errForeignType.Error()
	}
	return &special{write: writeAs(write), text: text, read: func(d *decoder, m protoreflect.Message) {
		if raw, ok := d.scalarText("a string", `"`); ok {
			d.problem(text(m, raw))
		}
	}}
}

// wrapper is the form of a message that JSON writes as its only field.
func wrapper(value *field) *special {
	return &special{
		write: func(dst []byte, m protoreflect.Message) ([]byte, error) {
			return value.write(dst, m.Get(value.desc))
		},
		read: func(d *decoder, m protoreflect.Message) {
			if read, ok := d.scalar(value.scalar); ok {
				m.Set(value.desc, read)
			}
		},
	}
}

func writeAs[M proto.Message](write func([]byte, M) ([]byte, error)) func([]byte, protoreflect.Message) ([]byte, error) {
	return func(dst []byte, m protoreflect.Message) ([]byte, error) {
		if typed, ok := m.Interface().(M); ok {
			return write(dst, typed)
		}
		return dst, errForeignType
	}
}

func readAs[M proto.Message](read func(*decoder, M)) func(*decoder, protoreflect.Message) {
	return func(d *decoder, m protoreflect.Message) {
		if typed, ok := m.Interface().(M); ok {
			read(d, typed)
			return
		}
		d.problem(errForeignType.Error())
		d.skip()
	}
}

// readStructAs reads a type of free form, the values of which are counted from its
// beginning.
func readStructAs[M proto.Message](read func(*decoder, M)) func(*decoder, protoreflect.Message) {
	return readAs(func(d *decoder, message M) {
		d.structValues = 0
		read(d, message)
	})
}
