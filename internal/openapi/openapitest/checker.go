// Package openapitest compares requests and answers of the JSON API with the OpenAPI document. Only
// tests use it.
package openapitest

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sipfacade/sipfacade/internal/openapi"
)

// Exchange is a request with its answer.
type Exchange struct {
	Request     *http.Request
	RequestBody []byte
	Status      int
	Header      http.Header
	Body        []byte
}

// Checker holds exchanges against one document. It may be used by several goroutines.
type Checker struct {
	routes []*route
	// failure is the answer to requests that are not a call.
	failure *answer
}

// documentURL is what the schemas of the document are called by.
const documentURL = "openapi.json"

// New reads a document. Objects of answers may only have the members that it names, although
// it allows more, so that clients survive new ones.
func New(text []byte) (*Checker, error) {
	document := &openapi.Document{}
	if err := openapi.Read(text, document); err != nil {
		return nil, err
	}
	tree, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	close(tree)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(documentURL, tree); err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	return compile(document, &schemas{compiler, document})
}

// close forbids other members than those that are named, in every object below.
func close(tree any) {
	switch node := tree.(type) {
	case map[string]any:
		_, names := node["properties"].(map[string]any)
		if _, said := node["additionalProperties"]; names && !said && node["type"] == "object" {
			node["additionalProperties"] = false
		}
		for _, below := range node {
			close(below)
		}
	case []any:
		for _, below := range node {
			close(below)
		}
	}
}

// Operation returns the id of the operation that a request calls, "" if there is none.
func (c *Checker) Operation(request *http.Request) string {
	if to, _ := c.route(request); to != nil {
		return to.id
	}
	return ""
}

func (c *Checker) route(request *http.Request) (*route, []string) {
	path := request.URL.Path
	if strings.Contains(strings.ToUpper(request.URL.EscapedPath()), "%2F") {
		path = request.URL.EscapedPath() // an escaped slash separates nothing
	}
	for _, one := range c.routes {
		if one.method != request.Method {
			continue
		}
		if values := one.pattern.FindStringSubmatch(path); values != nil {
			return one, values[1:]
		}
	}
	return nil, nil
}

// CheckAnswer returns what the document does not say about the answer.
func (c *Checker) CheckAnswer(made Exchange) []string {
	to, _ := c.route(made.Request)
	if to == nil {
		return c.failure.check(made)
	}
	return to.answer(made.Status).check(made)
}

// CheckRequest returns what is wrong with the request by the document.
func (c *Checker) CheckRequest(made Exchange) []string {
	to, variables := c.route(made.Request)
	if to == nil {
		return []string{"the document has no such operation"}
	}
	var wrong []string
	stated, err := url.ParseQuery(made.Request.URL.RawQuery)
	if err != nil {
		wrong = append(wrong, err.Error())
	}
	query := url.Values{}
	for name, texts := range stated {
		query[lowerCamel(name)] = append(query[lowerCamel(name)], texts...)
	}
	for _, one := range to.parameters {
		wrong = append(wrong, one.check(one.textsOf(made.Request, query, variables))...)
	}
	for name := range query {
		if !to.has("query", name) {
			wrong = append(wrong, "query: unknown parameter "+name)
		}
	}
	for _, name := range []string{"Idempotency-Key", "If-Match"} {
		if made.Request.Header.Get(name) != "" && made.Request.Method != http.MethodGet && !to.has("header", name) {
			wrong = append(wrong, "header: unknown "+name)
		}
	}
	return append(wrong, to.checkBody(made.RequestBody, query.Get("updateMask"))...)
}

// checkBody checks a body without the members that an update mask leaves out, which are not
// read.
func (r *route) checkBody(body []byte, mask string) []string {
	body = bytes.TrimSpace(body)
	switch {
	case r.body == nil && len(body) > 0:
		return []string{"body: the operation takes none"}
	case r.body == nil || len(body) == 0 && !r.bodyRequired:
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = r.body.Validate(masked(camelNames(value), mask))
	}
	if err != nil {
		return []string{"body: " + err.Error()}
	}
	return nil
}

// mismatch returns why JSON does not fit a schema.
func mismatch(what string, schema *jsonschema.Schema, text []byte) []string {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err == nil {
		err = schema.Validate(value)
	}
	if err != nil {
		return []string{what + ": " + err.Error()}
	}
	return nil
}

// parameter is a part of a request that is text.
type parameter struct {
	*openapi.Parameter
	schema   *jsonschema.Schema
	position int // among the variables of the path
}

func (p *parameter) textsOf(request *http.Request, query url.Values, variables []string) []string {
	switch p.In {
	case "query":
		return query[p.Name]
	case "header":
		return request.Header.Values(p.Name)
	default:
		return variables[p.position : p.position+1]
	}
}

func (p *parameter) check(texts []string) []string {
	what := p.In + ": " + p.Name
	switch {
	case len(texts) == 0 && p.Required:
		return []string{what + " is missing"}
	case len(texts) == 0:
		return nil
	case len(texts) > 1:
		return []string{what + " is given twice"}
	}
	return checkText(what, p.schema, p.Schema.Type, texts[0])
}

// checkText checks text that stands for a value of one of the types.
func checkText(what string, schema *jsonschema.Schema, types openapi.Types, text string) []string {
	if len(types) > 0 && types[0] != "string" {
		return mismatch(what, schema, []byte(text))
	}
	quoted, err := jsontext.AppendQuote(nil, text)
	if err != nil {
		return []string{what + " is not text: " + err.Error()}
	}
	return mismatch(what, schema, quoted)
}

// answer is one of an operation, for some statuses.
type answer struct {
	headers map[string]*header
	body    *jsonschema.Schema
}

type header struct {
	*openapi.Header
	schema *jsonschema.Schema
}

// documented are the headers that no answer may have unless the document says so.
var documented = []string{"Allow", "Etag", "Idempotent-Replayed", "Retry-After", "Www-Authenticate", "X-Request-Id", "X-Should-Retry", "X-Vendor-Call"}

func (a *answer) check(made Exchange) []string {
	wrong := []string{}
	if a == nil {
		return append(wrong, fmt.Sprintf("answer: the document has no status %d", made.Status))
	}
	for name, wanted := range a.headers {
		for _, value := range made.Header.Values(name) {
			wrong = append(wrong, checkText("header "+name, wanted.schema, wanted.Schema.Type, value)...)
		}
		if wanted.Required && len(made.Header.Values(name)) == 0 {
			wrong = append(wrong, "answer: the header "+name+" is missing")
		}
	}
	for _, name := range documented {
		if a.headers[name] == nil && made.Header.Get(name) != "" {
			wrong = append(wrong, "answer: the document has no header "+name)
		}
	}
	if media, _, _ := strings.Cut(made.Header.Get("Content-Type"), ";"); media != "application/json" {
		wrong = append(wrong, "answer: the content type is "+media)
	}
	return append(wrong, mismatch("answer", a.body, made.Body)...)
}
