package opentact

import (
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
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

// respell writes what callers gave as it is sent and shown: UUIDs in lower case, times with
// milliseconds, free-form objects without secrets, and one media type of trunk settings.
func respell(resource proto.Message) {
	reflected := resource.ProtoReflect()
	reflected.Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.Kind() == protoreflect.StringKind && strings.HasSuffix(string(field.Name()), "_uuid") {
			reflected.Set(field, protoreflect.ValueOfString(strings.ToLower(value.String())))
		}
		message, ok := value.Interface().(protoreflect.Message)
		if !ok {
			return true
		}
		switch known := message.Interface().(type) {
		case *timestamppb.Timestamp:
			reflected.Set(field, protoreflect.ValueOfMessage(timestamppb.New(known.AsTime().Truncate(time.Millisecond)).ProtoReflect()))
		case *structpb.Struct:
			tolerant.Shown(known)
		case *pb.TrunkSettings:
			respellSettings(known)
		default:
			respell(known)
		}
		return true
	})
}

// respellSettings is respell for trunk settings.
func respellSettings(settings *pb.TrunkSettings) {
	if settings.MediaType != nil {
		delete(settings.GetOtherSettings().GetFields(), mediaTypeMember)
	}
	respell(settings)
	if len(settings.GetOtherSettings().GetFields()) == 0 {
		settings.OtherSettings = nil
	}
}
