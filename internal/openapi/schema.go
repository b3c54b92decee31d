package openapi

import (
	"fmt"
	"slices"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Schema is a JSON Schema. Nothing is the schema that allows no value.
type Schema struct {
	Ref                  string         `json:"$ref,omitempty"`
	Type                 Types          `json:"type,omitempty"`
	Format               string         `json:"format,omitempty"`
	Description          string         `json:"description,omitempty"`
	Const                jsontext.Value `json:"const,omitempty"`
	Enum                 []any          `json:"enum,omitempty"`
	Pattern              string         `json:"pattern,omitempty"`
	MinLength            *uint64        `json:"minLength,omitempty"`
	MaxLength            *uint64        `json:"maxLength,omitempty"`
	ContentEncoding      string         `json:"contentEncoding,omitempty"`
	Minimum              *float64       `json:"minimum,omitempty"`
	Maximum              *float64       `json:"maximum,omitempty"`
	ExclusiveMinimum     *float64       `json:"exclusiveMinimum,omitempty"`
	ExclusiveMaximum     *float64       `json:"exclusiveMaximum,omitempty"`
	Items                *Schema        `json:"items,omitempty"`
	MinItems             *uint64        `json:"minItems,omitempty"`
	MaxItems             *uint64        `json:"maxItems,omitempty"`
	UniqueItems          bool           `json:"uniqueItems,omitzero"`
	Properties           Properties     `json:"properties,omitempty"`
	Required             []string       `json:"required,omitempty"`
	AdditionalProperties *Schema        `json:"additionalProperties,omitzero"`
	MinProperties        *uint64        `json:"minProperties,omitempty"`
	MaxProperties        *uint64        `json:"maxProperties,omitempty"`
	Not                  *Schema        `json:"not,omitempty"`
	AllOf                []*Schema      `json:"allOf,omitempty"`
	AnyOf                []*Schema      `json:"anyOf,omitempty"`
	OneOf                []*Schema      `json:"oneOf,omitempty"`
	Discriminator        *Discriminator `json:"discriminator,omitempty"`
	ReadOnly             bool           `json:"readOnly,omitzero"`
	WriteOnly            bool           `json:"writeOnly,omitzero"`
	Deprecated           bool           `json:"deprecated,omitzero"`

	// Anything and Nothing are the schemas `true` and `false`.
	Anything, Nothing bool `json:"-"`
}

// Clone returns a copy that shares nothing with the schema.
func (s *Schema) Clone() (*Schema, error) {
	data, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("copy a schema: %w", err)
	}
	made := &Schema{}
	return made, Read(data, made)
}

// Discriminator says which property tells the forms of an object apart.
type Discriminator struct {
	PropertyName string            `json:"propertyName"`
	Mapping      map[string]string `json:"mapping,omitempty"`
}

// schema is a Schema without its methods.
type schema Schema

// MarshalJSONTo writes `true` and `false` as what they are.
func (s *Schema) MarshalJSONTo(to *jsontext.Encoder) error {
	if s.Anything || s.Nothing {
		return to.WriteToken(jsontext.Bool(s.Anything))
	}
	return json.MarshalEncode(to, (*schema)(s))
}

// UnmarshalJSONFrom reads a schema.
func (s *Schema) UnmarshalJSONFrom(from *jsontext.Decoder) error {
	if kind := from.PeekKind(); kind == 't' || kind == 'f' {
		s.Anything, s.Nothing = kind == 't', kind == 'f'
		return from.SkipValue()
	}
	return json.UnmarshalDecode(from, (*schema)(s))
}

// Types are the JSON types that a value may have.
type Types []string

// MarshalJSONTo writes one type as a string.
func (t Types) MarshalJSONTo(to *jsontext.Encoder) error {
	if len(t) == 1 {
		return to.WriteToken(jsontext.String(t[0]))
	}
	return json.MarshalEncode(to, []string(t))
}

// UnmarshalJSONFrom reads a string or a list.
func (t *Types) UnmarshalJSONFrom(from *jsontext.Decoder) error {
	if from.PeekKind() == '"' {
		*t = Types{""}
		return json.UnmarshalDecode(from, &(*t)[0])
	}
	return json.UnmarshalDecode(from, (*[]string)(t))
}

// Property is a member of an object.
type Property struct {
	Name   string
	Schema *Schema
}

// Properties are the members of an object in their order.
type Properties []Property

// MarshalJSONTo writes an object.
func (p Properties) MarshalJSONTo(to *jsontext.Encoder) error {
	if err := to.WriteToken(jsontext.BeginObject); err != nil {
		return err
	}
	for _, one := range p {
		if err := to.WriteToken(jsontext.String(one.Name)); err != nil {
			return err
		}
		if err := json.MarshalEncode(to, one.Schema); err != nil {
			return err
		}
	}
	return to.WriteToken(jsontext.EndObject)
}

// UnmarshalJSONFrom reads an object.
func (p *Properties) UnmarshalJSONFrom(from *jsontext.Decoder) error {
	if _, err := from.ReadToken(); err != nil { // a token of another kind fails below
		return err
	}
	for from.PeekKind() == '"' {
		one := Property{Schema: &Schema{}}
		if err := json.UnmarshalDecode(from, &one.Name); err != nil {
			return err
		}
		if err := json.UnmarshalDecode(from, one.Schema); err != nil {
			return err
		}
		*p = append(*p, one)
	}
	_, err := from.ReadToken()
	return err
}

// Get returns the schema of a member, nil if there is none.
func (p Properties) Get(name string) *Schema {
	at := slices.IndexFunc(p, func(one Property) bool { return one.Name == name })
	if at < 0 {
		return nil
	}
	return p[at].Schema
}
