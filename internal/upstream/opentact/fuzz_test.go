package opentact

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// seeds are answers to begin fuzzing from.
func seeds(f *testing.F) {
	f.Helper()
	for _, seed := range []string{
		"", "null", "[]", "<html>",
		`{"success":true,"payload":[1,2]}`, `{"payload":[1,2],"success":1}`, `{"payload":[{},{}],"success":"true"}`,
		`{"success":true,"payload":{"total":3,"data":[{"uuid":"` + otherID + `"}],"take":1}}`,
		`{"success":true,"payload":["` + otherID + `"]}`, `{"success":true,"payload":{"tn":1,"login":"x"}}`,
		`{"success":false,"message":"a\u0000b\ud83d","status":"404","fields":{"params.x":{"message":"m","value":1},"y":2}}`,
	} {
		f.Add([]byte(seed))
	}
}

// decode reads rows from an answer.
func decode(r *tolerant.Reader) (rows []*row, err error) {
	defer r.Release()
	begin := into(&rows)
	unusable, err := readAnswer(r, func() error { return ofConnections.many(r, begin()) })
	return rows, errors.Join(unusable, err)
}

// FuzzPayload: how the bytes arrive makes no difference, and no answer makes the reader
// panic.
func FuzzPayload(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		found, err := decode(tolerant.NewReader(strings.NewReader(string(body))))
		slow, slowErr := decode(tolerant.NewReader(iotest.OneByteReader(strings.NewReader(string(body)))))
		if (err == nil) != (slowErr == nil) {
			t.Fatalf("at once: %v, byte by byte: %v", err, slowErr)
		}
		if diff := cmp.Diff(found, slow); err == nil && diff != "" {
			t.Error(diff)
		}
	})
}

// FuzzRefusal: the error form is read or it is not; what was read can be cut short
// without turning into a success.
func FuzzRefusal(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		refusal, ok := readRefusal(body)
		if !ok && !cmp.Equal(refusal.Message, "") {
			t.Errorf("no refusal, and yet %q", refusal.Message)
		}
		for i := 1; i < len(refusal.Fields); i++ {
			if refusal.Fields[i-1].Name > refusal.Fields[i].Name {
				t.Errorf("fields out of order: %q", refusal.Fields)
			}
		}
		if refusal.Error() == "" {
			t.Error("no text for the log")
		}
	})
}
