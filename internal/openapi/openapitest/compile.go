package openapitest

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/sipfacade/sipfacade/internal/openapi"
)

// route is an operation, with what is needed to check exchanges.
type route struct {
	id           string
	method       string
	pattern      *regexp.Regexp
	parameters   []*parameter
	body         *jsonschema.Schema
	bodyRequired bool
	answers      map[string]*answer // by status, "4XX" or "default"
}

func (r *route) has(in, name string) bool {
	return slices.ContainsFunc(r.parameters, func(p *parameter) bool { return p.In == in && p.Name == name })
}

// answer returns the answer for a status, nil if the document has none.
func (r *route) answer(status int) *answer {
	for _, name := range []string{strconv.Itoa(status), fmt.Sprintf("%dXX", status/100), "default"} {
		if found := r.answers[name]; found != nil {
			return found
		}
	}
	return nil
}

// schemas compiles schemas of a document by where they are.
type schemas struct {
	compiler *jsonschema.Compiler
	document *openapi.Document
}

var escapePointer = strings.NewReplacer("~", "~0", "/", "~1", "%", "%25", "{", "%7B", "}", "%7D", " ", "%20")

func (s *schemas) at(words ...string) (*jsonschema.Schema, error) {
	pointer := documentURL + "#"
	for _, word := range words {
		pointer += "/" + escapePointer.Replace(word)
	}
	found, err := s.compiler.Compile(pointer)
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", pointer, err)
	}
	return found, nil
}

// compile makes the routes of a document.
func compile(document *openapi.Document, s *schemas) (*Checker, error) {
	made := &Checker{}
	for _, path := range slices.Sorted(maps.Keys(document.Paths)) {
		for verb, operation := range document.Paths[path] {
			one, err := s.route(path, verb, operation)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", verb, path, err)
			}
			made.routes = append(made.routes, one)
		}
	}
	var err error
	made.failure, err = s.answer(&openapi.Response{Ref: "#/components/responses/failed"})
	return made, err
}

// variable matches a variable of a path, which stands for one segment without its verb.
var variable = regexp.MustCompile(`\\\{[^}]+\\\}`)

func (s *schemas) route(path, verb string, operation *openapi.Operation) (*route, error) {
	pattern := "^" + variable.ReplaceAllString(regexp.QuoteMeta(path), `([^/:]+)`) + "$"
	made := &route{id: operation.OperationID, method: strings.ToUpper(verb), pattern: regexp.MustCompile(pattern), answers: map[string]*answer{}}
	for i, one := range operation.Parameters {
		where := []string{"paths", path, verb, "parameters", strconv.Itoa(i)}
		read, err := s.parameter(path, one, where)
		if err != nil {
			return nil, err
		}
		made.parameters = append(made.parameters, read)
	}
	if operation.RequestBody != nil {
		var err error
		if made.body, err = s.at("paths", path, verb, "requestBody", "content", "application/json", "schema"); err != nil {
			return nil, err
		}
		made.bodyRequired = operation.RequestBody.Required
	}
	for status, response := range operation.Responses {
		read, err := s.answer(response, "paths", path, verb, "responses", status)
		if err != nil {
			return nil, err
		}
		made.answers[status] = read
	}
	return made, nil
}

func (s *schemas) parameter(path string, one *openapi.Parameter, where []string) (*parameter, error) {
	if name, found := strings.CutPrefix(one.Ref, "#/components/parameters/"); found {
		one, where = s.document.Components.Parameters[name], []string{"components", "parameters", name}
	}
	schema, err := s.at(append(where, "schema")...)
	position := strings.Count(path[:max(0, strings.Index(path, "{"+one.Name+"}"))], "{")
	return &parameter{one, schema, position}, err
}

func (s *schemas) answer(one *openapi.Response, where ...string) (*answer, error) {
	if name, found := strings.CutPrefix(one.Ref, "#/components/responses/"); found {
		one, where = s.document.Components.Responses[name], []string{"components", "responses", name}
	}
	made := &answer{headers: map[string]*header{}}
	for name := range one.Headers {
		at := append(slices.Clone(where), "headers", name)
		stated := one.Headers[name]
		if shared, found := strings.CutPrefix(stated.Ref, "#/components/headers/"); found {
			stated, at = s.document.Components.Headers[shared], []string{"components", "headers", shared}
		}
		schema, err := s.at(append(at, "schema")...)
		if err != nil {
			return nil, err
		}
		made.headers[http.CanonicalHeaderKey(name)] = &header{stated, schema}
	}
	var err error
	made.body, err = s.at(append(where, "content", "application/json", "schema")...)
	return made, err
}
