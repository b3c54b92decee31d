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
	needs    annotations.FieldBehavior      // what marks the fields that the resource needs
	needed   []protoreflect.FieldDescriptor // these fields
	rows     protoreflect.MessageDescriptor
	parents  []parent
}

// parent is an id that both a request and its resource state.
type parent struct{ inRequest, inResource protoreflect.FieldDescriptor }

// shapeOf returns the shape of a method's request. The resource is the field that the
// HTTP rule maps to the body.
func shapeOf(method protoreflect.MethodDescriptor) shape {
	rule := contract.HTTPRule(method)
	fields := method.Input().Fields()
	resource := fields.ByName(protoreflect.Name(rule.GetBody()))
	if resource == nil || resource.Message() == nil {
		return shape{rows: rowsOf(method.Output())}
	}
	s := shape{
		resource: resource,
		mask:     fields.ByName(contract.UpdateMask),
		creates:  rule.GetPost() != "" && fields.ByName(contract.UpdateMask) == nil,
		needs:    annotations.FieldBehavior_IDENTIFIER,
		parents:  parentsOf(fields, resource.Message().Fields()),
	}
	if s.creates {
		s.needs = annotations.FieldBehavior_REQUIRED
	}
	s.needed = marked(resource.Message(), s.needs)
	return s
}

// marked returns the fields of a message that have a mark.
func marked(message protoreflect.MessageDescriptor, mark annotations.FieldBehavior) (found []protoreflect.FieldDescriptor) {
	for field := range contract.Fields(message) {
		if contract.Behaves(field, mark) {
			found = append(found, field)
		}
	}
	return found
}

// parentsOf returns the ids of parents that a resource repeats.
func parentsOf(request, resource protoreflect.FieldDescriptors) (parents []parent) {
	for i := range request.Len() {
		stated := resource.ByName(request.Get(i).Name())
		if stated != nil && (contract.Behaves(stated, annotations.FieldBehavior_OUTPUT_ONLY) || contract.Behaves(stated, annotations.FieldBehavior_IMMUTABLE)) {
			parents = append(parents, parent{inRequest: request.Get(i), inResource: stated})
		}
	}
	return parents
}

// rowsOf returns the message of the rows in a response, nil if it has none.
func rowsOf(response protoreflect.MessageDescriptor) protoreflect.MessageDescriptor {
	for field := range contract.Fields(response) {
		if field.IsList() && field.Message() != nil {
			return field.Message()
		}
	}
	return nil
}

// withoutUnwritten removes the violations of fields that are not written, so that they need
// not be right: the id of what is created, unless callers choose it, and what the mask of an
// update leaves out. The etag is compared, whatever is written.
func (s shape) withoutUnwritten(request proto.Message, violations []*fieldViolation) []*fieldViolation {
	if s.creates {
		return slices.DeleteFunc(violations, func(violation *fieldViolation) bool {
			name, inside := strings.CutPrefix(violation.GetField(), string(s.resource.Name())+".")
			field := s.resource.Message().Fields().ByName(protoreflect.Name(name))
			return inside && field != nil && contract.Behaves(field, annotations.FieldBehavior_IDENTIFIER) &&
				!contract.Behaves(field, annotations.FieldBehavior_REQUIRED)
		})
	}
	paths := contract.MaskPaths(request.ProtoReflect())
	if len(paths) == 0 || slices.Contains(paths, "*") {
		return violations
	}
	prefix := string(s.resource.Name()) + "."
	return slices.DeleteFunc(violations, func(violation *fieldViolation) bool {
		rest, inside := strings.CutPrefix(violation.GetField(), prefix)
		return inside && rest != string(contract.Etag) && !s.writes(rest, paths)
	})
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
	resource := request.ProtoReflect().Get(s.resource).Message()
	for _, field := range s.needed {
		if isMissing(resource, field, s.needs) {
			path := string(s.resource.Name()) + "." + string(field.Name())
			violations = append(violations, status.BrokenRule(path, "REQUIRED", "%s", wantRequired(field, s.needs)))
		}
	}
	return violations
}

// wantRequired says what a field needs: an id in numbers more than any value.
func wantRequired(field protoreflect.FieldDescriptor, behavior annotations.FieldBehavior) string {
	if want := contract.Want(field); want != "" && behavior == annotations.FieldBehavior_IDENTIFIER {
		return "want " + want
	}
	return "value is required"
}

// isMissing reports whether a field has no value, or as the id of what is updated a 0, which
// no vendor gives.
func isMissing(resource protoreflect.Message, field protoreflect.FieldDescriptor, behavior annotations.FieldBehavior) bool {
	if !resource.Has(field) {
		return true
	}
	return behavior == annotations.FieldBehavior_IDENTIFIER && field.Kind() == protoreflect.Uint32Kind && resource.Get(field).Uint() == 0
}

// misplaced returns the violations of a resource that states another parent than the
// request does. One that it does not state is fine.
func (s shape) misplaced(request proto.Message) (violations []*fieldViolation) {
	if len(s.parents) == 0 || !request.ProtoReflect().Has(s.resource) {
		return nil
	}
	message, resource := request.ProtoReflect(), request.ProtoReflect().Get(s.resource).Message()
	for _, parent := range s.parents {
		stated := resource.Get(parent.inResource).String()
		named := message.Has(parent.inRequest) && resource.Has(parent.inResource)
		if named && !strings.EqualFold(stated, message.Get(parent.inRequest).String()) {
			path := string(s.resource.Name()) + "." + string(parent.inResource.Name())
			violations = append(violations, status.BrokenRule(path, status.RuleIDMismatch, "differs from the value in the request"))
		}
	}
	return violations
}

// argumentViolations returns the violations that the handler would find in filter, order
// and mask, so that a request that also breaks a rule is answered with all of them at
// once. It is called only if the handler is not: no argument is parsed twice. If a rule
// has refused an argument of a list already, nothing is added. Derived says that the update
// mask follows from the body; lacks, which fields the vendor does not have.
func (s shape) argumentViolations(
	request proto.Message, derived bool, found []*fieldViolation, lacks func(protoreflect.FieldDescriptor) bool,
) []*fieldViolation {
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
	_, err := list.Update{Field: string(s.resource.Name()), Resource: resource, Mask: mask, Derived: derived, Lacks: lacks}.Changes()
	return status.Violations(err)
}
