// Command generate writes what follows from the tables of package mapping and from the
// contract's descriptors: the decoders and write columns of a vendor's services, and the
// table of its fields in docs/upstreams.md.
package main

import (
	"bytes"
	_ "embed" // for the template
	"fmt"
	"go/format"
	"os"
	"text/template"

	"github.com/sipfacade/sipfacade/internal/mapping"
)

//go:embed decoders.go.tmpl
var decoders string

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: generate DECODERS DOCUMENT")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run writes the file of decoders and replaces a part of the document.
func run(code, document string) error {
	model, err := newModel(mapping.OpenTACT)
	if err != nil {
		return fmt.Errorf("check the table of OpenTACT: %w", err)
	}
	source, err := writeDecoders(model)
	if err != nil {
		return fmt.Errorf("write the decoders: %w", err)
	}
	if err := os.WriteFile(code, source, 0o644); err != nil {
		return err
	}
	return replaceFields(document, model)
}

// writeDecoders returns the Go source of the decoders.
func writeDecoders(m *model) ([]byte, error) {
	parsed, err := template.New("decoders").Parse(decoders)
	if err != nil {
		return nil, err
	}
	var source bytes.Buffer
	if err := parsed.Execute(&source, m); err != nil {
		return nil, err
	}
	return format.Source(source.Bytes())
}
