package openapi_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/gen"
	"github.com/sipfacade/sipfacade/internal/openapi"
)

// TestReadAndWrite: the types have everything that the served document has, and it is
// written as it was read.
func TestReadAndWrite(t *testing.T) {
	t.Parallel()
	document := &openapi.Document{}
	if err := openapi.Read(gen.OpenAPI, document); err != nil {
		t.Fatal(err)
	}
	again, err := document.Write()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(again, gen.OpenAPI) {
		t.Error(cmp.Diff(string(gen.OpenAPI), string(again)))
	}
}

// TestUnknownMember: what the types do not have is not lost unseen, at any depth.
func TestUnknownMember(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"openapi":"3.1.0","webhooks":{}}`,
		`{"components":{"schemas":{"A":{"properties":{"b":{"maximun":1}}}}}}`,
	} {
		if err := openapi.Read([]byte(text), &openapi.Document{}); err == nil {
			t.Errorf("%s was read", text)
		}
	}
}

// TestSchema: schemas keep the order of their members, and the short forms of JSON Schema.
func TestSchema(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"type":"object","properties":{"b":{"type":["string","null"]},"a":{"type":"string"}},"additionalProperties":false}`,
		`{"type":"array","items":true}`,
		`{"enum":["x",null]}`,
		`{}`,
	} {
		read := &openapi.Schema{}
		if err := openapi.Read([]byte(text), read); err != nil {
			t.Fatal(err)
		}
		copied, err := read.Clone()
		if err != nil {
			t.Fatal(err)
		}
		wrapped := &openapi.Document{Components: openapi.Components{Schemas: map[string]*openapi.Schema{"A": copied}}}
		data, err := wrapped.Write()
		if err != nil {
			t.Fatal(err)
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, data); err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(compact.Bytes(), []byte(`"A":`+text)) {
			t.Errorf("%s became %s", text, compact.String())
		}
	}
}
