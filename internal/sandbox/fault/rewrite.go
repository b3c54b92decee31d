package fault

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// RewriteJSON decodes a body, changes it and encodes it again. Numbers keep their
// spelling.
func RewriteJSON(body []byte, change func(any) any) ([]byte, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("decode the answer to rewrite: %w", err)
	}
	rewritten, err := json.Marshal(change(value))
	if err != nil {
		return nil, fmt.Errorf("encode the rewritten answer: %w", err)
	}
	return append(rewritten, '\n'), nil
}

// Walk changes every value within a decoded JSON value, innermost first.
func Walk(value any, change func(any) any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			v[name] = Walk(inner, change)
		}
	case []any:
		for i, inner := range v {
			v[i] = Walk(inner, change)
		}
	}
	return change(value)
}
