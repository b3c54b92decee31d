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

// shape says what a request is for, as the contract states it: the resource that it
// carries, and whether it creates or updates it, or the rows that it lists.
type shape struct {
	resource protoreflect.FieldDescriptor
	mask     protoreflect.FieldDescriptor
	creates  bool
	rows     protoreflect.MessageDescriptor
}

// shapeOf returns the shape of a method's request. The resource is the field that the
// HTTP rule maps to the body.
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

// rowsOf returns the message of the rows in a response, nil if it has none.
func rowsOf(response protoreflect.MessageDescriptor) protoreflect.MessageDescriptor {
	for i := range response.Fields().Len() {
		if field := response.Fields().Get(i); field.IsList() && field.Message() != nil {
			return field.Message()
		}
	}
	return nil
}

// withoutUnmasked removes the violations of fields that an update does not write: what
// the mask leaves out is not sent, so it need not be right.
func (s shape) withoutUnmasked(request proto.Message, violations []*fieldViolation) []*fieldViolation {
	paths := s.maskPaths(request)
	if len(paths) == 0 || slices.Contains(paths, "*") {
		return violations
	}
	prefix := string(s.resource.Name()) + "."
	return slices.DeleteFunc(violations, func(violation *fieldViolation) bool {
		rest, inside := strings.CutPrefix(violation.GetField(), prefix)
		return inside && !s.writes(rest, paths)
	})
}

// maskPaths returns the update mask, empty if there is none.
func (s shape) maskPaths(request proto.Message) []string {
	if s.mask == nil || !request.ProtoReflect().Has(s.mask) {
		return nil
	}
	mask, _ := request.ProtoReflect().Get(s.mask).Message().Interface().(*fieldmaskpb.FieldMask)
	return mask.GetPaths()
}

// writes reports whether the mask names the field of the path, or the path is the id
// that says which resource to write.
func (s shape) writes(path string, mask []string) bool {
	top, _, _ := strings.Cut(path, ".")
	top, _, _ = strings.Cut(top, "[")
	field := s.resource.Message().Fields().ByName(protoreflect.Name(top))
	return field == nil || contract.Behaves(field, annotations.FieldBehavior_IDENTIFIER) ||
		slices.Contains(mask, string(field.Name())) || slices.Contains(mask, field.JSONName())
}

// missing returns the violations of fields that a create requires, and of the id that an
// update requires.
func (s shape) missing(request proto.Message) (violations []*fieldViolation) {
	if s.resource == nil || !request.ProtoReflect().Has(s.resource) {
		return nil // another rule requires the resource
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
			violations = append(violations, status.BrokenRule(path, "REQUIRED", "value is required"))
		}
	}
	return violations
}

// argumentViolations returns the violations that the handler would find in filter, order
// and mask, so that a request that also breaks a rule is answered with all of them at
// once. It is called only if the handler is not: no argument is parsed twice. If a rule
// has refused an argument of a list already, nothing is added.
func (s shape) argumentViolations(request proto.Message, found []*fieldViolation) []*fieldViolation {
	if listed, ok := request.(list.Request); ok && s.rows != nil {
		return slices.DeleteFunc(list.Problems(listed, s.rows), func(problem *fieldViolation) bool {
			return names(found, problem.GetField())
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
