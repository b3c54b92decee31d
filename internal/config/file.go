package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// maxFileBytes is far more than all settings need.
const maxFileBytes = 1 << 20

// keySet holds the keys that the file may have. Those of lists are true.
type keySet map[string]bool

// fileKeys returns the keys of the settings. The path of the file cannot be a
// key of the file itself.
func fileKeys(flags []*kong.Flag) keySet {
	known := keySet{}
	for _, flag := range flags {
		if flag.Name != configKey {
			known[keyOf(flag.Name)] = flag.IsSlice()
		}
	}
	return known
}

// readFile returns the settings of the YAML file by key, none without a path.
func readFile(path string, known keySet, found *findings) map[string]string {
	if path == "" {
		return nil
	}
	content, _, err := readRegularFile(path, maxFileBytes)
	if err != nil {
		found.addUnreadable(configKey, fmt.Sprintf("cannot be read: %v", withoutPath(err)))
		return nil
	}
	root, err := parseYAML(content)
	if err != nil {
		found.addUnreadable(configKey, err.Error())
		return nil
	}
	return readMapping(root, known, found)
}

// parseYAML returns the only mapping of the file, an empty one if the file has
// no content.
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

// syntaxError passes the parser's words on, unless they quote the file: an
// unquoted password that begins with `*` would be named as an anchor.
func syntaxError(err error) error {
	if strings.Contains(err.Error(), "anchor") {
		return errors.New("the file is not valid YAML: a value that begins with * needs quotes")
	}
	return fmt.Errorf("the file is not valid YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
}

// readMapping collects the values as the text that was written, so that kong
// decodes every source by the same rules. A key without a value counts as unset.
func readMapping(root *yaml.Node, known keySet, found *findings) map[string]string {
	values := map[string]string{}
	seen := map[string]bool{}
	for pair := range slices.Chunk(root.Content, 2) {
		key := pair[0].Value
		takesList, ok := known[key]
		text, readable := textOf(pair[1], takesList)
		switch {
		case !ok:
			addUnknownKey(pair[0], known, found)
		case seen[key]:
			found.addUnreadable(key, fmt.Sprintf("given twice in the file, again in line %d", pair[0].Line))
		case !readable:
			found.addUnreadable(key, fmt.Sprintf("must be a single value in line %d of the file", pair[1].Line))
		case text != "":
			values[key] = text
		}
		seen[key] = true
	}
	return values
}

func addUnknownKey(key *yaml.Node, known keySet, found *findings) {
	if _, ok := textOf(key, false); !ok {
		found.addUnknown(fmt.Sprintf("line %d of the file", key.Line), "a key must be the name of a setting")
		return
	}
	found.addUnknown(fmt.Sprintf("%.*q", maxCompared, key.Value),
		fmt.Sprintf("unknown key in line %d of the file, the nearest is %s", key.Line, nearest(key.Value, slices.Sorted(maps.Keys(known)))))
}

// textOf returns the value of a node, "" for null. It does not accept a mapping,
// a reference, or a tag that stands for another encoding, and a list only if
// the setting is one; its entries are joined by commas.
func textOf(node *yaml.Node, takesList bool) (string, bool) {
	if takesList && node.Kind == yaml.SequenceNode {
		entries := make([]string, len(node.Content))
		for i, entry := range node.Content {
			text, ok := textOf(entry, false)
			if !ok {
				return "", false
			}
			entries[i] = text
		}
		return strings.Join(entries, ","), true
	}
	if node.Kind != yaml.ScalarNode {
		return "", false
	}
	switch node.ShortTag() {
	case "!!null":
		return "", true
	case "!!str", "!!int", "!!float", "!!bool", "!!timestamp":
		return node.Value, true
	}
	return "", false
}
