package main

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/document"
)

// The part of the document that lists the calls.
const (
	callsBegin = "<!-- calls: from the contract by make generate -->\n"
	callsEnd   = "<!-- end of calls -->\n"
)

// replaceCalls replaces the tables of calls in a document.
func replaceCalls(path string, services []protoreflect.ServiceDescriptor) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if text, err = document.Replace(text, callsBegin, callsEnd, callTables(services)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.WriteFile(path, text, 0o644)
}

// callTables are a table for each service.
func callTables(services []protoreflect.ServiceDescriptor) []byte {
	var out bytes.Buffer
	for _, service := range services {
		fmt.Fprintf(&out, "\n**%s**\n\n| RPC | HTTP | body | answer |\n| --- | --- | --- | --- |\n", service.Name())
		for i := range service.Methods().Len() {
			method := service.Methods().Get(i)
			verb, path := route(method)
			fmt.Fprintf(&out, "| %s | %s `%s` |%s | %s |\n", method.Name(), verb, path, bodyOf(method), answerOf(method))
		}
	}
	out.WriteString("\n")
	return out.Bytes()
}

// bodyOf says after a space what the body of a request holds, a resource or single fields; it is
// empty if there is no body.
func bodyOf(method protoreflect.MethodDescriptor) string {
	verb, path := route(method)
	switch body := contract.HTTPRule(method).GetBody(); {
	case body == "":
		return ""
	case body == "*":
		return " " + fieldNames(method.Input(), append(contract.PathFields(path), "request_id", "validate_only"))
	case verb == http.MethodPatch:
		return " the changes"
	default:
		return " " + resourceOf(method.Input(), body)
	}
}

// answerOf says what an answer is: a resource, the fields of the response, or nothing.
func answerOf(method protoreflect.MethodDescriptor) string {
	if single := contract.HTTPRule(method).GetResponseBody(); single != "" {
		return resourceOf(method.Output(), single)
	}
	if names := fieldNames(method.Output(), nil); names != "" {
		return names
	}
	return "`{}`"
}

// resourceOf is the name of the resource that a field of a message holds.
func resourceOf(holder protoreflect.MessageDescriptor, field string) string {
	return string(holder.Fields().ByName(protoreflect.Name(field)).Message().Name())
}

// fieldNames are the names of a message's fields in JSON, without some.
func fieldNames(message protoreflect.MessageDescriptor, without []string) string {
	var names []string
	for i := range message.Fields().Len() {
		if field := message.Fields().Get(i); !slices.Contains(without, string(field.Name())) {
			names = append(names, "`"+field.JSONName()+"`")
		}
	}
	return strings.Join(names, ", ")
}
