package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"buf.build/go/protovalidate"
	"go.yaml.in/yaml/v3"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// example is the request of one call.
type example struct {
	Request  map[string]any    `yaml:"request"`
	Settings map[string]string `yaml:"settings"`
}

// examples are those that were not taken yet, by service and method.
type examples map[string]map[string]*example

func readExamples(path string) (examples, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var found examples
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&found); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return found, nil
}

// take returns the example of a call, or nil, and forgets it.
func (found examples) take(method protoreflect.MethodDescriptor) *example {
	of := found[string(method.Parent().Name())]
	taken := of[string(method.Name())]
	delete(of, string(method.Name()))
	return taken
}

// unused returns errors that name what was never taken.
func (found examples) unused() []error {
	var unused []error
	for service, methods := range found {
		for method := range methods {
			unused = append(unused, fmt.Errorf("%s.%s: the contract has no such call", service, method))
		}
	}
	return unused
}

// message returns the request of a call, checked by the rules of the contract. A read that
// needs nothing has an empty one if there is no example.
func (e *example) message(method protoreflect.MethodDescriptor) (*dynamicpb.Message, error) {
	request := dynamicpb.NewMessage(method.Input())
	if e == nil {
		if !needsNothing(method) {
			return nil, fmt.Errorf("it has no example: add its request, with ids of the sandbox's own data and at least %s",
				strings.Join(needed(method), ", "))
		}
		return request, nil
	}
	text, err := json.Marshal(e.Request)
	if err != nil {
		return nil, err
	}
	if err := protojson.Unmarshal(text, request); err != nil {
		return nil, err
	}
	return request, protovalidate.Validate(request)
}

// settingsText returns the variables of the example, in a fixed order.
func (e *example) settingsText() string {
	if e == nil {
		return ""
	}
	var settings []string
	for name, value := range e.Settings {
		settings = append(settings, name+"="+value)
	}
	slices.Sort(settings)
	return strings.Join(settings, " ")
}

// needsNothing reports whether a call is a read whose path has no variables.
func needsNothing(method protoreflect.MethodDescriptor) bool {
	options, _ := method.Options().(*descriptorpb.MethodOptions)
	return options.GetIdempotencyLevel() == descriptorpb.MethodOptions_NO_SIDE_EFFECTS && len(pathVariables(method)) == 0
}

// needed returns the fields that an example cannot do without: what the path names, the body,
// and what is required.
func needed(method protoreflect.MethodDescriptor) []string {
	fields := pathVariables(method)
	if body := contract.HTTPRule(method).GetBody(); body != "" && body != "*" {
		fields = append(fields, body)
	}
	for field := range contract.Fields(method.Input()) {
		if name := string(field.Name()); contract.Behaves(field, annotations.FieldBehavior_REQUIRED) && !slices.Contains(fields, name) {
			fields = append(fields, name)
		}
	}
	return fields
}
