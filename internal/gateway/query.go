package gateway

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/gateway/codec"
	"github.com/sipfacade/sipfacade/internal/spelling"
	"github.com/sipfacade/sipfacade/internal/status"
)

// parameter is a query parameter and the request field that it sets.
type parameter struct {
	name  string // the proto path, with dots if it is nested
	path  []protoreflect.FieldDescriptor
	parse codec.ParseText
}

// assignment is a value that the query gives to a request field.
type assignment struct {
	parameter *parameter
	value     protoreflect.Value
}

// bindParameters finds every query parameter of a route.
func (r *route) bindParameters(input protoreflect.MessageDescriptor, c *codec.Codec) {
	r.bindBelow(input, nil, c)
}

func (r *route) bindBelow(message protoreflect.MessageDescriptor, above []protoreflect.FieldDescriptor, c *codec.Codec) {
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		path := append(slices.Clone(above), field)
		if r.isSetElsewhere(path) {
			continue
		}
		if parse, ok := c.Text(field); ok {
			r.bindParameter(path, parse)
		} else if below := field.Message(); below != nil && field.Cardinality() != protoreflect.Repeated && !recursive(above, below) {
			r.bindBelow(below, path, c)
		}
	}
}

// recursive reports whether a message type contains itself.
func recursive(above []protoreflect.FieldDescriptor, message protoreflect.MessageDescriptor) bool {
	return slices.ContainsFunc(above, func(field protoreflect.FieldDescriptor) bool {
		return field.ContainingMessage() == message || field.Message() == message
	})
}

func (r *route) bindParameter(path []protoreflect.FieldDescriptor, parse codec.ParseText) {
	var names, jsonNames []string
	for _, field := range path {
		names, jsonNames = append(names, field.TextName()), append(jsonNames, field.JSONName())
	}
	made := &parameter{name: strings.Join(names, "."), path: path, parse: parse}
	r.parameters[made.name] = made
	r.parameters[strings.Join(jsonNames, ".")] = made
	r.names = append(r.names, made.name)
}

// readQuery reads the query strictly: a parameter that the call does not take, or
// that is given twice without being a list, is a violation.
func (c *call) readQuery(raw string) {
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		if len(c.violations) >= codec.MaxViolations {
			return // finding hints for more parameters costs time, and nobody would read them
		}
		key, text, _ := strings.Cut(pair, "=")
		name, errName := url.QueryUnescape(key)
		value, errValue := url.QueryUnescape(text)
		if errName != nil || errValue != nil {
			c.addViolation("query", "%s is not escaped correctly", spelling.Clip(pair))
			continue
		}
		c.readParameter(name, value)
	}
}

func (c *call) readParameter(name, text string) {
	wanted, known := c.route.parameters[name]
	if !known {
		c.addViolation(spelling.Clip(name), "%s", unknownParameter(name, c.route.names))
		return
	}
	repeated := wanted.path[len(wanted.path)-1].IsList()
	if !repeated && c.isSet(wanted) {
		c.addViolation(wanted.name, "given twice")
		return
	}
	value, problem := wanted.parse(text)
	if problem != "" {
		c.addViolation(wanted.name, "%s", problem)
	}
	c.query = append(c.query, assignment{parameter: wanted, value: value})
}

func unknownParameter(name string, known []string) string {
	message := fmt.Sprintf("unknown query parameter %q", spelling.Clip(name))
	if hint := spelling.Hint(name, known); hint != "" {
		return message + "; " + hint
	}
	return message + "; this call takes none"
}

// isSet reports whether the query has set a parameter already.
func (c *call) isSet(wanted *parameter) bool {
	return slices.ContainsFunc(c.query, func(set assignment) bool { return set.parameter == wanted })
}

// setQuery puts the values of the query into the request.
func (c *call) setQuery(request protoreflect.Message) {
	for _, set := range c.query {
		path := set.parameter.path
		into := request
		for _, field := range path[:len(path)-1] {
			into = into.Mutable(field).Message()
		}
		if last := path[len(path)-1]; last.IsList() {
			into.Mutable(last).List().Append(set.value)
		} else {
			into.Set(last, set.value)
		}
	}
}

// addViolation adds a violation, up to the number that one answer reports.
func (c *call) addViolation(field, format string, args ...any) {
	if len(c.violations) < codec.MaxViolations {
		c.violations = append(c.violations, status.Violation(field, format, args...))
	}
}
