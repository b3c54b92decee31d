package gateway

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/gateway/codec"
	"github.com/sipfacade/sipfacade/internal/received"
)

// route is one HTTP call of the contract, with what is needed to read its requests. The
// generated code has its pattern and its handler.
type route struct {
	received.Call
	Method     string
	Template   string                // the path with its variables in braces
	numbers    []variable            // of the path
	parameters map[string]*parameter // of the query, by both spellings
	names      []*parameter          // each parameter once, for hints
	headers    []headerParameter
}

// variable is a part of the path that sets a request field.
type variable struct {
	name  string
	path  []protoreflect.FieldDescriptor
	parse codec.ParseText
}

// routesOf returns the routes of each service, in the contract's order.
func routesOf(services []service, c *codec.Codec) (map[protoreflect.FullName][]*route, error) {
	routes := map[protoreflect.FullName][]*route{}
	for _, one := range services {
		for _, method := range contract.Methods([]protoreflect.ServiceDescriptor{one.desc}) {
			for _, rule := range contract.HTTPRules(method) {
				compiled, err := newRoute(method, rule, c)
				if err != nil {
					return nil, fmt.Errorf("route of %s: %w", method.FullName(), err)
				}
				routes[one.desc.FullName()] = append(routes[one.desc.FullName()], compiled)
			}
		}
	}
	return routes, nil
}

func newRoute(method protoreflect.MethodDescriptor, rule *annotations.HttpRule, c *codec.Codec) (*route, error) {
	verb, path := contract.HTTPPattern(rule)
	input := method.Input()
	made := &route{
		Call:   received.Call{Message: input, Body: rule.GetBody()},
		Method: verb, Template: path, parameters: map[string]*parameter{},
	}
	body, err := made.body()
	if err != nil {
		return nil, err
	}
	variables, err := made.variables(c)
	if err != nil {
		return nil, err
	}
	for _, one := range variables {
		last := one.path[len(one.path)-1]
		if last.Kind() != protoreflect.StringKind {
			made.numbers = append(made.numbers, one)
		}
		if made.Body == "*" && len(one.path) == 1 || body != nil && len(one.path) == 2 && one.path[0] == body {
			made.IDs = append(made.IDs, one.path)
		}
	}
	made.bindParameters(variables, c)
	made.bindHeaders(c)
	if body != nil && verb == http.MethodPatch {
		made.Mask = input.Fields().ByName(contract.UpdateMask)
	}
	return made, nil
}

// body returns the request field that the body holds; nil if there is no such field, or
// the body is the whole request.
func (r *route) body() (protoreflect.FieldDescriptor, error) {
	if r.Body == "" || r.Body == "*" {
		return nil, nil
	}
	field := r.Message.Fields().ByTextName(r.Body)
	if field == nil || field.Message() == nil || field.Cardinality() == protoreflect.Repeated {
		return nil, fmt.Errorf("body %s is not a message of the request", r.Body)
	}
	return field, nil
}

// variableNames matches the names of the variables in a template.
var variableNames = regexp.MustCompile(`\{([^}=]+)`)

// variables returns what the path sets.
func (r *route) variables(c *codec.Codec) ([]variable, error) {
	var found []variable
	for _, match := range variableNames.FindAllStringSubmatch(r.Template, -1) {
		path, err := contract.FieldPath(r.Message, match[1])
		if err != nil {
			return nil, err
		}
		last := path[len(path)-1]
		parse, ok := c.Text(last)
		if !ok || last.IsList() || last.Message() != nil || last.Kind() == protoreflect.BytesKind {
			return nil, fmt.Errorf("path variable %s is not one word", match[1])
		}
		found = append(found, variable{name: match[1], path: path, parse: parse})
	}
	return found, nil
}

// isSetElsewhere reports whether a path variable or the body sets a request field, so that no query
// parameter may. The fields of safe writes may be in the query beside any body.
func (r *route) isSetElsewhere(path []protoreflect.FieldDescriptor, variables []variable) bool {
	name := path[0].TextName()
	inBody := name == r.Body || r.Body == "*" && !makesSafe[name]
	return inBody || slices.ContainsFunc(variables, func(v variable) bool { return slices.Equal(v.path, path) })
}

// makesSafe are the request fields that make a write safe.
var makesSafe = map[string]bool{string(contract.RequestID): true, string(contract.ValidateOnly): true}
