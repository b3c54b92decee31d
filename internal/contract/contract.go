// Package contract reads the descriptors of the contract: the marks on its elements, which say
// what may be written and what is secret, the HTTP rules of its methods, and the fields that
// are about the call.
package contract

import (
	"net/http"
	"slices"
	"strings"
	"sync"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
)

// Package is the protobuf package of the contract.
const Package = "sipfacade.v1"

// FullName returns the full name of a message of the contract.
func FullName(message string) protoreflect.FullName {
	return protoreflect.FullName(Package).Append(protoreflect.Name(message))
}

// Services returns all services of the contract in a set of files; those that are linked are
// in protoregistry.GlobalFiles.
func Services(files *protoregistry.Files) (all []protoreflect.ServiceDescriptor) {
	files.RangeFilesByPackage(Package, func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			all = append(all, file.Services().Get(i))
		}
		return true
	})
	return all
}

// Methods returns the methods of services.
func Methods(services []protoreflect.ServiceDescriptor) (all []protoreflect.MethodDescriptor) {
	for _, service := range services {
		for i := range service.Methods().Len() {
			all = append(all, service.Methods().Get(i))
		}
	}
	return all
}

// behaviors are the marks of the fields that were asked for.
var behaviors sync.Map // of []annotations.FieldBehavior, by the field's descriptor

// Behaviors returns the google.api.field_behavior marks of a field.
func Behaviors(field protoreflect.FieldDescriptor) []annotations.FieldBehavior {
	if known, ok := behaviors.Load(field); ok {
		return known.([]annotations.FieldBehavior)
	}
	marks, _ := proto.GetExtension(field.Options(), annotations.E_FieldBehavior).([]annotations.FieldBehavior)
	behaviors.Store(field, marks)
	return marks
}

// Behaves reports whether a field has the mark.
func Behaves(field protoreflect.FieldDescriptor, mark annotations.FieldBehavior) bool {
	return slices.Contains(Behaviors(field), mark)
}

// Secret reports whether no log may show a field's value: it is marked debug_redact or
// INPUT_ONLY.
func Secret(field protoreflect.FieldDescriptor) bool {
	options, _ := field.Options().(*descriptorpb.FieldOptions)
	return options.GetDebugRedact() || Behaves(field, annotations.FieldBehavior_INPUT_ONLY)
}

// FullMethod returns the name by which gRPC calls a method: /service/method.
func FullMethod(method protoreflect.MethodDescriptor) string {
	return "/" + string(method.Parent().FullName()) + "/" + string(method.Name())
}

// OnlyReads reports whether a method changes nothing, also if it is called several times.
func OnlyReads(method protoreflect.MethodDescriptor) bool {
	options, _ := method.Options().(*descriptorpb.MethodOptions)
	return options.GetIdempotencyLevel() == descriptorpb.MethodOptions_NO_SIDE_EFFECTS
}

// HTTPRule returns a method's google.api.http rule, or nil if it has none.
func HTTPRule(method protoreflect.MethodDescriptor) *annotations.HttpRule {
	rule, _ := proto.GetExtension(method.Options(), annotations.E_Http).(*annotations.HttpRule)
	return rule
}

// HTTPRules returns a method's google.api.http rule with its additional bindings; none if it
// is only for gRPC.
func HTTPRules(method protoreflect.MethodDescriptor) []*annotations.HttpRule {
	rule := HTTPRule(method)
	if rule == nil {
		return nil
	}
	return append([]*annotations.HttpRule{rule}, rule.GetAdditionalBindings()...)
}

// PathFields returns the names of the fields that a path template has, in its order:
// "sip_connection_uuid", "sip_app.uuid".
func PathFields(path string) (names []string) {
	for _, segment := range strings.Split(path, "{")[1:] {
		name, _, _ := strings.Cut(segment, "}")
		names = append(names, name)
	}
	return names
}

// HTTPPattern returns the HTTP method and the path template of a rule.
func HTTPPattern(rule *annotations.HttpRule) (method, path string) {
	switch rule.GetPattern().(type) {
	case *annotations.HttpRule_Get:
		return http.MethodGet, rule.GetGet()
	case *annotations.HttpRule_Put:
		return http.MethodPut, rule.GetPut()
	case *annotations.HttpRule_Post:
		return http.MethodPost, rule.GetPost()
	case *annotations.HttpRule_Delete:
		return http.MethodDelete, rule.GetDelete()
	case *annotations.HttpRule_Patch:
		return http.MethodPatch, rule.GetPatch()
	}
	return rule.GetCustom().GetKind(), rule.GetCustom().GetPath()
}

// IsRelation reports whether a field holds other resources. Google's own messages and trunk
// settings are values.
func IsRelation(field protoreflect.FieldDescriptor) bool {
	if field.Message() == nil || field.IsMap() {
		return false
	}
	name := field.Message().FullName()
	return !strings.HasPrefix(string(name), "google.protobuf.") && name.Name() != "TrunkSettings"
}

// IsReference reports whether a field holds the key of another resource: vendors leave it
// out of lists with the relation that it stands for.
func IsReference(field protoreflect.FieldDescriptor) bool {
	name := string(field.Name())
	return RelationOf(field) != nil || strings.HasSuffix(name, "_uuid") || name == "product_id"
}

// RelationOf returns the relation whose key a field is, such as product for product_id, or
// nil.
func RelationOf(key protoreflect.FieldDescriptor) protoreflect.FieldDescriptor {
	name := strings.TrimSuffix(strings.TrimSuffix(string(key.Name()), "_uuid"), "_id")
	relation := key.ContainingMessage().Fields().ByName(protoreflect.Name(name))
	if relation == nil || !IsRelation(relation) {
		return nil
	}
	return relation
}
