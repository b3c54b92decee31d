package opentact

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/types/known/structpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/etag/etagtest"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// TestTrunkSettings: the vendor's object comes apart and together again.
func TestTrunkSettings(t *testing.T) {
	t.Parallel()
	other := func(members map[string]any) *structpb.Struct {
		object, err := structpb.NewStruct(members)
		if err != nil {
			t.Fatal(err)
		}
		return object
	}
	deep := map[string]any{"call_limit": 10.0, "codecs": []any{"PCMU", nil, true}, "reg_user": []any{map[string]any{"username": "u", "n": map[string]any{}}}, "big": "9007199254740993"}
	with := func(members map[string]any, mediaType any) map[string]any {
		all := map[string]any{"media_type": mediaType}
		for name, value := range members {
			all[name] = value
		}
		return all
	}
	for name, c := range map[string]struct {
		vendor map[string]any
		want   *pb.TrunkSettings
		back   map[string]any // if it differs from vendor
		drift  tolerant.Drift
	}{
		"nothing":         {nil, nil, nil, nil},
		"empty":           {map[string]any{}, nil, nil, nil},
		"bypass":          {with(nil, "Bypass Media"), &pb.TrunkSettings{MediaType: new(pb.TrunkMediaType_TRUNK_MEDIA_TYPE_BYPASS_MEDIA)}, nil, nil},
		"transcoding":     {with(deep, "Proxy Media + Transcoding"), &pb.TrunkSettings{MediaType: new(pb.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA_TRANSCODING), OtherSettings: other(deep)}, nil, nil},
		"proxy, any case": {with(nil, " proxy media "), &pb.TrunkSettings{MediaType: new(pb.TrunkMediaType_TRUNK_MEDIA_TYPE_PROXY_MEDIA)}, with(nil, "Proxy Media"), nil},
		"another word":    {with(deep, "Relay"), &pb.TrunkSettings{OtherSettings: other(with(deep, "Relay"))}, nil, tolerant.Drift{{Difference: tolerant.UnknownWord, Member: "media_type", Word: "Relay"}: 1}},
		"no word":         {with(nil, 3.0), &pb.TrunkSettings{OtherSettings: other(with(nil, 3.0))}, nil, tolerant.Drift{{Difference: tolerant.Misread, Member: "media_type"}: 1}},
		"null":            {with(nil, nil), nil, nil, nil},
		"null and others": {with(deep, nil), &pb.TrunkSettings{OtherSettings: other(deep)}, deep, nil},
		"empty text":      {with(nil, " "), nil, nil, nil},
		"no media type":   {deep, &pb.TrunkSettings{OtherSettings: other(deep)}, nil, nil},
	} {
		var got *pb.TrunkSettings
		encoded, err := json.Marshal(c.vendor)
		if err != nil {
			t.Fatal(err)
		}
		r := tolerant.NewReader(bytes.NewReader(encoded))
		if err := readTrunkSettings(r, "settings", &got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		r.Release()
		if diff := cmp.Diff(c.drift, r.Drift()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if diff := cmp.Diff(c.want, got, etagtest.Ignore()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if got == nil {
			continue
		}
		if c.back == nil {
			c.back = c.vendor
		}
		if diff := cmp.Diff(c.back, flatSettings(got)); diff != "" {
			t.Errorf("%s, back: %s", name, diff)
		}
	}
}
