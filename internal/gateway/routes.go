package gateway

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/gateway/codec"
)

// Route is one HTTP call and the RPC behind it, as the contract states it.
type Route struct {
	// Method is the HTTP method.
	Method string
	// Template is the path with its variables in braces.
	Template string
	// RPC is the full name of the method: /package.Service/Method.
	RPC string
	// Body is the request field that the HTTP body holds; "*" is the whole request,
	// "" no body.
	Body string
	// ResponseBody is the response field that the answer consists of; "" is the
	// whole response.
	ResponseBody string
}

// Routes lists the HTTP calls of the contract in its order.
func Routes() ([]Route, error) {
	compiled, err := routesOf(contractServices(), codec.New())
	if err != nil {
		return nil, err
	}
	routes := make([]Route, len(compiled))
	for i, one := range compiled {
		routes[i] = one.Route
	}
	return routes, nil
}

// route is a Route with what is needed to serve it.
type route struct {
	Route
	template   template
	variables  []variable
	body       protoreflect.FieldDescriptor // nil for "*" and ""
	parameters map[string]*parameter        // of the query, by both spellings
	names      []string                     // of the parameters, for hints
	mask       protoreflect.FieldDescriptor // of an update, derived from the body
	handle     runtime.HandlerFunc
}

// variable is a part of the path that sets a request field.
type variable struct {
	name   string
	path   []protoreflect.FieldDescriptor
	at     int // which segment
	parse  codec.ParseText
	inBody bool // the body can hold the same field
}

func routesOf(services []service, c *codec.Codec) ([]*route, error) {
	var routes []*route
	for _, one := range services {
		for i := range one.desc.Methods().Len() {
			method := one.desc.Methods().Get(i)
			for _, rule := range rulesOf(method) {
				compiled, err := newRoute(method, rule, c)
				if err != nil {
					return nil, fmt.Errorf("route of %s: %w", method.FullName(), err)
				}
				routes = append(routes, compiled)
			}
		}
	}
	return routes, nil
}

// rulesOf returns the HTTP rules of a method; none if it is only for gRPC.
func rulesOf(method protoreflect.MethodDescriptor) []*annotations.HttpRule {
	rule := contract.HTTPRule(method)
	if rule == nil {
		return nil
	}
	return append([]*annotations.HttpRule{rule}, rule.GetAdditionalBindings()...)
}

func newRoute(method protoreflect.MethodDescriptor, rule *annotations.HttpRule, c *codec.Codec) (*route, error) {
	verb, path := pattern(rule)
	parsed, err := parseTemplate(path)
	if err != nil {
		return nil, err
	}
	made := &route{
		Route: Route{
			Method: verb, Template: path, Body: rule.GetBody(), ResponseBody: rule.GetResponseBody(),
			RPC: fmt.Sprintf("/%s/%s", method.Parent().FullName(), method.Name()),
		},
		template:   parsed,
		parameters: map[string]*parameter{},
	}
	input := method.Input()
	if err := made.bindBody(input); err != nil {
		return nil, err
	}
	if err := made.bindVariables(input, c); err != nil {
		return nil, err
	}
	made.bindParameters(input, c)
	if made.body != nil && verb == http.MethodPatch {
		made.mask = input.Fields().ByName("update_mask")
	}
	return made, nil
}

func pattern(rule *annotations.HttpRule) (method, path string) {
	switch rule.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		return http.MethodGet, rule.GetGet()
	case *annotations.HttpRule_Put:
		return http.MethodPut, rule.GetPut()
	case *annotations.HttpRule_Post:
		return http.MethodPost, rule.GetPost()
	case *annotations.HttpRule_Delete:
		return http.MethodDelete, rule.GetDelete()
	case *annotations.HttpRule_Patch:
		return http.MethodPatch, rule.GetPatch()
	}
	return rule.GetCustom().GetKind(), rule.GetCustom().GetPath()
}

// bindBody finds the request field that the body holds.
func (r *route) bindBody(input protoreflect.MessageDescriptor) error {
	if r.Body == "" || r.Body == "*" {
		return nil
	}
	r.body = input.Fields().ByTextName(r.Body)
	if r.body == nil || r.body.Message() == nil || r.body.Cardinality() == protoreflect.Repeated {
		return fmt.Errorf("body %s is not a message of the request", r.Body)
	}
	return nil
}

func (r *route) bindVariables(input protoreflect.MessageDescriptor, c *codec.Codec) error {
	for at, piece := range r.template.segments {
		if piece.variable == "" {
			continue
		}
		path, err := fieldPath(input, piece.variable)
		if err != nil {
			return err
		}
		last := path[len(path)-1]
		parse, ok := c.Text(last)
		if !ok || last.IsList() || last.Message() != nil || last.Kind() == protoreflect.BytesKind {
			return fmt.Errorf("path variable %s is not one word", piece.variable)
		}
		inBody := r.Body == "*" && len(path) == 1 || r.body != nil && len(path) == 2 && path[0] == r.body
		r.variables = append(r.variables, variable{name: piece.variable, path: path, at: at, parse: parse, inBody: inBody})
	}
	return nil
}

func fieldPath(input protoreflect.MessageDescriptor, dotted string) ([]protoreflect.FieldDescriptor, error) {
	var path []protoreflect.FieldDescriptor
	for name := range strings.SplitSeq(dotted, ".") {
		if input == nil {
			return nil, fmt.Errorf("%s goes below a scalar", dotted)
		}
		field := input.Fields().ByTextName(name)
		if field == nil {
			return nil, fmt.Errorf("%s has no field %s", input.FullName(), name)
		}
		path, input = append(path, field), field.Message()
	}
	return path, nil
}

// isSetElsewhere reports whether a path variable or the body sets a request field,
// so that no query parameter may.
func (r *route) isSetElsewhere(path []protoreflect.FieldDescriptor) bool {
	return r.Body == "*" || r.body != nil && path[0] == r.body || slices.ContainsFunc(r.variables, func(v variable) bool {
		return slices.Equal(v.path, path)
	})
}
