package contract

import (
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	_ "github.com/sipfacade/sipfacade/gen/sipfacade/v1" // links the contract
)

// filled returns a message with a text in every field, down to a depth, and with the name of a
// secret in every map.
func filled(kind protoreflect.MessageType, depth int) protoreflect.Message {
	message := kind.New()
	for field := range Fields(message.Descriptor()) {
		switch {
		case field.IsMap():
			value := message.NewField(field)
			value.Map().Set(protoreflect.ValueOfString("password").MapKey(), entry(value.Map().NewValue()))
			message.Set(field, value)
		case field.Message() != nil && depth == 0:
		case field.IsList() && field.Message() != nil:
			message.Mutable(field).List().Append(protoreflect.ValueOfMessage(filled(typeOf(field.Message()), depth-1)))
		case field.Message() != nil:
			message.Set(field, protoreflect.ValueOfMessage(filled(typeOf(field.Message()), depth-1)))
		case field.Kind() == protoreflect.StringKind && !field.IsList():
			message.Set(field, protoreflect.ValueOfString("x"))
		}
	}
	return message
}

// entry returns the value of a map's entry: a text, or a message that holds one.
func entry(empty protoreflect.Value) protoreflect.Value {
	held, ok := empty.Interface().(protoreflect.Message)
	if !ok {
		return protoreflect.ValueOfString("x")
	}
	held.Set(held.Descriptor().Fields().ByName("string_value"), protoreflect.ValueOfString("x"))
	return protoreflect.ValueOfMessage(held)
}

// typeOf returns the linked type of a message.
func typeOf(descriptor protoreflect.MessageDescriptor) protoreflect.MessageType {
	linked, err := protoregistry.GlobalTypes.FindMessageByName(descriptor.FullName())
	if err != nil {
		panic(err)
	}
	return linked
}

// TestMayHoldSecret: a type is searched exactly if one of its messages has a secret. One that
// is taken for harmless would have its secrets in the log.
func TestMayHoldSecret(t *testing.T) {
	t.Parallel()
	searched := 0
	protoregistry.GlobalFiles.RangeFilesByPackage(Package, func(file protoreflect.FileDescriptor) bool {
		for i := range file.Messages().Len() {
			kind := typeOf(file.Messages().Get(i))
			found := len(messageValues(nil, filled(kind, 6), false)) > 0
			if may := mayHoldSecret(kind.Descriptor()); may != found {
				t.Errorf("%s: a secret may be in it: %t; one was found: %t", kind.Descriptor().Name(), may, found)
			}
			if found {
				searched++
			}
		}
		return true
	})
	if searched == 0 {
		t.Error("no type has a secret")
	}
}
