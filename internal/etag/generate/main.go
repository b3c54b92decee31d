// Command generate writes the part of the etags that depends on the contract: one function
// for each resource with an etag, which encodes what the etag depends on. It reads the
// descriptors that are linked into it, so it runs after the Go code of the contract was
// generated.
package main

import (
	"bytes"
	_ "embed" // for the template
	"fmt"
	"go/format"
	"os"
	"text/template"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

//go:embed encode.go.tmpl
var layout string

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate FILE")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run writes the functions for all resources of the contract.
func run(path string) error {
	model, err := modelOf(resources(sipfacadev1.File_sipfacade_v1_error_reason_proto.Package()))
	if err != nil {
		return err
	}
	parsed, err := template.New("encode").Parse(layout)
	if err != nil {
		return fmt.Errorf("parse the template: %w", err)
	}
	var source bytes.Buffer
	if err := parsed.Execute(&source, model); err != nil {
		return fmt.Errorf("fill in the template: %w", err)
	}
	formatted, err := format.Source(source.Bytes())
	if err != nil {
		return fmt.Errorf("format the code: %w", err)
	}
	return os.WriteFile(path, formatted, 0o644)
}
