package infinity

import (
	"bytes"
	"cmp"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// Row is one row of an answer as it came, for writes: its members in their order, without
// those that are named like secrets.
type Row []Member

// Member is one value of a row.
type Member struct {
	Name  string
	Value Value
}

// Value is any JSON value.
type Value struct {
	// Kind is one of n f t " 0 { [.
	Kind byte
	// Text is the text of a string, or another value as compact JSON.
	Text string
	// Replaced says that something in the text of a string is not the vendor's: it could not
	// be read, and was replaced.
	Replaced bool
	// Masked is the text without the secrets that the call sent, if it holds any.
	Masked string
}

// shown returns the text as callers may see it.
func (v Value) shown() string { return cmp.Or(v.Masked, v.Text) }

// Empty reports whether the value is null or an empty string.
func (m Member) Empty() bool {
	return m.Value.Kind == 'n' || m.Value.Kind == '"' && m.Value.Text == ""
}

// Find returns the first member with one of the names that is not empty.
func (r Row) Find(names ...string) (Member, bool) {
	for _, name := range names {
		for _, member := range r {
			if member.Name == name && !member.Empty() {
				return member, true
			}
		}
	}
	return Member{}, false
}

// deviceToken is the one secret that is handed over. Only the create of a user's device
// does so.
const deviceToken = "pbxDeviceToken"

// readRow reads one object. Members that are named like secrets are dropped at any depth. Keep is
// the name of a secret that this call returns.
func readRow(r *tolerant.Reader, keep string) (Row, error) {
	row := make(Row, 0, typicalMembers)
	err := r.Object(func(raw []byte) error {
		name := r.Name(raw)
		if name.Secret && name.Text != keep {
			return r.Skip()
		}
		value, err := readValue(r)
		row = append(row, Member{Name: name.Text, Value: value})
		return err
	})
	return row, err
}

// readValue reads the value of a member. An object or array is kept as compact JSON,
// without members that are named like secrets.
func readValue(r *tolerant.Reader) (Value, error) {
	value, err := readUnmasked(r)
	if masked := r.Mask(value.Text); masked != value.Text {
		value.Masked = masked
	}
	return value, err
}

// readUnmasked is readValue without the masking of texts.
func readUnmasked(r *tolerant.Reader) (Value, error) {
	kind, text, err := r.Scalar()
	if err != nil {
		return Value{}, err
	}
	if kind != '{' && kind != '[' {
		return Value{Kind: kind, Text: r.Slabs.Texts.Copy(text), Replaced: r.Damaged(text)}, nil
	}
	r.BeginFree()
	nested, err := readNested(r)
	if err != nil {
		return Value{}, err
	}
	encoded, err := json.Marshal(nested, json.Deterministic(true))
	return Value{Kind: kind, Text: string(encoded)}, err
}

// readNested reads a value within a member. Numbers keep their digits.
func readNested(r *tolerant.Reader) (any, error) {
	if err := r.CountFree(); err != nil {
		return nil, err
	}
	switch r.Kind() {
	case '{':
		object := map[string]any{}
		err := r.Object(func(raw []byte) error {
			name := r.Name(raw)
			if name.Secret {
				return r.Skip()
			}
			value, err := readNested(r)
			object[name.Text] = value
			return err
		})
		return object, err
	case '[':
		array := []any{}
		err := r.Array(func() error {
			value, err := readNested(r)
			array = append(array, value)
			return err
		})
		return array, err
	default:
		kind, text, err := r.Scalar()
		if kind == '"' {
			return r.Slabs.Texts.Copy(text), err
		}
		return jsontext.Value(bytes.Clone(text)), err
	}
}

// typicalMembers is about how many members a row has.
const typicalMembers = 32
