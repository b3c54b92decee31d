package infinity

import (
	"io"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// knowing is a body that knows a secret of the call.
type knowing struct{ io.Reader }

func (knowing) Mask(text string) string { return strings.ReplaceAll(text, "swordfish", "-") }

// TestAdditionalFieldsAreMasked: a secret that the call sent is not among the additional
// fields, whatever its name is there: when it is read, and when a row is shown that was kept.
// A field that the service knows has what the vendor says, since a row may be written back.
func TestAdditionalFieldsAreMasked(t *testing.T) {
	t.Parallel()
	body := `{"text":"swordfish","label":"a swordfish","word":"swordfish","debug":"is swordfish","error":"swordfish","n":{"a":["swordfish"]},"z":"sword"}`
	want := &sample{Text: "swordfish", Additional: map[string]string{
		"label": "a -", "word": "-", "debug": "is -", "error": "-", "n": `{"a":["-"]}`, "z": "sword",
	}}
	read := &Reader{zone: time.UTC}
	got, err := message(knowing{strings.NewReader(body)}, read, sampleKind)
	if diff := cmp.Diff(want, got, protocmp.Transform()); err != nil || diff != "" {
		t.Errorf("as it is read: %v, %s", err, diff)
	}
	row, err := single(knowing{strings.NewReader(body)}, "")
	if err != nil {
		t.Fatal(err)
	}
	drift := tolerant.Drift{}
	if diff := cmp.Diff(want, Show(clientOver(time.UTC, drift), Users.Read, sampleKind, row), protocmp.Transform()); diff != "" {
		t.Errorf("shown later: %s", diff)
	}
	maps.Copy(drift, read.drift)
	for found := range drift {
		if strings.Contains(found.Word, "swordfish") {
			t.Errorf("reported: %+v", found)
		}
	}
	if found, _ := row.Find("text"); found.Value.Text != "swordfish" {
		t.Errorf("the row has %q", found.Value.Text)
	}
}

var _ tolerant.Masker = knowing{}
