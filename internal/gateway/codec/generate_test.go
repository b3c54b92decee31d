package codec

import (
	"math"

	"google.golang.org/genproto/googleapis/api/distribution"
	expr "google.golang.org/genproto/googleapis/api/expr/v1alpha1"
	"google.golang.org/genproto/googleapis/api/serviceconfig"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"
	"google.golang.org/protobuf/types/known/wrapperspb"
	"pgregory.net/rapid"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// testedTypes are the contract's messages and, for what it does not use (maps by
// number, oneofs, bytes, wrappers, Any), some of Google's.
func testedTypes() []proto.Message {
	types := []proto.Message{
		&spb.Status{}, &errdetails.ErrorInfo{}, &errdetails.BadRequest{}, &errdetails.RetryInfo{}, &errdetails.ResourceInfo{},
		&errdetails.QuotaFailure{}, &expr.ParsedExpr{}, &expr.Value{}, &expr.Constant{}, &distribution.Distribution{},
		&serviceconfig.Service{}, &anypb.Any{}, &timestamppb.Timestamp{}, &durationpb.Duration{}, &fieldmaskpb.FieldMask{},
		&structpb.Struct{}, &structpb.Value{}, &structpb.ListValue{}, &emptypb.Empty{},
	}
	types = append(types, wrappers()...)
	protoregistry.GlobalTypes.RangeMessages(func(found protoreflect.MessageType) bool {
		if found.Descriptor().ParentFile().Package() == "sipfacade.v1" {
			types = append(types, found.New().Interface())
		}
		return true
	})
	return types
}

// wrappers are one message per kind of scalar.
func wrappers() []proto.Message {
	return []proto.Message{
		&wrapperspb.BoolValue{}, &wrapperspb.StringValue{}, &wrapperspb.BytesValue{}, &wrapperspb.Int32Value{}, &wrapperspb.Int64Value{},
		&wrapperspb.UInt32Value{}, &wrapperspb.UInt64Value{}, &wrapperspb.FloatValue{}, &wrapperspb.DoubleValue{},
	}
}

var _ = sipfacadev1.File_sipfacade_v1_sip_connection_service_proto // links the contract

// drawMessage makes a random message of a type. Below the depth fields of
// messages stay unset.
func drawMessage(t *rapid.T, kind protoreflect.MessageType, depth int) proto.Message {
	switch kind.Descriptor().FullName() {
	case "google.protobuf.Timestamp":
		return &timestamppb.Timestamp{
			Seconds: rapid.Int64Range(minTimestampSeconds, maxTimestampSeconds).Draw(t, "seconds"),
			Nanos:   drawNanos(t),
		}
	case "google.protobuf.Duration":
		length := &durationpb.Duration{Seconds: rapid.Int64Range(0, maxDurationSeconds).Draw(t, "seconds"), Nanos: drawNanos(t)}
		if rapid.Bool().Draw(t, "negative") {
			length.Seconds, length.Nanos = -length.Seconds, -length.Nanos
		}
		return length
	case "google.protobuf.FieldMask":
		return &fieldmaskpb.FieldMask{Paths: rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,5}(_[a-z]{1,5}){0,2}(\.[a-z]{1,5})?`), 0, 3).Draw(t, "paths")}
	case "google.protobuf.Value":
		return drawValue(t, depth)
	case "google.protobuf.Any":
		return drawAny(t, depth)
	}
	made := kind.New()
	drawFields(t, made, depth)
	return made.Interface()
}

func drawNanos(t *rapid.T) int32 {
	return rapid.OneOf(rapid.Just(int32(0)), rapid.Map(rapid.Int32Range(0, 999), func(n int32) int32 { return n * 1e6 }),
		rapid.Int32Range(0, maxNanos)).Draw(t, "nanos")
}

func drawValue(t *rapid.T, depth int) *structpb.Value {
	kinds := 4
	if depth > 0 {
		kinds = 6
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return structpb.NewNullValue()
	case 1:
		return structpb.NewBoolValue(rapid.Bool().Draw(t, "bool"))
	case 2:
		return structpb.NewNumberValue(rapid.Float64().Draw(t, "number"))
	case 3:
		return structpb.NewStringValue(rapid.String().Draw(t, "string"))
	case 4:
		object, _ := drawMessage(t, (&structpb.Struct{}).ProtoReflect().Type(), depth-1).(*structpb.Struct)
		return structpb.NewStructValue(object)
	default:
		list, _ := drawMessage(t, (&structpb.ListValue{}).ProtoReflect().Type(), depth-1).(*structpb.ListValue)
		return structpb.NewListValue(list)
	}
}

func drawAny(t *rapid.T, depth int) *anypb.Any {
	packable := []proto.Message{
		&errdetails.ErrorInfo{}, &errdetails.BadRequest{}, &errdetails.RetryInfo{}, &errdetails.ResourceInfo{},
		&timestamppb.Timestamp{}, &structpb.Struct{}, &wrapperspb.Int64Value{},
	}
	inner := rapid.SampledFrom(packable).Draw(t, "packed")
	packed, err := anypb.New(drawMessage(t, inner.ProtoReflect().Type(), depth-1))
	if err != nil {
		t.Fatal(err)
	}
	return packed
}

func drawFields(t *rapid.T, m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if !rapid.Bool().Draw(t, string(field.Name())) || oneofTaken(m, field) {
			continue
		}
		switch {
		case field.IsMap():
			drawMap(t, m, field, depth)
		case field.IsList():
			for range rapid.IntRange(0, 2).Draw(t, "length") {
				if value, ok := drawSingle(t, m.NewField(field).List().NewElement, field, depth); ok {
					m.Mutable(field).List().Append(value)
				}
			}
		default:
			if value, ok := drawSingle(t, func() protoreflect.Value { return m.NewField(field) }, field, depth); ok {
				m.Set(field, value)
			}
		}
	}
}

func oneofTaken(m protoreflect.Message, field protoreflect.FieldDescriptor) bool {
	return field.ContainingOneof() != nil && m.WhichOneof(field.ContainingOneof()) != nil
}

func drawMap(t *rapid.T, m protoreflect.Message, field protoreflect.FieldDescriptor, depth int) {
	entries := m.Mutable(field).Map()
	for range rapid.IntRange(0, 3).Draw(t, "size") {
		key := drawScalar(t, field.MapKey()).MapKey()
		if value, ok := drawSingle(t, entries.NewValue, field.MapValue(), depth); ok {
			entries.Set(key, value)
		}
	}
}

func drawSingle(t *rapid.T, made func() protoreflect.Value, field protoreflect.FieldDescriptor, depth int) (protoreflect.Value, bool) {
	if field.Message() == nil {
		return drawScalar(t, field), true
	}
	if depth == 0 {
		return protoreflect.Value{}, false
	}
	return protoreflect.ValueOfMessage(drawMessage(t, made().Message().Type(), depth-1).ProtoReflect()), true
}

func drawScalar(t *rapid.T, field protoreflect.FieldDescriptor) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(rapid.Bool().Draw(t, "bool"))
	case protoreflect.EnumKind:
		if isNullValue(field) {
			return protoreflect.ValueOfEnum(0)
		}
		return protoreflect.ValueOfEnum(protoreflect.EnumNumber(rapid.Int32Range(-1, 9).Draw(t, "enum")))
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(rapid.Int32().Draw(t, "int32"))
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return protoreflect.ValueOfInt64(rapid.Int64().Draw(t, "int64"))
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(rapid.Uint32().Draw(t, "uint32"))
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(rapid.Uint64().Draw(t, "uint64"))
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(rapid.OneOf(rapid.Float32(), rapid.Just(float32(math.Inf(-1)))).Draw(t, "float"))
	case protoreflect.DoubleKind:
		return protoreflect.ValueOfFloat64(rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{
			math.NaN(), math.Inf(1), math.Inf(-1), 1e21, 1e-7, 0.1, math.Copysign(0, -1),
		})).Draw(t, "double"))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
	default:
		return protoreflect.ValueOfString(rapid.String().Draw(t, "string"))
	}
}
