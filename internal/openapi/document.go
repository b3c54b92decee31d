// Package openapi is the part of OpenAPI 3.1 that the description of the JSON API uses: its
// objects as Go types, read strictly and written in a fixed order. The program in generate
// makes the description with them.
package openapi

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Version is the version of OpenAPI that documents state.
const Version = "3.1.0"

// Document is an OpenAPI document.
type Document struct {
	OpenAPI    string                `json:"openapi"`
	Info       Info                  `json:"info"`
	Servers    []Server              `json:"servers,omitempty"`
	Tags       []Tag                 `json:"tags,omitempty"`
	Security   []map[string][]string `json:"security,omitempty"`
	Paths      map[string]PathItem   `json:"paths,omitempty"`
	Components Components            `json:"components"`
}

// Info is about the API as a whole.
type Info struct {
	Title       string   `json:"title"`
	Version     string   `json:"version"`
	Summary     string   `json:"summary,omitempty"`
	Description string   `json:"description,omitempty"`
	License     *License `json:"license,omitempty"`
}

// License is the licence of the API.
type License struct {
	Name       string `json:"name"`
	Identifier string `json:"identifier,omitempty"`
	URL        string `json:"url,omitempty"`
}

// Server is an address of the API.
type Server struct {
	URL         string `json:"url"`
	Description string `json:"description,omitempty"`
}

// Tag describes a group of operations.
type Tag struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// PathItem has the operations of a path by their method in lower case.
type PathItem map[string]*Operation

// Operation is one call of the API.
type Operation struct {
	Tags        []string               `json:"tags,omitempty"`
	Summary     string                 `json:"summary,omitempty"`
	Description string                 `json:"description,omitempty"`
	OperationID string                 `json:"operationId,omitempty"`
	Parameters  []*Parameter           `json:"parameters,omitempty"`
	RequestBody *RequestBody           `json:"requestBody,omitempty"`
	Responses   map[string]*Response   `json:"responses,omitempty"`
	Security    *[]map[string][]string `json:"security,omitempty"`
	Deprecated  bool                   `json:"deprecated,omitzero"`
}

// Parameter is one of an operation, or a reference to one.
type Parameter struct {
	Ref         string         `json:"$ref,omitempty"`
	Name        string         `json:"name,omitempty"`
	In          string         `json:"in,omitempty"`
	Description string         `json:"description,omitempty"`
	Required    bool           `json:"required,omitzero"`
	Schema      *Schema        `json:"schema,omitempty"`
	Example     jsontext.Value `json:"example,omitempty"`
}

// RequestBody is the body of a request.
type RequestBody struct {
	Description string               `json:"description,omitempty"`
	Content     map[string]MediaType `json:"content,omitempty"`
	Required    bool                 `json:"required,omitzero"`
}

// MediaType is a body in one content type.
type MediaType struct {
	Schema   *Schema            `json:"schema,omitempty"`
	Example  jsontext.Value     `json:"example,omitempty"`
	Examples map[string]Example `json:"examples,omitempty"`
}

// Example is one of several examples.
type Example struct {
	Summary string         `json:"summary,omitempty"`
	Value   jsontext.Value `json:"value,omitempty"`
}

// Response is an answer, or a reference to one.
type Response struct {
	Ref         string               `json:"$ref,omitempty"`
	Description string               `json:"description,omitempty"`
	Headers     map[string]*Header   `json:"headers,omitempty"`
	Content     map[string]MediaType `json:"content,omitempty"`
}

// Header is a header of an answer, or a reference to one.
type Header struct {
	Ref         string  `json:"$ref,omitempty"`
	Description string  `json:"description,omitempty"`
	Required    bool    `json:"required,omitzero"`
	Schema      *Schema `json:"schema,omitempty"`
}

// Components are the objects that the rest of the document refers to.
type Components struct {
	Schemas         map[string]*Schema         `json:"schemas,omitempty"`
	Parameters      map[string]*Parameter      `json:"parameters,omitempty"`
	Headers         map[string]*Header         `json:"headers,omitempty"`
	Responses       map[string]*Response       `json:"responses,omitempty"`
	SecuritySchemes map[string]*SecurityScheme `json:"securitySchemes,omitempty"`
}

// SecurityScheme is a way to state a credential.
type SecurityScheme struct {
	Type         string `json:"type"`
	Description  string `json:"description,omitempty"`
	Name         string `json:"name,omitempty"`
	In           string `json:"in,omitempty"`
	Scheme       string `json:"scheme,omitempty"`
	BearerFormat string `json:"bearerFormat,omitempty"`
}

// Read reads JSON into a document or a part of one. A member that the types here do not
// have is an error, so that nothing is lost unseen.
func Read(data []byte, into any) error {
	if err := json.Unmarshal(data, into, json.RejectUnknownMembers(true)); err != nil {
		return fmt.Errorf("read OpenAPI: %w", err)
	}
	return nil
}

// Write writes the document as it is committed: indented, with a newline at its end, and
// the same for the same document.
func (d *Document) Write() ([]byte, error) {
	data, err := json.Marshal(d, json.Deterministic(true), jsontext.WithIndent(" "), jsontext.EscapeForHTML(false))
	if err != nil {
		return nil, fmt.Errorf("write OpenAPI: %w", err)
	}
	return append(data, '\n'), nil
}

// SchemaRef returns the reference to a schema of the components.
func SchemaRef(name string) string { return "#/components/schemas/" + name }
