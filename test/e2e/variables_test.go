package e2e

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// variables are values that earlier steps saved.
type variables map[string]string

var reference = regexp.MustCompile(`\$\{(\w+)\}`)

// in returns the value with every reference in its strings replaced.
func (v variables) in(value any) (any, error) {
	switch x := value.(type) {
	case string:
		return v.inText(x)
	case []any:
		list := make([]any, len(x))
		for i := range x {
			var err error
			if list[i], err = v.in(x[i]); err != nil {
				return nil, err
			}
		}
		return list, nil
	case map[string]any:
		object := make(map[string]any, len(x))
		for name, member := range x {
			var err error
			if object[name], err = v.in(member); err != nil {
				return nil, err
			}
		}
		return object, nil
	}
	return value, nil
}

func (v variables) inText(text string) (string, error) {
	var missing error
	replaced := reference.ReplaceAllStringFunc(text, func(found string) string {
		value, known := v[found[2:len(found)-1]]
		if !known {
			missing = fmt.Errorf("no step saved %s", found)
		}
		return value
	})
	return replaced, missing
}

// save keeps values of a response.
func (v variables) save(paths map[string]string, response any) error {
	for name, path := range paths {
		value, ok := at(response, path)
		text, isText := value.(string)
		if !ok || !isText {
			return fmt.Errorf("save %s: the response has no string at %s", name, path)
		}
		v[name] = text
	}
	return nil
}

// at returns the value at a path such as `sipUserInvites[0].name`.
func at(value any, path string) (any, bool) {
	for name := range strings.SplitSeq(strings.ReplaceAll(path, "[", ".["), ".") {
		if inner, isIndex := strings.CutPrefix(name, "["); isIndex {
			list, _ := value.([]any)
			i, err := strconv.Atoi(strings.TrimSuffix(inner, "]"))
			if err != nil || i < 0 || i >= len(list) {
				return nil, false
			}
			value = list[i]
			continue
		}
		object, _ := value.(map[string]any)
		member, ok := object[name]
		if !ok {
			return nil, false
		}
		value = member
	}
	return value, true
}

// plain returns a value as encoding/json reads it.
func plain(value any) (any, error) {
	encoded, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	var same any
	return same, json.Unmarshal(encoded, &same)
}
