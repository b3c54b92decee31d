package main

import (
	"fmt"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/sipfacade/sipfacade/gen"
	"github.com/sipfacade/sipfacade/internal/contract"
)

// described is the contract with its comments.
type described struct {
	files   *protoregistry.Files
	methods map[string]*method // by verb and template: "get /v1/sip-apps/{uuid}"
	// hidesZero has the enums whose zero value no answer shows.
	hidesZero map[protoreflect.FullName]bool
}

// method is a call of the JSON API.
type method struct {
	protoreflect.MethodDescriptor
	verb string
	rule *annotations.HttpRule
}

// loadContract reads the descriptor image.
func loadContract() (*described, error) {
	files, err := contract.LinkImage(gen.DescriptorImage)
	if err != nil {
		return nil, err
	}
	d := &described{files: files, methods: map[string]*method{}, hidesZero: map[protoreflect.FullName]bool{}}
	files.RangeFilesByPackage(contract.Package, func(file protoreflect.FileDescriptor) bool {
		d.addMethods(file.Services())
		d.noteEnums(file.Messages())
		return true
	})
	return d, nil
}

func (d *described) addMethods(services protoreflect.ServiceDescriptors) {
	for i := range services.Len() {
		for j := range services.Get(i).Methods().Len() {
			one := services.Get(i).Methods().Get(j)
			for _, binding := range contract.HTTPRules(one) {
				verb, path := contract.HTTPPattern(binding)
				verb = strings.ToLower(verb)
				d.methods[verb+" "+path] = &method{one, verb, binding}
			}
		}
	}
}

// noteEnums finds the enums of fields. The zero value of one without presence is shown.
func (d *described) noteEnums(messages protoreflect.MessageDescriptors) {
	for i := range messages.Len() {
		for field := range contract.Fields(messages.Get(i)) {
			if field.Enum() == nil {
				continue
			}
			name := field.Enum().FullName()
			before, known := d.hidesZero[name]
			d.hidesZero[name] = field.HasPresence() && (before || !known)
		}
		d.noteEnums(messages.Get(i).Messages())
	}
}

// enum finds an enum by its full name, nil if the contract has none of that name.
func (d *described) enum(name string) protoreflect.EnumDescriptor {
	found, err := d.files.FindDescriptorByName(protoreflect.FullName(name))
	if err != nil {
		return nil
	}
	enum, _ := found.(protoreflect.EnumDescriptor)
	return enum
}

// comment returns the comment of an element of the contract as Markdown.
func comment(of protoreflect.Descriptor) string {
	text := of.ParentFile().SourceLocations().ByDescriptor(of).LeadingComments
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimPrefix(strings.TrimRight(line, " \n"), " "))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// resource returns the message of the request field that the body holds, nil if the body is
// the whole request or there is none.
func (m *method) resource() protoreflect.MessageDescriptor {
	field := m.Input().Fields().ByName(protoreflect.Name(m.rule.GetBody()))
	if field == nil {
		return nil
	}
	return field.Message()
}

// answered returns the field of the response that the answer is, nil if that is the whole
// response.
func (m *method) answered() protoreflect.FieldDescriptor {
	return m.Output().Fields().ByName(protoreflect.Name(m.rule.GetResponseBody()))
}

// takes reports whether the request has a field of the name.
func (m *method) takes(name protoreflect.Name) bool { return m.Input().Fields().ByName(name) != nil }

// field finds a field of the request by a path whose words have either spelling.
func (m *method) field(path string) (protoreflect.FieldDescriptor, error) {
	message := m.Input()
	var found protoreflect.FieldDescriptor
	for word := range strings.SplitSeq(path, ".") {
		if message == nil {
			return nil, fmt.Errorf("%s: %s goes below a scalar", m.FullName(), path)
		}
		if found = message.Fields().ByTextName(word); found == nil {
			found = message.Fields().ByJSONName(word)
		}
		if found == nil {
			return nil, fmt.Errorf("%s has no field %s", message.FullName(), word)
		}
		message = found.Message()
	}
	return found, nil
}
