package contract

import (
	"strconv"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/sipfacade/sipfacade/internal/secret"
)

// SecretValues returns the texts of a message that must not be shown, at any depth:
// those of secret fields, and those of free-form members that are named like secrets.
func SecretValues(message proto.Message) []string {
	if message == nil {
		return nil
	}
	return secretValues(nil, message.ProtoReflect(), false)
}

// secretHolders says of each type of message that was asked for whether it may hold a secret.
var secretHolders sync.Map // of bool, by the descriptor of the type

// mayHoldSecret reports whether a message of the type may hold a secret at any depth. Most
// requests are of types that cannot, and need not be searched for each call.
func mayHoldSecret(message protoreflect.MessageDescriptor) bool {
	if known, ok := secretHolders.Load(message); ok {
		return known.(bool)
	}
	holds := holdsSecret(message, map[protoreflect.MessageDescriptor]bool{})
	secretHolders.Store(message, holds)
	return holds
}

// holdsSecret is mayHoldSecret for a type that is not known yet. The names of a map's entries,
// as those of a free-form object, come from elsewhere and may be those of secrets.
func holdsSecret(message protoreflect.MessageDescriptor, visited map[protoreflect.MessageDescriptor]bool) bool {
	if visited[message] {
		return false
	}
	visited[message] = true
	for field := range Fields(message) {
		if Secret(field) || field.IsMap() || field.Message() != nil && holdsSecret(field.Message(), visited) {
			return true
		}
	}
	return false
}

// secretValues appends those of a message. All of it is secret if the field that holds
// it is.
func secretValues(found []string, message protoreflect.Message, marked bool) []string {
	if !marked && !mayHoldSecret(message.Descriptor()) {
		return found
	}
	return messageValues(found, message, marked)
}

// messageValues is secretValues for a message that may hold a secret.
func messageValues(found []string, message protoreflect.Message, marked bool) []string {
	switch known := message.Interface().(type) {
	case *structpb.Struct:
		return structValues(found, known, marked)
	case *structpb.Value:
		return freeValues(found, known, marked)
	}
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		marked := marked || Secret(field)
		switch {
		case field.IsMap():
			found = mapValues(found, field.MapValue(), value.Map(), marked)
		case field.IsList():
			for i := range value.List().Len() {
				found = fieldValue(found, field, value.List().Get(i), marked)
			}
		default:
			found = fieldValue(found, field, value, marked)
		}
		return true
	})
	return found
}

// mapValues appends those of a map. The keys are names that a vendor chose.
func mapValues(found []string, field protoreflect.FieldDescriptor, entries protoreflect.Map, marked bool) []string {
	entries.Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
		found = fieldValue(found, field, value, marked || secret.Name(key.String()))
		return true
	})
	return found
}

// fieldValue appends those of one value of a field.
func fieldValue(found []string, field protoreflect.FieldDescriptor, value protoreflect.Value, marked bool) []string {
	switch {
	case field.Message() != nil:
		return secretValues(found, value.Message(), marked)
	case !marked:
		return found
	case field.Kind() == protoreflect.StringKind:
		return appendText(found, value.String())
	case field.Kind() == protoreflect.BytesKind:
		return appendText(found, string(value.Bytes()))
	default:
		return found
	}
}

// structValues appends those of a free-form object.
func structValues(found []string, object *structpb.Struct, marked bool) []string {
	for name, value := range object.GetFields() {
		found = freeValues(found, value, marked || secret.Name(name))
	}
	return found
}

// freeValues appends those of a free-form value. A number can be a PIN.
func freeValues(found []string, value *structpb.Value, marked bool) []string {
	switch v := value.GetKind().(type) {
	case *structpb.Value_StructValue:
		return structValues(found, v.StructValue, marked)
	case *structpb.Value_ListValue:
		for _, element := range v.ListValue.GetValues() {
			found = freeValues(found, element, marked)
		}
	case *structpb.Value_StringValue:
		if marked {
			return appendText(found, v.StringValue)
		}
	case *structpb.Value_NumberValue:
		if marked {
			return append(found, strconv.FormatFloat(v.NumberValue, 'f', -1, 64))
		}
	}
	return found
}

// appendText appends a text that is not empty.
func appendText(found []string, text string) []string {
	if text == "" {
		return found
	}
	return append(found, text)
}
