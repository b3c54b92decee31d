package openapitest

import (
	"slices"
	"strings"
)

// lowerCamel returns a name in the spelling of the document, which says that snake_case is
// read, too.
func lowerCamel(name string) string {
	words := strings.Split(name, "_")
	for i, word := range words[1:] {
		if word != "" {
			words[i+1] = strings.ToUpper(word[:1]) + word[1:]
		}
	}
	return strings.Join(words, "")
}

// freeForm are the members that have names of a vendor inside.
var freeForm = []string{"otherSettings", "additionalFields", "request", "price"}

// camelNames returns a body with the names of the document.
func camelNames(body any) any {
	switch node := body.(type) {
	case map[string]any:
		made := map[string]any{}
		for name, value := range node {
			name = lowerCamel(name)
			if !slices.Contains(freeForm, name) {
				value = camelNames(value)
			}
			made[name] = value
		}
		return made
	case []any:
		made := make([]any, len(node))
		for i, value := range node {
			made[i] = camelNames(value)
		}
		return made
	default:
		return body
	}
}

// masked returns the body of an update without the members that the mask leaves out.
func masked(body any, mask string) any {
	members, object := body.(map[string]any)
	if !object || mask == "" || mask == "*" {
		return body
	}
	made := map[string]any{}
	for path := range strings.SplitSeq(mask, ",") {
		name := lowerCamel(path)
		if value, there := members[name]; there {
			made[name] = value
		}
	}
	return made
}
