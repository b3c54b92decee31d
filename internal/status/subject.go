package status

import (
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// Subjects has the resource of each method, from the contract.
type Subjects struct {
	methods map[string]subjectRule
	names   map[protoreflect.FullName]map[string]string
	natural map[protoreflect.FullName][]string
}

// subjectRule says how to find one method's subject.
type subjectRule struct {
	resourceType string
	created      string
	name         []protoreflect.FieldDescriptor // the path to the id in the request
	field        string
	vendorNames  map[string]string
	lookup       lookupRule
}

// NewSubjects reads the methods of the services. Names are the resources' fields by the
// vendor's names, and natural their natural keys.
func NewSubjects(
	names map[protoreflect.FullName]map[string]string, natural map[protoreflect.FullName][]string, services ...protoreflect.ServiceDescriptor,
) *Subjects {
	s := &Subjects{methods: map[string]subjectRule{}, names: names, natural: natural}
	for _, method := range contract.Methods(services) {
		s.methods[contract.FullMethod(method)] = s.rule(method)
	}
	return s
}

// Of returns the subject of one call.
func (s *Subjects) Of(fullMethod string, request any) Subject {
	rule := s.methods[fullMethod]
	subject := Subject{Type: rule.resourceType, Created: rule.created, Field: rule.field, Names: rule.vendorNames}
	if message, ok := request.(proto.Message); ok && len(rule.name) > 0 {
		holder, id := contract.Holder(message.ProtoReflect(), rule.name)
		subject.Name = sentName(id, holder)
	}
	return subject
}

// sentName returns an id as the vendor is sent it: UUIDs in lower case, all others as they are.
func sentName(field protoreflect.FieldDescriptor, in protoreflect.Message) string {
	name := in.Get(field).String()
	if strings.HasSuffix(string(field.Name()), "uuid") {
		return strings.ToLower(name)
	}
	return name
}

// rule returns a method's rule: the last variable of its path is the id of what it is
// about. Get, Update and Delete are about the resource itself. The others are about
// the parent that the variable names, if there is one.
func (s *Subjects) rule(method protoreflect.MethodDescriptor) subjectRule {
	http := contract.HTTPRule(method)
	rule := subjectRule{field: strings.Trim(http.GetBody(), "*")}
	written := method.Input().FullName() // if the body is the request itself
	body := method.Input().Fields().ByName(protoreflect.Name(rule.field))
	if body != nil {
		written = body.Message().FullName()
	}
	rule.lookup = s.lookupOf(method, body)
	rule.vendorNames = s.names[written]
	verb, resource := splitMethod(string(method.Name()))
	if shown := shownBy(method.Output()); shown != "" {
		resource = shown
	}
	_, path := contract.HTTPPattern(http)
	rule.name = lastVariable(method.Input(), path)
	rule.resourceType = string(method.Input().ParentFile().Package()) + "." + resource
	rule.created = rule.resourceType
	if parent, ok := parentOf(rule.name); ok && !aboutItself[verb] {
		rule.resourceType = string(parent)
	}
	return rule
}

// aboutItself are the verbs whose path ends in the resource's own id.
var aboutItself = map[string]bool{"Get": true, "Update": true, "Delete": true}

// shownBy names the message that a response shows, as one or as rows. The method's own
// name is plural for lists, and is another word for some verbs.
func shownBy(response protoreflect.MessageDescriptor) string {
	for field := range contract.Fields(response) {
		if field.Message() != nil {
			return string(field.Message().Name())
		}
	}
	return ""
}

// splitMethod splits GetSipApp into Get and SipApp.
func splitMethod(name string) (verb, resource string) {
	end := 1
	for end < len(name) && (name[end] < 'A' || name[end] > 'Z') {
		end++
	}
	return name[:end], name[end:]
}

// parentOf names the message that a variable such as sip_connection_uuid, group_id or
// sip_domain refers to, if the contract has one.
func parentOf(way []protoreflect.FieldDescriptor) (protoreflect.FullName, bool) {
	if len(way) == 0 {
		return "", false
	}
	words := strings.Split(string(way[len(way)-1].Name()), "_")
	for i, word := range words {
		words[i] = strings.ToUpper(word[:1]) + word[1:]
	}
	whole := protoreflect.Name(strings.Join(words, "")) // sip_domain, whose id is its name
	name := protoreflect.Name(strings.Join(words[:len(words)-1], ""))
	for _, candidate := range []protoreflect.Name{whole, name, "Pbx" + name} {
		full := way[0].ParentFile().Package().Append(candidate)
		if found, err := protoregistry.GlobalTypes.FindMessageByName(full); err == nil && name != "" {
			return found.Descriptor().FullName(), true
		}
	}
	return "", false
}

// lastVariable returns the path to the field that the last {variable} of a path names.
func lastVariable(message protoreflect.MessageDescriptor, path string) []protoreflect.FieldDescriptor {
	variables := contract.PathFields(path)
	if len(variables) == 0 {
		return nil
	}
	way, err := contract.FieldPath(message, variables[len(variables)-1])
	if err != nil {
		return nil
	}
	return way
}
