package main

import (
	_ "embed" // for common.yaml
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"go.yaml.in/yaml/v3"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/openapi"
)

// commonText is the part of the document that does not follow from the contract.
//
//go:embed common.yaml
var commonText []byte

// reasonEnum is the enum of the reasons of errors.
const reasonEnum = contract.Package + ".ErrorReason"

// common returns the document without operations.
func common(from *described) (*openapi.Document, error) {
	var read any
	if err := yaml.Unmarshal(commonText, &read); err != nil {
		return nil, fmt.Errorf("read common.yaml: %w", err)
	}
	encoded, err := json.Marshal(read, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("read common.yaml: %w", err)
	}
	document := &openapi.Document{OpenAPI: openapi.Version, Paths: map[string]openapi.PathItem{}}
	if err := openapi.Read(encoded, document); err != nil {
		return nil, fmt.Errorf("common.yaml: %w", err)
	}
	document.Components.Schemas["ErrorReason"], err = reasons(from)
	return document, err
}

// reasons returns the schema of the reasons, each with its first sentence.
func reasons(from *described) (*openapi.Schema, error) {
	enum := from.enum(reasonEnum)
	if enum == nil {
		return nil, fmt.Errorf("the contract has no %s", reasonEnum)
	}
	made := &openapi.Schema{Type: openapi.Types{"string"}}
	var lines strings.Builder
	lines.WriteString("Why a call failed.\n\n| reason | means |\n| --- | --- |\n")
	for i := range enum.Values().Len() {
		value := enum.Values().Get(i)
		if value.Number() == 0 {
			continue // never sent
		}
		name := strings.TrimPrefix(string(value.Name()), contract.EnumPrefix(enum))
		made.Enum = append(made.Enum, name)
		fmt.Fprintf(&lines, "| `%s` | %s |\n", name, firstSentence(comment(value)))
	}
	made.Description = strings.TrimSpace(lines.String())
	return made, nil
}

// firstSentence returns the beginning of a comment on one line.
func firstSentence(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if sentence, _, more := strings.Cut(text, ". "); more {
		return sentence + "."
	}
	return text
}
