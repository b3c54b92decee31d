package service

import (
	"maps"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// mediaTypeMember is the one trunk setting that is modelled.
const mediaTypeMember = "media_type"

func equalFold(a, b string) bool {
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

// flatSettings is the one flat object that the vendor takes.
func flatSettings(settings *pb.TrunkSettings) map[string]any {
	flat := settings.GetOtherSettings().AsMap()
	if settings.MediaType != nil {
		flat[mediaTypeMember] = mediaTypes[settings.GetMediaType().Number()]
	}
	return flat
}

// trunkSettings splits the vendor's object. A media type that the contract does
// not know stays with the other settings.
func trunkSettings(vendor map[string]any) *pb.TrunkSettings {
	if len(vendor) == 0 {
		return nil
	}
	settings, others := &pb.TrunkSettings{}, maps.Clone(vendor)
	if word, ok := vendor[mediaTypeMember].(string); ok {
		if mediaType, known := enumOf[pb.MediaType](mediaTypes, word); known {
			settings.MediaType = &mediaType
			delete(others, mediaTypeMember)
		}
	}
	settings.OtherSettings = freeForm(others)
	return settings
}

// freeForm is an object that the vendor does not document; nil where it is empty.
func freeForm(object map[string]any) *structpb.Struct {
	if len(object) == 0 {
		return nil
	}
	return structOf(object)
}

func structOf(object map[string]any) *structpb.Struct {
	fields := make(map[string]*structpb.Value, len(object))
	for name, value := range object {
		fields[name] = freeValue(value)
	}
	return &structpb.Struct{Fields: fields}
}

// freeValue is one JSON value, as package tolerant reads them.
func freeValue(value any) *structpb.Value {
	switch v := value.(type) {
	case map[string]any:
		return structpb.NewStructValue(structOf(v))
	case []any:
		return structpb.NewListValue(&structpb.ListValue{Values: each(v, freeValue)})
	case string:
		return structpb.NewStringValue(v)
	case float64:
		return structpb.NewNumberValue(v)
	case bool:
		return structpb.NewBoolValue(v)
	default:
		return structpb.NewNullValue()
	}
}
