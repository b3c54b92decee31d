package opentact

import (
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// echo returns what is known of a resource from the request that wrote it: the fields
// that were sent and may be shown, and the id.
func echo[R proto.Message](wanted R, sent columns, key protoreflect.Name, id string) R {
	copied, _ := proto.Clone(wanted).(R)
	reflected := copied.ProtoReflect()
	reflected.Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if sent.find(field.Name()).names == nil || contract.Secret(field) {
			reflected.Clear(field)
		}
		return true
	})
	reflected.Set(reflected.Descriptor().Fields().ByName(key), protoreflect.ValueOfString(id))
	respell(copied)
	return copied
}

// respell writes what callers gave as it is sent: UUIDs in lower case, and times with
// milliseconds.
func respell(resource proto.Message) {
	reflected := resource.ProtoReflect()
	reflected.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.Kind() == protoreflect.StringKind && strings.HasSuffix(string(field.Name()), "_uuid") {
			reflected.Set(field, protoreflect.ValueOfString(strings.ToLower(value.String())))
		}
		if at, ok := timeOf(value); ok {
			reflected.Set(field, protoreflect.ValueOfMessage(timestamppb.New(at.AsTime().Truncate(time.Millisecond)).ProtoReflect()))
		}
		return true
	})
}

// timeOf returns the timestamp that a value is.
func timeOf(value protoreflect.Value) (at *timestamppb.Timestamp, ok bool) {
	message, ok := value.Interface().(protoreflect.Message)
	if !ok {
		return nil, false
	}
	at, ok = message.Interface().(*timestamppb.Timestamp)
	return at, ok
}
