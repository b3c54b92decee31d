package telemetry

import (
	"log/slog"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/sipfacade/sipfacade/internal/contract"
)

const redacted = "[redacted]"

// secretWords mark members of free-form objects whose values are not shown.
var secretWords = []string{"password", "secret", "token", "ha1", "pin", "key"}

// Message returns the message for a log line, without the fields that the contract
// marks as secret. It costs nothing until the line is written.
func Message(message proto.Message) slog.LogValuer { return loggedMessage{message} }

type loggedMessage struct{ message proto.Message }

// LogValue is the redacted message as JSON.
func (l loggedMessage) LogValue() slog.Value {
	copied := proto.Clone(l.message)
	redact(copied.ProtoReflect())
	encoded, err := protojson.Marshal(copied)
	if err != nil {
		return slog.StringValue("cannot be shown")
	}
	return slog.StringValue(string(encoded))
}

// redact blanks what is secret, at any depth.
func redact(message protoreflect.Message) {
	if object, ok := message.Interface().(*structpb.Struct); ok {
		redactObject(object)
		return
	}
	message.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		switch {
		case contract.Secret(field):
			blank(message, field)
		case field.IsMap():
			redactMap(field, value.Map())
		case field.Message() == nil:
		case field.IsList():
			for i := range value.List().Len() {
				redact(value.List().Get(i).Message())
			}
		default:
			redact(value.Message())
		}
		return true
	})
}

// blank shows that there is a value where that can be shown, and drops it where
// not.
func blank(message protoreflect.Message, field protoreflect.FieldDescriptor) {
	if field.Kind() == protoreflect.StringKind && !field.IsList() && !field.IsMap() {
		message.Set(field, protoreflect.ValueOfString(redacted))
		return
	}
	message.Clear(field)
}

// redactMap redacts messages like any other and goes by the keys of the rest: they
// are names that a vendor chose.
func redactMap(field protoreflect.FieldDescriptor, entries protoreflect.Map) {
	value := field.MapValue()
	entries.Range(func(key protoreflect.MapKey, entry protoreflect.Value) bool {
		switch {
		case value.Message() != nil:
			redact(entry.Message())
		case !secretName(key.String()):
		case value.Kind() == protoreflect.StringKind:
			entries.Set(key, protoreflect.ValueOfString(redacted))
		default:
			entries.Clear(key)
		}
		return true
	})
}

// secretName reports whether the name alone says that the value is a secret.
func secretName(name string) bool {
	lower := strings.ToLower(name)
	return slices.ContainsFunc(secretWords, func(word string) bool { return strings.Contains(lower, word) })
}

// redactObject goes by the names of the members.
func redactObject(object *structpb.Struct) {
	for name, value := range object.GetFields() {
		if secretName(name) {
			object.Fields[name] = structpb.NewStringValue(redacted)
			continue
		}
		redactValue(value)
	}
}

func redactValue(value *structpb.Value) {
	switch v := value.GetKind().(type) {
	case *structpb.Value_StructValue:
		redactObject(v.StructValue)
	case *structpb.Value_ListValue:
		for _, element := range v.ListValue.GetValues() {
			redactValue(element)
		}
	}
}
