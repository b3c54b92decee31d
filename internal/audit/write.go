package audit

import (
	"regexp"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

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
	for _, service := range services {
		for i := range service.Methods().Len() {
			method := service.Methods().Get(i)
			if !contract.OnlyReads(method) {
				writes[contract.FullMethod(method)] = newWrite(method)
			}
		}
	}
	return writes
}

func newWrite(method protoreflect.MethodDescriptor) *Write {
	rule := contract.HTTPRule(method)
	w := &Write{creates: strings.HasPrefix(string(method.Name()), "Create"), inPath: map[string]bool{}}
	for _, path := range []string{rule.GetPost(), rule.GetPatch(), rule.GetPut(), rule.GetDelete()} {
		w.path += path
	}
	w.path = verb.ReplaceAllString(w.path, "")
	for _, match := range variable.FindAllStringSubmatch(w.path, -1) {
		w.inPath[match[1]] = true
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

// identifierOf returns the value of the field that is marked as identifier.
func identifierOf(resource protoreflect.Message) string {
	for i := range resource.Descriptor().Fields().Len() {
		field := resource.Descriptor().Fields().Get(i)
		if contract.Behaves(field, annotations.FieldBehavior_IDENTIFIER) && resource.Has(field) {
			return resource.Get(field).String()
		}
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
	if paths := maskOf(message); len(paths) > 0 && paths[0] != "*" {
		return known(paths, resource.Descriptor())
	}
	return w.populated(resource)
}

// maskOf returns the paths of a request's update mask.
func maskOf(request protoreflect.Message) []string {
	field := request.Descriptor().Fields().ByName("update_mask")
	if field == nil {
		return nil
	}
	mask, _ := request.Get(field).Message().Interface().(*fieldmaskpb.FieldMask)
	return mask.GetPaths()
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
var notWritten = map[protoreflect.Name]bool{"request_id": true, "validate_only": true, "etag": true, "update_mask": true}

// populated returns the fields that are set and can be written, in the contract's order.
func (w *Write) populated(message protoreflect.Message) []string {
	fields := []string{}
	for i := range message.Descriptor().Fields().Len() {
		field := message.Descriptor().Fields().Get(i)
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
	if field := message.Descriptor().Fields().ByName("request_id"); field != nil {
		return message.Get(field).String()
	}
	return ""
}

// OnlyValidates reports whether a request asks what would happen, so that it is no write.
func OnlyValidates(request proto.Message) bool {
	message := request.ProtoReflect()
	field := message.Descriptor().Fields().ByName("validate_only")
	return field != nil && message.Get(field).Bool()
}
