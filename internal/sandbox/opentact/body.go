package opentact

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// readJSON reads a body that has to be one JSON object.
func readJSON(r *http.Request) (map[string]any, error) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return nil, &failure{status: http.StatusUnsupportedMediaType, message: "Content-Type must be application/json"}
	}
	content, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, unreadable(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	var body map[string]any
	if err := decoder.Decode(&body); err != nil || body == nil {
		return nil, &failure{status: http.StatusBadRequest, message: "The body must be a JSON object"}
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, &failure{status: http.StatusBadRequest, message: "The body must be one JSON object"}
	}
	return body, nil
}

func unreadable(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return &failure{status: http.StatusRequestEntityTooLarge, message: fmt.Sprintf("The body has more than %d bytes", tooLarge.Limit)}
	}
	return &failure{status: http.StatusBadRequest, message: "The body cannot be read"}
}

// changes checks a body against the fields that a caller may write, and returns
// the values to set by their correct names. It reports all problems at once.
func changes(fields []field, body map[string]any, creating bool) (map[string]any, error) {
	known := spellings(fields)
	kept := map[string]any{}
	var problems []problem
	for name, value := range body {
		f, ok := known[name]
		if !ok {
			problems = append(problems, problem{name, "is not a known argument", value})
			continue
		}
		if _, right := body[f.name]; right && name != f.name {
			continue // given in both spellings: the correct one counts
		}
		result, wrong := f.check(value)
		if wrong != "" {
			problems = append(problems, problem{name, wrong, value})
			continue
		}
		kept[f.name] = result
	}
	if creating {
		problems = append(problems, missing(fields, body)...)
	}
	if len(problems) > 0 {
		return nil, invalid(problems...)
	}
	return kept, nil
}

// spellings are the names under which a caller may write fields.
func spellings(fields []field) map[string]*field {
	known := map[string]*field{}
	for i := range fields {
		f := &fields[i]
		if f.accepts == nil {
			continue
		}
		known[f.name] = f
		for _, other := range f.aliases {
			known[other] = f
		}
	}
	return known
}

func (f *field) check(value any) (kept any, wrong string) {
	if value == nil && f.nullable {
		return nil, ""
	}
	return f.accepts(value)
}

func missing(fields []field, body map[string]any) []problem {
	var problems []problem
	for _, f := range fields {
		if _, given := body[f.name]; f.required && !given {
			problems = append(problems, problem{f.name, "is required", nil})
		}
	}
	return problems
}
