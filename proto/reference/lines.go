package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// The addresses of a server with its default settings.
const (
	grpcAddress = "127.0.0.1:9090"
	httpBase    = "http://127.0.0.1:8080"
)

// grpcurlLine returns the command that makes a call over gRPC.
func grpcurlLine(method protoreflect.MethodDescriptor, request *dynamicpb.Message) (string, error) {
	body, err := compact(protojson.MarshalOptions{UseProtoNames: true}, request)
	if err != nil {
		return "", err
	}
	line := "grpcurl -plaintext "
	if body != "{}" {
		line += "-d " + quote(body) + " "
	}
	return line + grpcAddress + " " + string(method.Parent().FullName()) + "/" + string(method.Name()), nil
}

// curlLine returns the command that makes the same call over HTTP: what the path and the body
// do not have is in the query.
func curlLine(method protoreflect.MethodDescriptor, request *dynamicpb.Message) (string, error) {
	verb, path := route(method)
	if verb == "" {
		return "", fmt.Errorf("the contract gives it no HTTP route")
	}
	rest := proto.Clone(request).ProtoReflect()
	path, err := fillPath(path, rest)
	if err != nil {
		return "", err
	}
	body, err := takeBody(contract.HTTPRule(method).GetBody(), rest)
	if err != nil {
		return "", err
	}
	query, err := queryOf(rest)
	if err != nil {
		return "", err
	}
	return writeCurl(verb, httpBase+path, query, body), nil
}

// writeCurl writes a query readably if there is no body, which curl would mix with it.
func writeCurl(verb, address string, query url.Values, body string) string {
	line := "curl -s"
	switch {
	case verb == "GET" && len(query) > 0:
		line += "G " + address
		for _, name := range slices.Sorted(maps.Keys(query)) {
			line += " --data-urlencode " + quote(name+"="+query.Get(name))
		}
		return line
	case verb != "GET" && verb != "POST":
		line += " -X " + verb
	}
	if len(query) > 0 {
		address = quote(address + "?" + query.Encode())
	}
	line += " " + address
	if body != "" {
		line += " -d " + quote(body)
	}
	return line
}

// route returns the HTTP method and the path of a call.
func route(method protoreflect.MethodDescriptor) (verb, path string) {
	return contract.HTTPPattern(contract.HTTPRule(method))
}

// variable is a part of a path that a field of the request fills.
var variable = regexp.MustCompile(`\{([a-z0-9_.]+)\}`)

// pathVariables returns the fields that the path of a call names.
func pathVariables(method protoreflect.MethodDescriptor) []string {
	_, path := route(method)
	return contract.PathFields(path)
}

// fillPath replaces the variables by the fields of the request, and clears these.
func fillPath(path string, request protoreflect.Message) (string, error) {
	var missing error
	filled := variable.ReplaceAllStringFunc(path, func(name string) string {
		message, field := reach(request, strings.Trim(name, "{}"))
		if field == nil || !message.Has(field) {
			missing = fmt.Errorf("the example lacks %s, which the path needs", name)
			return ""
		}
		value := message.Get(field).String()
		message.Clear(field)
		return value
	})
	return filled, missing
}

// reach finds a field by its path within a message.
func reach(message protoreflect.Message, path string) (protoreflect.Message, protoreflect.FieldDescriptor) {
	first, rest, nested := strings.Cut(path, ".")
	field := message.Descriptor().Fields().ByName(protoreflect.Name(first))
	if field == nil || !nested {
		return message, field
	}
	return reach(message.Mutable(field).Message(), rest)
}

// takeBody writes the body as JSON, and clears what it has.
func takeBody(name string, request protoreflect.Message) (string, error) {
	switch name {
	case "":
		return "", nil
	case "*":
		body, err := compact(protojson.MarshalOptions{}, request.Interface())
		proto.Reset(request.Interface())
		return body, err
	}
	field := request.Descriptor().Fields().ByName(protoreflect.Name(name))
	body, err := compact(protojson.MarshalOptions{}, request.Get(field).Message().Interface())
	request.Clear(field)
	return body, err
}

// queryOf has the fields that are left.
func queryOf(request protoreflect.Message) (url.Values, error) {
	query := url.Values{}
	for field := range contract.Fields(request.Descriptor()) {
		if !request.Has(field) {
			continue
		}
		if field.IsList() || field.Message() != nil {
			return nil, fmt.Errorf("the field %s is in neither path nor body, and this program cannot write it into a query", field.Name())
		}
		query.Set(field.JSONName(), request.Get(field).String())
	}
	return query, nil
}

// compact returns the JSON of a message, the same at each run.
func compact(options protojson.MarshalOptions, message proto.Message) (string, error) {
	text, err := options.Marshal(message)
	if err != nil {
		return "", err
	}
	var out bytes.Buffer
	err = json.Compact(&out, text)
	return out.String(), err
}

// quote makes a text one word of the shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
