package opentact

import (
	"strings"

	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// mediaTypeMember is the one trunk setting that the contract has a field for.
const mediaTypeMember = "media_type"

// readTrunkSettings reads the vendor's object. Null and {} leave the field as it is.
func readTrunkSettings(r *tolerant.Reader, name string, at **pb.TrunkSettings) error {
	var object *structpb.Struct
	err := r.Struct(name, &object)
	if object != nil {
		*at = trunkSettings(r, object)
	}
	return err
}

// trunkSettings splits the vendor's object. A media type that the contract does not know is
// counted, and stays with the other settings.
func trunkSettings(r *tolerant.Reader, object *structpb.Struct) *pb.TrunkSettings {
	settings := &pb.TrunkSettings{}
	if settings.MediaType = readMediaType(r, object.GetFields()[mediaTypeMember]); settings.MediaType != nil {
		delete(object.GetFields(), mediaTypeMember)
	}
	if len(object.GetFields()) > 0 {
		settings.OtherSettings = object
	}
	return settings
}

// readMediaType returns the media type that a setting states, or nil if it states none that is
// known: another word is counted, and so is what is no word. Null and "" state nothing.
func readMediaType(r *tolerant.Reader, setting *structpb.Value) *pb.TrunkMediaType {
	switch kind := setting.GetKind().(type) {
	case nil, *structpb.Value_NullValue:
	case *structpb.Value_StringValue:
		value, known := mediaType(kind.StringValue)
		if known {
			return &value
		}
		if strings.TrimSpace(kind.StringValue) != "" {
			r.CountUnknownWord(mediaTypeMember, kind.StringValue)
		}
	default:
		r.CountMisread(mediaTypeMember)
	}
	return nil
}

// mediaType returns the value that a word of the vendor stands for.
func mediaType(word string) (pb.TrunkMediaType, bool) {
	value, known := mapping.Value(pb.TrunkMediaType(0).Descriptor().FullName(), word)
	return pb.TrunkMediaType(value), known
}

// flatSettings returns the one flat object that the vendor takes, or nil for none.
func flatSettings(settings *pb.TrunkSettings) map[string]any {
	if settings == nil {
		return nil
	}
	flat := settings.GetOtherSettings().AsMap()
	if settings.MediaType != nil {
		flat[mediaTypeMember] = mapping.Word(settings.GetMediaType().Descriptor().FullName(), settings.GetMediaType().Number())
	}
	return flat
}

// shownSettings returns what a read of settings that were sent shows.
func shownSettings(flat map[string]any) map[string]any {
	object, err := structpb.NewStruct(flat)
	if err != nil {
		return flat
	}
	tolerant.Shown(object)
	return object.AsMap()
}
