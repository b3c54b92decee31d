package tolerant

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
)

// TestShown: what is shown of an object that was sent is what a read of it shows.
func TestShown(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		`{"call_limit":10,"codecs":["PCMU",null,true,{}],"o":{},"l":[]}`:     `{"call_limit":10,"codecs":["PCMU",null,true,{}],"o":{},"l":[]}`,
		`{"password":"x","a":{"pin":[1],"b":[{"apiKey":{}},"k"]}}`:           `{"a":{"b":[{},"k"]}}`,
		`{"note":"password=hunter2","urls":["http://user:pw@h/x"]}`:          `{"note":"password=[redacted]","urls":["http://[redacted]@h/x"]}`,
		`{"n":12345678901234567,"m":[-9007199254740992,9007199254740991.0]}`: `{"n":"12345678901234568","m":["-9007199254740992",9007199254740991]}`,
		`{"below":1e20,"from":1e21,"small":1e-9,"half":0.5}`:                 `{"below":"100000000000000000000","from":1e21,"small":1e-9,"half":0.5}`,
	} {
		shown, wanted := &structpb.Struct{}, &structpb.Struct{}
		if err := shown.UnmarshalJSON([]byte(sent)); err != nil {
			t.Fatal(err)
		}
		if err := wanted.UnmarshalJSON([]byte(want)); err != nil {
			t.Fatal(err)
		}
		written, err := json.Marshal(shown.AsMap())
		if err != nil {
			t.Fatal(err)
		}
		var read *structpb.Struct
		r := NewReader(strings.NewReader(string(written)))
		if err := r.Struct("settings", &read); err != nil {
			t.Errorf("%s: %v", sent, err)
		}
		r.Release()
		if diff := cmp.Diff(wanted, read, protocmp.Transform()); diff != "" {
			t.Errorf("read %s: %s", written, diff)
		}
		Shown(shown)
		if diff := cmp.Diff(wanted, shown, protocmp.Transform()); diff != "" {
			t.Errorf("shown of %s: %s", sent, diff)
		}
	}
	Shown(nil)
}
