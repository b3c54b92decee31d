package gateway

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/gateway/codec"
	"github.com/sipfacade/sipfacade/internal/received"
	"github.com/sipfacade/sipfacade/internal/spelling"
	"github.com/sipfacade/sipfacade/internal/status"
)

// parameter is a query parameter and the request field that it sets.
type parameter struct {
	name     string // the proto path, with dots if it is nested
	jsonName string // the same in lowerCamelCase
	path     []protoreflect.FieldDescriptor
	parse    codec.ParseText
}

// bindParameters finds every query parameter of a route.
func (r *route) bindParameters(variables []variable, c *codec.Codec) {
	r.bindBelow(r.Message, nil, variables, c)
}

func (r *route) bindBelow(
	message protoreflect.MessageDescriptor, above []protoreflect.FieldDescriptor, variables []variable, c *codec.Codec,
) {
	for field := range contract.Fields(message) {
		path := append(slices.Clone(above), field)
		if r.isSetElsewhere(path, variables) {
			continue
		}
		if parse, ok := c.Text(field); ok {
			r.bindParameter(path, parse)
		} else if below := field.Message(); below != nil && field.Cardinality() != protoreflect.Repeated && !recursive(above, below) {
			r.bindBelow(below, path, variables, c)
		}
	}
}

// recursive reports whether a message type contains itself.
func recursive(above []protoreflect.FieldDescriptor, message protoreflect.MessageDescriptor) bool {
	return slices.ContainsFunc(above, func(field protoreflect.FieldDescriptor) bool {
		return field.ContainingMessage() == message || field.Message() == message
	})
}

func newParameter(path []protoreflect.FieldDescriptor, parse codec.ParseText) *parameter {
	var names, jsonNames []string
	for _, field := range path {
		names, jsonNames = append(names, field.TextName()), append(jsonNames, field.JSONName())
	}
	return &parameter{name: strings.Join(names, "."), jsonName: strings.Join(jsonNames, "."), path: path, parse: parse}
}

func (r *route) bindParameter(path []protoreflect.FieldDescriptor, parse codec.ParseText) {
	made := newParameter(path, parse)
	r.parameters[made.name] = made
	r.parameters[made.jsonName] = made
	r.names = append(r.names, made)
}

// readQuery reads the query strictly: a parameter that the call does not take, or
// that is given twice without being a list, is a violation.
func (r *route) readQuery(in *received.Request, raw string) {
	if raw != "" {
		in.Query = make([]received.Parameter, 0, 4)
	}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" || in.Full() { // finding hints for more parameters costs time
			continue
		}
		key, text, _ := strings.Cut(pair, "=")
		name, errName := url.QueryUnescape(key)
		value, errValue := url.QueryUnescape(text)
		if errName != nil || errValue != nil {
			in.Refuse("query", "INVALID_ESCAPE", "%s is not escaped correctly", spelling.Clip(pair))
			continue
		}
		r.readParameter(in, name, value)
	}
}

func (r *route) readParameter(in *received.Request, name, text string) {
	wanted, known := r.parameters[name]
	if !known {
		shown := spelling.Clip(name)
		in.Query = append(in.Query, received.Parameter{Name: shown, Field: shown})
		in.Refuse(shown, status.RuleUnknownField, "%s", unknownParameter(name, r.names))
		return
	}
	last := wanted.path[len(wanted.path)-1]
	if !last.IsList() && in.Parameter(wanted.name) != nil {
		in.Refuse(wanted.name, status.RuleDuplicateField, "given twice")
		return
	}
	value, problem := wanted.parse(text)
	if received.IsEmptyGuard(last, text) {
		problem = "is empty"
	}
	if problem != "" {
		in.Refuse(wanted.name, codec.RuleOf(problem), "%s", problem)
		value = protoreflect.Value{}
	}
	in.Query = append(in.Query, received.Parameter{Name: name, Field: wanted.name, Path: wanted.path, Value: value})
}

// unknownParameter names the parameter that may have been meant, in the spelling of the
// unknown one.
func unknownParameter(name string, known []*parameter) string {
	message := fmt.Sprintf("unknown query parameter %q", spelling.Clip(name))
	names := make([]string, len(known))
	for i, one := range known {
		if names[i] = one.jsonName; strings.Contains(name, "_") {
			names[i] = one.name
		}
	}
	if hint := spelling.Hint(name, names); hint != "" {
		return message + "; " + hint
	}
	return message + "; this call takes none"
}
