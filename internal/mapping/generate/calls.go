package main

import (
	"slices"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// call is one of the calls that every resource has: List, Get, Create, Update or Delete.
type call struct {
	// Name is that of the RPC, Verb its first word, and Service the Go type that serves it.
	Name, Verb, Service string
	// Request and Response are its messages, Result the Go field of the response that holds
	// what was read or written; a delete has none.
	Request, Response, Result string
	// Resource is the Go field of the request that holds the resource, if it has one.
	Resource string
	// Path are the fields of the request that are in its path, and IDs their names in Go. The id
	// of a resource that the request holds is not among them.
	Path, IDs []string
}

// resource is what the request holds as the resource, if it holds one.
func (c call) resource() []string {
	if c.Resource == "" {
		return nil
	}
	return []string{"request.Get" + c.Resource + "()"}
}

// ids are the ids in the path.
func (c call) ids() (ids []string) {
	for _, id := range c.IDs {
		ids = append(ids, "request.Get"+id+"()")
	}
	return ids
}

// placed are the arguments after the request at Infinity: the place, named by the last id above
// the row, and the resource or the row's own id.
func (c call) placed() []string {
	above, own := c.IDs, []string(nil)
	if c.Verb == "Get" || c.Verb == "Delete" {
		last := len(above) - 1
		above, own = above[:last], c.ids()[last:]
	}
	place := "nil"
	if len(above) > 0 {
		place = "in" + strings.TrimSuffix(above[len(above)-1], "Id") + "(request)"
	}
	return slices.Concat([]string{place}, c.resource(), own)
}

// Serving is the expression that serves a call: a method of the resource's kind.
func (m *message) Serving(c call) string {
	method, arguments := strings.ToLower(c.Verb), []string{"ctx", "s.Backend", "request"}
	if c.Verb == "Delete" {
		method = "remove"
	}
	switch {
	case m.model.dialect.Parents == nil:
		arguments = slices.Concat(arguments, c.resource(), c.ids())
	case c.Verb == "Get": // at Infinity a read depends on nothing but its place
		arguments = append(arguments[:2], c.placed()...)
	default:
		arguments = append(arguments, c.placed()...)
	}
	return m.Kind() + "." + method + "(" + strings.Join(arguments, ", ") + ")"
}

// Calls are the calls of the resource that the contract has, in the order of the verbs.
func (m *message) Calls() (calls []call) {
	for _, verb := range []string{"List", "Get", "Create", "Update", "Delete"} {
		if found := m.callNamed(verb); found != nil {
			calls = append(calls, *found)
		}
	}
	return calls
}

// callName is the name of the resource's call with a verb.
func (m *message) callName(verb string) string {
	if verb == "List" {
		return verb + m.Name + "s"
	}
	return verb + m.Name
}

// callNamed returns the call of the resource with a verb, or nil.
func (m *message) callNamed(verb string) *call {
	for _, method := range contract.Methods(contract.Services(protoregistry.GlobalFiles)) {
		if string(method.Name()) == m.callName(verb) {
			return m.newCall(verb, method)
		}
	}
	return nil
}

// newCall describes a call by its descriptor.
func (m *message) newCall(verb string, method protoreflect.MethodDescriptor) *call {
	described := &call{
		Name: string(method.Name()), Verb: verb, Service: string(method.Parent().Name()),
		Request: string(method.Input().Name()), Response: string(method.Output().Name()),
		Result: m.heldIn(method.Output()), Resource: m.heldIn(method.Input()),
	}
	_, path := contract.HTTPPattern(contract.HTTPRule(method))
	for _, name := range contract.PathFields(path) {
		if !strings.Contains(name, ".") {
			described.Path = append(described.Path, name)
			described.IDs = append(described.IDs, goNamesOf(method.Input())[protoreflect.Name(name)])
		}
	}
	return described
}

// heldIn is the Go field of a message that holds the resource or a list of it, or "".
func (m *message) heldIn(holder protoreflect.MessageDescriptor) string {
	if field := contract.Holding(holder, m.descriptor); field != nil {
		return goNamesOf(holder)[field.Name()]
	}
	return ""
}

// goNamesOf are the names of a message's fields in its generated struct. Every message of the
// contract is linked.
func goNamesOf(descriptor protoreflect.MessageDescriptor) map[protoreflect.Name]string {
	linked, err := protoregistry.GlobalTypes.FindMessageByName(descriptor.FullName())
	if err != nil {
		return nil
	}
	return contract.GoNames(linked)
}

// Kind is the variable with the kind of the resource.
func (m *message) Kind() string { return m.Local() + "s" }

// Collection is the variable of the client with the vendor's routes: the resource in the
// plural, without the abbreviation Sip, which all objects of the vendor share.
func (m *message) Collection() string { return strings.TrimPrefix(m.Name, "Sip") + "s" }

// IsBelow reports whether the resource is below another one: the path of its list has an id.
// What locates such a resource is written by hand.
func (m *message) IsBelow() bool {
	listing := m.callNamed("List")
	return listing != nil && len(listing.IDs) > 0
}

// Served are the resources that callers write: those with a kind.
func (m *model) Served() (served []*message) {
	for _, candidate := range m.Messages {
		if len(candidate.Columns()) > 0 {
			served = append(served, candidate)
		}
	}
	return served
}
