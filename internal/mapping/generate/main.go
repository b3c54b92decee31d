// Command generate writes what follows from the tables of package mapping and from the
// contract's descriptors: the code by which each vendor's services read and write its
// fields, the calls of the resources, the tables of the vendors' fields in
// docs/upstreams.md, and that of the resources in docs/api.md.
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
	//go:embed kinds.go.tmpl
	openTACTKinds string
	//go:embed rows.go.tmpl
	infinity string
	//go:embed calls.go.tmpl
	infinityCalls string
	// methods is part of the files with calls.
	//go:embed methods.tmpl
	methods string
)

// output is what is written for one vendor.
type output struct {
	dialect mapping.Dialect
	// code are the files of Go code, marks are around the vendor's part of the document.
	code  []code
	marks marks
}

// code is a file of Go code and the template that it is written from.
type code struct{ file, template string }

// target are the files that are written: the code of each vendor's services, and the documents
// with the tables of the vendors' fields and of the resources.
type target struct{ decoders, kinds, rows, calls, fields, resources string }

func main() {
	if len(os.Args) != 7 {
		fmt.Fprintln(os.Stderr, "usage: generate OPENTACT-DECODERS OPENTACT-KINDS INFINITY-DECODERS INFINITY-CALLS FIELDS RESOURCES")
		os.Exit(2)
	}
	if err := run(target{os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5], os.Args[6]}); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run writes the code of both vendors and replaces the tables in the documents.
func run(to target) error {
	var models []*model
	for _, o := range []output{
		{mapping.OpenTACT, []code{{to.decoders, openTACT}, {to.kinds, openTACTKinds}}, openTACTMarks},
		{mapping.Infinity, []code{{to.rows, infinity}, {to.calls, infinityCalls}}, infinityMarks},
	} {
		written, err := o.write(to.fields)
		if err != nil {
			return err
		}
		models = append(models, written)
	}
	return replacePart(to.resources, resourceMarks, resourceTable(models...))
}

// write writes the code, and the vendor's table of fields into the document.
func (o output) write(document string) (*model, error) {
	model, err := newModel(o.dialect)
	if err != nil {
		return nil, fmt.Errorf("check the table: %w", err)
	}
	for _, c := range o.code {
		source, err := writeCode(c.template, model)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", c.file, err)
		}
		if err := os.WriteFile(c.file, source, 0o644); err != nil {
			return nil, err
		}
	}
	return model, replacePart(document, o.marks, model.fieldTable())
}

// writeCode returns the Go source that follows from the model.
func writeCode(text string, m *model) ([]byte, error) {
	parsed, err := template.New("code").Parse(methods + text)
	if err != nil {
		return nil, err
	}
	var source bytes.Buffer
	if err := parsed.Execute(&source, m); err != nil {
		return nil, err
	}
	return format.Source(source.Bytes())
}
