package codec

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/sipfacade/sipfacade/internal/goldentest"
)

// TestGolden holds every type that an answer can hold, empty and with all fields set, to the
// bytes that were written when it was added.
func TestGolden(t *testing.T) {
	t.Parallel()
	goldentest.Compare(t, "answers.golden", strings.Join(goldenLines(t), "\n")+"\n")
}

func goldenLines(t *testing.T) []string {
	t.Helper()
	codec := New()
	var lines []string
	for _, message := range answerTypes() {
		name := message.ProtoReflect().Descriptor().FullName()
		empty, err := codec.Marshal(message)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		fill(message.ProtoReflect(), 2)
		full, err := codec.Marshal(message)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		lines = append(lines, fmt.Sprintf("%s %s %s", name, empty, full))
	}
	slices.Sort(lines)
	return lines
}

// fill sets every field to a value that shows how it is written. Messages at the depth stay
// empty.
func fill(m protoreflect.Message, depth int) {
	if fillKnown(m.Interface()) || depth == 0 {
		return
	}
	for i := range m.Descriptor().Fields().Len() {
		switch field := m.Descriptor().Fields().Get(i); {
		case field.IsMap():
			for _, name := range []string{"b", "A", "ä", ""} {
				m.Mutable(field).Map().Set(protoreflect.ValueOfString(name).MapKey(), filledScalar(field.MapValue()))
			}
		case field.IsList() && field.Message() != nil:
			fill(m.Mutable(field).List().AppendMutable().Message(), depth-1)
			fill(m.Mutable(field).List().AppendMutable().Message(), 0)
		case field.IsList():
			m.Mutable(field).List().Append(filledScalar(field))
			m.Mutable(field).List().Append(filledScalar(field))
		case field.Message() != nil:
			fill(m.Mutable(field).Message(), depth-1)
		default:
			m.Set(field, filledScalar(field))
		}
	}
}

// fillKnown fills a well-known type, and reports whether the message is one.
func fillKnown(message proto.Message) bool {
	var filled proto.Message
	switch message.(type) {
	case *timestamppb.Timestamp:
		filled = &timestamppb.Timestamp{Seconds: -1, Nanos: 120000000}
	case *durationpb.Duration:
		filled = &durationpb.Duration{Seconds: -3, Nanos: -50000}
	case *structpb.Struct:
		filled, _ = structpb.NewStruct(map[string]any{"b": []any{nil, true, -0.5, 1e21, 1e-7, []any{}}, "a": map[string]any{"é": "\t"}, "c": map[string]any{}})
	case *anypb.Any:
		filled, _ = anypb.New(&errdetails.ErrorInfo{Reason: "A", Metadata: map[string]string{"k": "v"}})
	default:
		return false
	}
	proto.Merge(message, filled)
	return true
}

func filledScalar(field protoreflect.FieldDescriptor) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(field.Enum().Values().Get(field.Enum().Values().Len() - 1).Number())
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(-1 << 31)
	case protoreflect.Int64Kind:
		return protoreflect.ValueOfInt64(-1 << 63)
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(1<<32 - 1)
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(99.87895)
	default:
		return protoreflect.ValueOfString(`"é" of ` + field.JSONName())
	}
}
