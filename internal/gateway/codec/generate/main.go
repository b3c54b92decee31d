// Command generate writes the part of the JSON encoder that depends on the contract: one
// function for each message that an answer can hold. It reads the descriptors that are
// linked into it, so it runs after the Go code of the contract was generated.
package main

import (
	"bytes"
	_ "embed" // for the template
	"fmt"
	"go/format"
	"os"
	"text/template"
)

//go:embed encode.tmpl
var encodeTemplate string

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

func run(path string) error {
	source, err := generate()
	if err != nil {
		return err
	}
	return os.WriteFile(path, source, 0o644)
}

// generate returns the source of the encoder's functions.
func generate() ([]byte, error) {
	plugin, err := load()
	if err != nil {
		return nil, err
	}
	planned, err := newPlanner(plugin).file(reachable(answers(plugin)))
	if err != nil {
		return nil, err
	}
	layout, err := template.New("encode").Parse(encodeTemplate)
	if err != nil {
		return nil, fmt.Errorf("parse the template: %w", err)
	}
	var source bytes.Buffer
	if err := layout.Execute(&source, planned); err != nil {
		return nil, fmt.Errorf("fill in the template: %w", err)
	}
	return format.Source(source.Bytes())
}
