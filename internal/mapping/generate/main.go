// Command generate writes what follows from the tables of package mapping and from the
// contract's descriptors: the code by which each vendor's services read and write its
// fields, and the tables of these fields in docs/upstreams.md.
package main

import (
	"bytes"
	_ "embed" // for the templates
	"fmt"
	"go/format"
	"os"
	"text/template"

	"github.com/sipfacade/sipfacade/internal/mapping"
)

// The templates of the vendors' services.
var (
	//go:embed decoders.go.tmpl
	openTACT string
	//go:embed rows.go.tmpl
	infinity string
)

// output is what is written for one vendor.
type output struct {
	dialect  mapping.Dialect
	template string
	// code is the file of Go code, marks are around the vendor's part of the document.
	code  string
	marks marks
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: generate OPENTACT-CODE INFINITY-CODE DOCUMENT")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run writes the code of both vendors and replaces their parts of the document.
func run(openTACTCode, infinityCode, document string) error {
	for _, o := range []output{
		{mapping.OpenTACT, openTACT, openTACTCode, openTACTMarks},
		{mapping.Infinity, infinity, infinityCode, infinityMarks},
	} {
		if err := o.write(document); err != nil {
			return fmt.Errorf("%s: %w", o.code, err)
		}
	}
	return nil
}

// write writes the code and replaces the part of the document.
func (o output) write(document string) error {
	model, err := newModel(o.dialect)
	if err != nil {
		return fmt.Errorf("check the table: %w", err)
	}
	source, err := writeCode(o.template, model)
	if err != nil {
		return fmt.Errorf("write the code: %w", err)
	}
	if err := os.WriteFile(o.code, source, 0o644); err != nil {
		return err
	}
	return replaceFields(document, o.marks, model)
}

// writeCode returns the Go source that follows from the model.
func writeCode(text string, m *model) ([]byte, error) {
	parsed, err := template.New("code").Parse(text)
	if err != nil {
		return nil, err
	}
	var source bytes.Buffer
	if err := parsed.Execute(&source, m); err != nil {
		return nil, err
	}
	return format.Source(source.Bytes())
}
