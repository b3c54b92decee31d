package validation

import (
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/status"
)

// shape is what a request is for, read from the contract: which resource it
// carries, and whether it creates or updates it, or which rows it lists.
type shape struct {
	resource protoreflect.FieldDescriptor
	mask     protoreflect.FieldDescriptor
	creates  bool
	rows     protoreflect.MessageDescriptor
}

// shapeOf reads the shape of a method's request: the resource is the field that
// the HTTP rule maps to the body.
func shapeOf(method protoreflect.MethodDescriptor) shape {
	rule := contract.HTTPRule(method)
	fields := method.Input().Fields()
	resource := fields.ByName(protoreflect.Name(rule.GetBody()))
	if resource == nil || resource.Message() == nil {
		return shape{rows: rowsOf(method.Output())}
	}
	return shape{
		resource: resource,
		mask:     fields.ByName("update_mask"),
		creates:  rule.GetPost() != "" && fields.ByName("update_mask") == nil,
	}
}

// rowsOf is the message of the rows that a response holds; nil where it holds none.
func rowsOf(response protoreflect.MessageDescriptor) protoreflect.MessageDescriptor {
	for i := range response.Fields().Len() {
		if field := response.Fields().Get(i); field.IsList() && field.Message() != nil {
			return field.Message()
		}
	}
	return nil
}

// keep drops the violations of fields that an update does not write: what the mask
// leaves out is not sent, so it need not be right.
func (s shape) keep(request proto.Message, violations []*fieldViolation) []*fieldViolation {
	paths := s.maskPaths(request)
	if len(paths) == 0 || slices.Contains(paths, "*") {
		return violations
	}
	prefix := string(s.resource.Name()) + "."
	return slices.DeleteFunc(violations, func(violation *fieldViolation) bool {
		rest, inside := strings.CutPrefix(violation.GetField(), prefix)
		return inside && !s.named(rest, paths)
	})
}

// maskPaths is the update mask; empty where there is none.
func (s shape) maskPaths(request proto.Message) []string {
	if s.mask == nil || !request.ProtoReflect().Has(s.mask) {
		return nil
	}
	mask, _ := request.ProtoReflect().Get(s.mask).Message().Interface().(*fieldmaskpb.FieldMask)
	return mask.GetPaths()
}

// named reports whether the mask writes the field of the path, or the path is the
// id that says which resource to write.
func (s shape) named(path string, mask []string) bool {
	top, _, _ := strings.Cut(path, ".")
	top, _, _ = strings.Cut(top, "[")
	field := s.resource.Message().Fields().ByName(protoreflect.Name(top))
	return field == nil || contract.Behaves(field, annotations.FieldBehavior_IDENTIFIER) ||
		slices.Contains(mask, string(field.Name())) || slices.Contains(mask, field.JSONName())
}

// missing are the fields that a create requires, and the id that an update
// requires.
func (s shape) missing(request proto.Message) (violations []*fieldViolation) {
	if s.resource == nil || !request.ProtoReflect().Has(s.resource) {
		return nil // that the resource is required is a rule of its own
	}
	behavior := annotations.FieldBehavior_IDENTIFIER
	if s.creates {
		behavior = annotations.FieldBehavior_REQUIRED
	}
	resource := request.ProtoReflect().Get(s.resource).Message()
	fields := resource.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if contract.Behaves(field, behavior) && !resource.Has(field) {
			path := string(s.resource.Name()) + "." + string(field.Name())
			violations = append(violations, status.Violation(path, "value is required"))
		}
	}
	return violations
}

// rest are the violations that the handler would find, so that a request with
// mistakes of both kinds is told all of them at once. Where a rule has spoken on an
// argument of a list already, nothing is added.
func (s shape) rest(request proto.Message, found []*fieldViolation) []*fieldViolation {
	if listed, ok := request.(list.Request); ok && s.rows != nil {
		return slices.DeleteFunc(list.Problems(listed, s.rows), func(problem *fieldViolation) bool {
			return slices.ContainsFunc(found, func(known *fieldViolation) bool { return known.GetField() == problem.GetField() })
		})
	}
	if s.mask == nil || !request.ProtoReflect().Has(s.resource) {
		return nil
	}
	resource := request.ProtoReflect().Get(s.resource).Message().Interface()
	mask, _ := request.ProtoReflect().Get(s.mask).Message().Interface().(*fieldmaskpb.FieldMask)
	_, err := list.Changes(string(s.resource.Name()), resource, mask)
	return status.Violations(err)
}
