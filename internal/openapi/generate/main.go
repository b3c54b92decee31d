// Command generate makes the OpenAPI document of the JSON API from the one that
// protoc-gen-openapiv3 generated. It adds what that does not know: the rules of the
// contract, schemas for reading, creating and updating, headers, errors and credentials.
//
// It works on the document and on the descriptors of the contract. A new call or field
// needs no change here; a rule that no schema can state goes into the description.
package main

import (
	"fmt"
	"os"

	"github.com/sipfacade/sipfacade/internal/openapi"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: generate GENERATED DOCUMENT")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

// run reads the generated document and writes the one that is served.
func run(generated, into string) error {
	data, err := os.ReadFile(generated)
	if err != nil {
		return err
	}
	document, err := transform(data)
	if err != nil {
		return err
	}
	out, err := document.Write()
	if err != nil {
		return err
	}
	return os.WriteFile(into, out, 0o644)
}

// transform makes the document from the generated one.
func transform(data []byte) (*openapi.Document, error) {
	base := &openapi.Document{}
	if err := openapi.Read(data, base); err != nil {
		return nil, err
	}
	from, err := loadContract()
	if err != nil {
		return nil, err
	}
	made, err := common(from)
	if err != nil {
		return nil, err
	}
	examples, err := readExamples()
	if err != nil {
		return nil, err
	}
	addErrors(made, examples)
	t := &transformer{base: base, contract: from, made: made, forms: map[string]bool{}, examples: examples}
	if err := t.operations(); err != nil {
		return nil, err
	}
	return t.made, nil
}
