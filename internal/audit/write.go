package audit

import (
	"regexp"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// Writes are the methods of the contract that change something.
type Writes map[string]*Write

// Write says how to read the resource and the fields of one method's requests.
type Write struct {
	path     string                       // of the HTTP rule
	resource protoreflect.FieldDescriptor // what the body holds; nil if it is the request
	creates  bool
	inPath   map[string]bool // the request fields that the path states
}

// WritesOf returns the writes of the services by their full methods.
func WritesOf(services ...protoreflect.ServiceDescriptor) Writes {
	writes := Writes{}
	for _, method := range contract.Methods(services) {
		if !contract.OnlyReads(method) {
			writes[contract.FullMethod(method)] = newWrite(method)
		}
	}
	return writes
}

func newWrite(method protoreflect.MethodDescriptor) *Write {
	rule := contract.HTTPRule(method)
	w := &Write{creates: strings.HasPrefix(string(method.Name()), "Create"), inPath: map[string]bool{}}
	_, path := contract.HTTPPattern(rule)
	w.path = verb.ReplaceAllString(path, "")
	for _, name := range contract.PathFields(path) {
		w.inPath[name] = true
	}
	if body := rule.GetBody(); body != "*" && body != "" {
		w.resource = method.Input().Fields().ByTextName(body)
	}
	return w
}

var (
	// verb matches the verb at the end of a path.
	verb = regexp.MustCompile(`:\w+$`)
	// variable matches a variable of a path.
	variable = regexp.MustCompile(`\{([\w.]+)[^}]*\}`)
	// plainID matches what an id can be. Anything else was refused, and may be a value.
	plainID = regexp.MustCompile(`^[\w.-]{1,64}$`)
)

// Resource returns the path of what a call writes, with the id of a created resource if
// the response has it.
func (w *Write) Resource(request, response proto.Message) string {
	path := variable.ReplaceAllStringFunc(w.path, func(name string) string {
		return textAt(request, strings.Split(variable.FindStringSubmatch(name)[1], "."))
	})
	if !w.creates || response == nil || w.resource == nil {
		return path
	}
	created := response.ProtoReflect()
	if field := created.Descriptor().Fields().ByName(w.resource.Name()); field != nil && created.Has(field) {
		if id := identifierOf(created.Get(field).Message()); id != "" {
			return path + "/" + id
		}
	}
	return path
}

// textAt returns the id in a field of the request, or "-" if there is none.
func textAt(request proto.Message, path []string) string {
	at := request.ProtoReflect()
	for i, name := range path {
		field := at.Descriptor().Fields().ByName(protoreflect.Name(name))
		switch {
		case field == nil:
			return "-"
		case i < len(path)-1:
			at = at.Get(field).Message()
		default:
			if text := at.Get(field).String(); plainID.MatchString(text) && at.Has(field) {
				return text
			}
		}
	}
	return "-"
}

// identifierOf returns the value of the field that identifies a resource, or "".
func identifierOf(resource protoreflect.Message) string {
	if field := contract.Identifier(resource.Descriptor()); field != nil && resource.Has(field) {
		return resource.Get(field).String()
	}
	return ""
}

// Fields returns the names of the fields that the caller wrote: those of the update mask,
// else those that are set.
func (w *Write) Fields(request proto.Message) []string {
	message := request.ProtoReflect()
	if w.resource == nil {
		return w.populated(message)
	}
	resource := message.Get(w.resource).Message()
	if paths := contract.MaskPaths(message); len(paths) > 0 && paths[0] != "*" {
		return known(paths, resource.Descriptor())
	}
	return w.populated(resource)
}

// known returns the fields of the resource that the paths begin with. A mask can hold
// any text.
func known(paths []string, resource protoreflect.MessageDescriptor) []string {
	fields := []string{}
	for _, path := range paths {
		name, _, _ := strings.Cut(path, ".")
		if resource.Fields().ByName(protoreflect.Name(name)) != nil && !slices.Contains(fields, name) {
			fields = append(fields, name)
		}
	}
	return fields
}

// notWritten are the fields of requests that are about the call.
var notWritten = map[protoreflect.Name]bool{
	contract.RequestID: true, contract.ValidateOnly: true, contract.Etag: true, contract.UpdateMask: true,
}

// populated returns the fields that are set and can be written, in the contract's order.
func (w *Write) populated(message protoreflect.Message) []string {
	fields := []string{}
	for field := range contract.Fields(message.Descriptor()) {
		if !message.Has(field) || notWritten[field.Name()] || w.inPath[string(field.Name())] ||
			contract.Behaves(field, annotations.FieldBehavior_OUTPUT_ONLY) || contract.Behaves(field, annotations.FieldBehavior_IDENTIFIER) {
			continue
		}
		fields = append(fields, string(field.Name()))
	}
	return fields
}

// Key returns the request id of a request, by which a repeat is known.
func Key(request proto.Message) string {
	message := request.ProtoReflect()
	if field := message.Descriptor().Fields().ByName(contract.RequestID); field != nil {
		return message.Get(field).String()
	}
	return ""
}

// OnlyValidates reports whether a request only asks what would happen, so that it writes nothing.
func OnlyValidates(request proto.Message) bool {
	message := request.ProtoReflect()
	field := message.Descriptor().Fields().ByName(contract.ValidateOnly)
	return field != nil && message.Get(field).Bool()
}
