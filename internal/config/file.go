package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxFileBytes is far more than all settings together need.
const maxFileBytes = 1 << 20

// readFile takes the settings out of the YAML file. Without a path the layer
// is empty.
func readFile(path string, known []string, found *findings) layer {
	empty := layer{source: FromFile}
	if path == "" {
		return empty
	}
	content, _, err := readRegularFile(path, maxFileBytes)
	if err != nil {
		found.add(configKey, fmt.Sprintf("cannot be read: %v", withoutPath(err)))
		return empty
	}
	root, err := parseYAML(content)
	if err != nil {
		found.add(configKey, err.Error())
		return empty
	}
	return layer{source: FromFile, values: readMapping(root, known, found)}
}

// parseYAML returns the one mapping of the file, an empty one for a file without
// content.
func parseYAML(content []byte) (*yaml.Node, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	var document, second yaml.Node
	if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
		return &yaml.Node{}, nil
	} else if err != nil {
		return nil, syntaxError(err)
	}
	if err := decoder.Decode(&second); err == nil {
		return nil, errors.New("the file must hold one YAML document, not several")
	} else if !errors.Is(err, io.EOF) {
		return nil, syntaxError(err)
	}
	root := document.Content[0]
	if root.ShortTag() == "!!null" {
		return &yaml.Node{}, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, errors.New("the file must hold `key: value` lines")
	}
	return root, nil
}

// syntaxError passes the parser's words on, except where they quote the file:
// an unquoted password that begins with `*` would be named as an anchor.
func syntaxError(err error) error {
	if strings.Contains(err.Error(), "anchor") {
		return errors.New("the file is not valid YAML: a value that begins with * needs quotes")
	}
	return fmt.Errorf("the file is not valid YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
}

// readMapping collects the values as the text that was written, so that every
// source is decoded by the same rules. A key without a value counts as unset.
func readMapping(root *yaml.Node, known []string, found *findings) map[string]string {
	values := map[string]string{}
	seen := map[string]bool{}
	for pair := range slices.Chunk(root.Content, 2) {
		key, value := pair[0].Value, pair[1]
		switch {
		case !slices.Contains(known, key):
			found.problems = append(found.problems, unknownKey(pair[0], known))
		case seen[key]:
			found.addUnreadable(key, fmt.Errorf("given twice in the file, again in line %d", pair[0].Line))
		case !isPlain(value):
			found.addUnreadable(key, fmt.Errorf("must be a single value in line %d of the file", value.Line))
		case value.Value != "" && value.ShortTag() != "!!null":
			values[key] = value.Value
		}
		seen[key] = true
	}
	return values
}

func unknownKey(key *yaml.Node, known []string) Problem {
	if !isPlain(key) {
		return Problem{Key: fmt.Sprintf("line %d of the file", key.Line), Text: "a key must be the name of a setting"}
	}
	return Problem{
		Key:  fmt.Sprintf("%.*q", maxCompared, key.Value),
		Text: fmt.Sprintf("unknown key in line %d of the file, the nearest is %s", key.Line, nearest(key.Value, known)),
	}
}

// isPlain says whether the text of a node is its value: no list, no mapping,
// no reference, and no tag that stands for another encoding.
func isPlain(node *yaml.Node) bool {
	plain := []string{"!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp"}
	return node.Kind == yaml.ScalarNode && slices.Contains(plain, node.ShortTag())
}
