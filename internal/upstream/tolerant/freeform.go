package tolerant

import (
	"math"
	"strconv"
	"strings"

	json "github.com/go-json-experiment/json"

	"github.com/sipfacade/sipfacade/internal/secret"
)

// FreeForm keeps an object whose members the vendor does not document, as it came,
// without secrets: members with secret names are dropped, and what texts give away is
// redacted. Null and {} leave it unset.
func FreeForm[T any](at func(*T) *map[string]any) Member[T] {
	return func(r *Reader, name string, into *T) error {
		if r.Kind() == 'n' {
			return r.Skip()
		}
		if r.Kind() != '{' {
			return r.misread(name)
		}
		object, err := r.freeObject()
		if len(object) > 0 {
			*at(into) = object
		}
		return err
	}
}

// FreeForms keeps a list of free-form objects. What is no object is a misread.
func FreeForms[T any](at func(*T) *[]map[string]any) Member[T] {
	return func(r *Reader, name string, into *T) error {
		var list []map[string]any
		one := FreeForm(func(*T) *map[string]any {
			list = append(list, nil)
			return &list[len(list)-1]
		})
		element := func() error { return one(r, name, into) }
		read := element
		if r.Kind() == '[' {
			read = func() error { return r.Array(element) }
		}
		err := read()
		if len(list) > 0 {
			*at(into) = list
		}
		return err
	}
}

// freeObject reads any object.
func (r *Reader) freeObject() (map[string]any, error) {
	object := map[string]any{}
	err := r.Object(func(raw []byte) error {
		name := validText(string(raw))
		if secret.Name(name) {
			return r.Skip()
		}
		value, err := r.freeValue()
		object[name] = value
		return err
	})
	return object, err
}

// freeValue reads any value.
func (r *Reader) freeValue() (any, error) {
	switch r.Kind() {
	case '{':
		return r.freeObject()
	case '[':
		list := []any{}
		err := r.Array(func() error {
			value, err := r.freeValue()
			list = append(list, value)
			return err
		})
		return list, err
	default:
		return r.freeScalar()
	}
}

// freeScalar reads any scalar.
func (r *Reader) freeScalar() (any, error) {
	token, err := r.decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case 'n':
		return nil, nil
	case 't', 'f':
		return token.Bool(), nil
	case '0':
		return freeNumber(token.String()), nil
	default:
		return secret.Text(validText(token.String())), nil
	}
}

// freeNumber returns a float, or the digits as text if a float would change them.
func freeNumber(digits string) any {
	value, err := strconv.ParseFloat(digits, 64)
	if err != nil || (math.Abs(value) >= 1<<53 && !strings.ContainsAny(digits, ".eE")) {
		return digits
	}
	return value
}

// Value is any JSON value: the text of a string, or another value as compact JSON
// without secrets.
type Value struct {
	// Kind is one of n f t " 0 { [.
	Kind byte
	// Text is the text of a string, or the JSON of another value.
	Text string
}

// Any reads any value whole. A string is returned as it came.
func (r *Reader) Any() (Value, error) {
	kind := r.Kind()
	switch kind {
	case '"', '0', 't', 'f':
		raw, err := r.decoder.ReadValue()
		if err != nil {
			return Value{}, err
		}
		if kind == '"' {
			raw = unquote(raw)
		}
		return Value{Kind: kind, Text: validText(string(raw))}, nil
	case 'n':
		return Value{Kind: kind, Text: "null"}, r.Skip()
	default:
		value, err := r.freeValue()
		if err != nil {
			return Value{}, err
		}
		encoded, err := json.Marshal(value, json.Deterministic(true))
		return Value{Kind: kind, Text: string(encoded)}, err
	}
}
