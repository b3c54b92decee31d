package server

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// responseTypes are the types of all responses of the contract.
func responseTypes(t testing.TB) (types []protoreflect.MessageType) {
	t.Helper()
	for _, service := range contractServices() {
		for i := range service.Methods().Len() {
			kind, err := protoregistry.GlobalTypes.FindMessageByName(service.Methods().Get(i).Output().FullName())
			if err != nil {
				t.Fatal(err)
			}
			types = append(types, kind)
		}
	}
	return types
}

// fillMessage sets every field of a message, lists and maps with two elements, and those of
// messages in it down to a depth.
func fillMessage(m protoreflect.Message, depth int) {
	if value, ok := m.Interface().(*structpb.Value); ok {
		value.Kind = &structpb.Value_StringValue{StringValue: "Zürich"}
		return
	}
	for i := range m.Descriptor().Fields().Len() {
		field := m.Descriptor().Fields().Get(i)
		switch {
		case field.Message() != nil && !field.IsMap() && depth == 0:
		case field.IsMap():
			entries := m.Mutable(field).Map()
			for _, key := range []string{"a", "b"} {
				entries.Set(protoreflect.ValueOfString(key).MapKey(), filled(field.MapValue(), entries.NewValue, depth))
			}
		case field.IsList():
			list := m.Mutable(field).List()
			list.Append(filled(field, list.NewElement, depth))
			list.Append(filled(field, list.NewElement, depth))
		default:
			m.Set(field, filled(field, func() protoreflect.Value { return m.NewField(field) }, depth))
		}
	}
}

// filled returns a value for a field, or for an element of it, that is not its default.
func filled(field protoreflect.FieldDescriptor, newMessage func() protoreflect.Value, depth int) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.MessageKind:
		made := newMessage()
		fillMessage(made.Message(), depth-1)
		return made
	case protoreflect.StringKind:
		return protoreflect.ValueOfString("Café " + string(field.Name()))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte{0xff})
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(-0.05)
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(-5)
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(1 << 31)
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(1 << 40)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(field.Enum().Values().Get(field.Enum().Values().Len() - 1).Number())
	default:
		panic("no value for " + field.Kind().String())
	}
}

// TestEncodeChangedAnswer: an answer that was changed meanwhile is an error, whether it has
// grown or shrunk.
func TestEncodeChangedAnswer(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"grown": 3, "shrunk": 300} {
		message := &sipfacadev1.GetSipAppResponse{SipApp: &sipfacadev1.SipApp{Uuid: "5e0c1c50-0000-4000-8000-00000000000a"}}
		if _, err := encodeInto(make([]byte, size), message); !errors.Is(err, errChanged) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzEncodeAnswer: the generated encoders write the responses as package proto does, the
// order of the members of maps aside.
func FuzzEncodeAnswer(f *testing.F) {
	types := responseTypes(f)
	for i, kind := range types {
		for depth := range 3 {
			message := kind.New()
			fillMessage(message, depth)
			encoded, err := proto.Marshal(message.Interface())
			if err != nil {
				f.Fatal(err)
			}
			f.Add(byte(i), encoded)
		}
	}
	f.Fuzz(func(t *testing.T, index byte, body []byte) {
		kind := types[int(index)%len(types)]
		message, again := kind.New().Interface(), kind.New().Interface()
		if _, ok := message.(encodable); !ok {
			t.Fatalf("%T has no generated encoder", message)
		}
		if proto.Unmarshal(body, message) != nil {
			return
		}
		if size := proto.Size(message); encodedSize(message) != size {
			t.Fatalf("%d bytes, want %d", encodedSize(message), size)
		}
		encoded, err := encodeInto(make([]byte, encodedSize(message)), message)
		if err != nil {
			t.Fatal(err)
		}
		if err := proto.Unmarshal(encoded, again); err != nil || !proto.Equal(message, again) {
			t.Errorf("%v: %s", err, cmp.Diff(message, again, protocmp.Transform()))
		}
	})
}
