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

// readTrunkSettings reads the vendor's object. Null, {} and a media type that states nothing
// leave the field as it is.
func readTrunkSettings(r *tolerant.Reader, name string, at **pb.TrunkSettings) error {
	var object *structpb.Struct
	err := r.Struct(name, &object)
	if settings := trunkSettings(r, object); settings.MediaType != nil || settings.OtherSettings != nil {
		*at = settings
	}
	return err
}

// trunkSettings splits the vendor's object. A media type that the contract does not know is
// counted, and stays with the other settings. One that states nothing is left out.
func trunkSettings(r *tolerant.Reader, object *structpb.Struct) *pb.TrunkSettings {
	settings := &pb.TrunkSettings{}
	value, isRead := readMediaType(r, object.GetFields()[mediaTypeMember])
	if settings.MediaType = value; isRead {
		delete(object.GetFields(), mediaTypeMember)
	}
	if len(object.GetFields()) > 0 {
		settings.OtherSettings = object
	}
	return settings
}

// readMediaType returns the media type that a setting states, or nil if it states none: null and ""
// state nothing. IsRead is false for an unknown word and for a value that is not a word; both are
// counted.
func readMediaType(r *tolerant.Reader, setting *structpb.Value) (value *pb.TrunkMediaType, isRead bool) {
	switch kind := setting.GetKind().(type) {
	case nil, *structpb.Value_NullValue:
		return nil, true
	case *structpb.Value_StringValue:
		known, isKnown := mediaType(kind.StringValue)
		switch {
		case isKnown:
			return &known, true
		case strings.TrimSpace(kind.StringValue) == "":
			return nil, true
		}
		r.CountUnknownWord(mediaTypeMember, kind.StringValue)
	default:
		r.CountMisread(mediaTypeMember)
	}
	return nil, false
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
