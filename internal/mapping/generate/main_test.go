package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/mapping"
)

// TestCommittedFilesAreCurrent: the decoders and the document are what `make generate`
// writes from the tables and the contract.
func TestCommittedFilesAreCurrent(t *testing.T) {
	t.Parallel()
	committed := map[string]string{
		"decoders": "../../service/opentact/decoders_generated.go", "document": "../../../docs/upstreams.md",
	}
	code, document := filepath.Join(t.TempDir(), "decoders.go"), filepath.Join(t.TempDir(), "upstreams.md")
	before, err := os.ReadFile(committed["document"])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(document, before, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(code, document); err != nil {
		t.Fatal(err)
	}
	for name, written := range map[string]string{"decoders": code, "document": document} {
		want, err := os.ReadFile(committed[name])
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(written)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s: run make generate: %s", committed[name], diff)
		}
	}
}

// TestTablesThatCannotBe: a mistake in a table is reported, by the resource and the member.
func TestTablesThatCannotBe(t *testing.T) {
	t.Parallel()
	account := func(fields ...mapping.Field) mapping.Dialect {
		return mapping.Dialect{Resources: []mapping.Resource{{Message: "OpentactAccount", Fields: fields}}}
	}
	for want, dialect := range map[string]mapping.Dialect{
		`Nobody`:                                 {Resources: []mapping.Resource{{Message: "Nobody"}}},
		`has no field "bogus"`:                   account(mapping.Field{Name: "bogus"}),
		`OpentactAccount reads "email" twice`:    account(mapping.Field{Name: "name", Vendor: []string{"email"}}),
		`OpentactAccount has no key`:             {Resources: []mapping.Resource{{Message: "OpentactAccount", Key: "bogus"}}},
		`TnLease cannot read "tn"`:               {Resources: []mapping.Resource{{Message: "TnLease"}}},
		`OpentactAccount reads "name", which it`: {Resources: []mapping.Resource{{Message: "OpentactAccount", Dropped: []mapping.Dropped{{Members: []string{"name"}}}}}},
		`the key of "nothing"`:                   account(mapping.Field{Name: "level", KeyOf: "nothing"}),
		`which the table does not have`:          account(mapping.Field{Name: "level", KeyOf: "create_time"}),
		`the key of "name", which is not `:       account(mapping.Field{Name: "level", KeyOf: "name"}),
	} {
		_, err := newModel(dialect)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// TestDocumentWithoutMarks: a document that has no place for the table is left as it is.
func TestDocumentWithoutMarks(t *testing.T) {
	t.Parallel()
	document := filepath.Join(t.TempDir(), "upstreams.md")
	if err := os.WriteFile(document, []byte("# Fields\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m, err := newModel(mapping.OpenTACT)
	if err != nil {
		t.Fatal(err)
	}
	if err := replaceFields(document, m); err == nil || !strings.Contains(err.Error(), "lacks the marks") {
		t.Errorf("got %v", err)
	}
}
