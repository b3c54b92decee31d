package telemetry

import (
	"log/slog"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/secret"
)

// Message returns the message for a log line, without the fields that the contract
// marks as secret and the members that are named like secrets. It is only redacted if
// the line is written.
func Message(message proto.Message) slog.LogValuer { return loggedMessage{message} }

// loggedMessage is a message that is redacted when it is logged.
type loggedMessage struct{ message proto.Message }

// LogValue returns the redacted message as JSON.
func (l loggedMessage) LogValue() slog.Value {
	copied := proto.Clone(l.message)
	redact(copied.ProtoReflect())
	encoded, err := protojson.Marshal(copied)
	if err != nil {
		return slog.StringValue(unprintable)
	}
	return slog.StringValue(string(encoded))
}

// redact blanks secret fields at any depth.
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

// blank replaces a text by Redacted, and drops any other value.
func blank(message protoreflect.Message, field protoreflect.FieldDescriptor) {
	if field.Kind() == protoreflect.StringKind && !field.IsList() && !field.IsMap() {
		message.Set(field, protoreflect.ValueOfString(secret.Redacted))
		return
	}
	message.Clear(field)
}

// redactMap redacts the messages of a map. Other values are redacted if their keys,
// which a vendor chose, name secrets.
func redactMap(field protoreflect.FieldDescriptor, entries protoreflect.Map) {
	value := field.MapValue()
	entries.Range(func(key protoreflect.MapKey, entry protoreflect.Value) bool {
		switch {
		case value.Message() != nil:
			redact(entry.Message())
		case !secret.Name(key.String()):
		case value.Kind() == protoreflect.StringKind:
			entries.Set(key, protoreflect.ValueOfString(secret.Redacted))
		default:
			entries.Clear(key)
		}
		return true
	})
}

// redactObject redacts members that are named like secrets, at any depth.
func redactObject(object *structpb.Struct) {
	for name, value := range object.GetFields() {
		if secret.Name(name) {
			object.Fields[name] = structpb.NewStringValue(secret.Redacted)
			continue
		}
		redactValue(value)
	}
}

// redactValue redacts the objects in a value.
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
