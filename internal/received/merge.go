package received

import (
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/status"
)

// MergeInto completes the request message with what the generated handler cannot put
// there: the values of the query and, if the caller gave no update mask, that of the
// body. It also compares the ids of the body with those of the path.
func (r *Request) MergeInto(message protoreflect.Message) {
	r.compareIDs(message)
	r.refuseEmptyGuards(message)
	for _, given := range r.Query {
		switch {
		case !given.Value.IsValid():
		case given.contradicts(message, r.Body == "*" && r.states(given.Field)):
			r.Refuse(given.Field, status.RuleDuplicateField, "given twice, and not the same")
		default:
			given.assign(message)
		}
	}
	r.deriveMask(message)
}

// guards are the fields that make a write safe. A caller that states one as an empty text has
// lost it. Over gRPC an empty text is the same as none.
var guards = []protoreflect.Name{contract.RequestID, contract.Etag}

// IsEmptyGuard reports whether the text of a field that makes a write safe is empty.
func IsEmptyGuard(field protoreflect.FieldDescriptor, text string) bool {
	return text == "" && slices.Contains(guards, field.Name())
}

// refuseEmptyGuards refuses a body that states a guard as an empty text. The etag in the body
// of a create means nothing, and is ignored.
func (r *Request) refuseEmptyGuards(message protoreflect.Message) {
	prefix := ""
	if r.Body != "*" {
		if r.Mask == nil {
			return
		}
		message, prefix = message.Get(r.Message.Fields().ByName(protoreflect.Name(r.Body))).Message(), r.Body+"."
	}
	for _, name := range guards {
		field := message.Descriptor().Fields().ByName(name)
		if field != nil && r.states(string(name)) && message.Get(field).String() == "" && !r.isRefused(prefix+string(name)) {
			r.Refuse(prefix+string(name), status.RuleInvalidValue, "is empty")
		}
	}
}

// isRefused reports whether the value of a field has been refused.
func (r *Request) isRefused(field string) bool {
	return slices.ContainsFunc(r.Violations, func(v *errdetails.BadRequest_FieldViolation) bool { return v.GetField() == field })
}

// compareIDs refuses a body that names another resource than the path.
func (r *Request) compareIDs(message protoreflect.Message) {
	for i, id := range r.bodyIDs {
		if !id.IsValid() {
			continue
		}
		holder, last := contract.Holder(message, r.IDs[i])
		if inPath := holder.Get(last); !strings.EqualFold(id.String(), inPath.String()) {
			r.Refuse(pathName(r.IDs[i]), status.RuleIDMismatch, "differs from the value in the path")
		}
	}
}

// pathName returns the proto path of a field.
func pathName(path []protoreflect.FieldDescriptor) string {
	names := make([]string, len(path))
	for i, field := range path {
		names[i] = field.TextName()
	}
	return strings.Join(names, ".")
}

// contradicts reports whether the request already states another value of the field: the fields of
// safe writes may be in the body, in the query and in a header. A value in the body may be the
// default of the message, such as false.
func (p Parameter) contradicts(message protoreflect.Message, inBody bool) bool {
	message, last := contract.Holder(message, p.Path)
	return !last.IsList() && last.Message() == nil && (inBody || message.Has(last)) && !message.Get(last).Equal(p.Value)
}

// assign sets the field, or appends to it if it is a list.
func (p Parameter) assign(message protoreflect.Message) {
	last := p.Path[len(p.Path)-1]
	for _, field := range p.Path[:len(p.Path)-1] {
		message = message.Mutable(field).Message()
	}
	if last.IsList() {
		message.Mutable(last).List().Append(p.Value)
	} else {
		message.Set(last, p.Value)
	}
}

// deriveMask sets the update mask of a body with a null, which clears. If every member
// has a value, none is needed: without a mask the fields that are set are updated.
func (r *Request) deriveMask(message protoreflect.Message) {
	if r.Mask == nil {
		return
	}
	if mask, ok := message.Get(r.Mask).Message().Interface().(*fieldmaskpb.FieldMask); ok && len(mask.GetPaths()) > 0 {
		return
	}
	r.derived = true
	resource := message.Get(r.Message.Fields().ByName(protoreflect.Name(r.Body))).Message()
	if !r.clears(resource) {
		return
	}
	if paths := r.updated(resource); len(paths) > 0 {
		message.Set(r.Mask, protoreflect.ValueOfMessage((&fieldmaskpb.FieldMask{Paths: paths}).ProtoReflect()))
	}
}

// clears reports whether a member of the body has no value in the resource.
func (r *Request) clears(resource protoreflect.Message) bool {
	fields := resource.Descriptor().Fields()
	return slices.ContainsFunc(r.Members, func(name string) bool { return !resource.Has(fields.ByTextName(name)) })
}

// updated returns the members of the body that an update can write. Ids and output-only
// fields are ignored, so that a resource that was read can be changed and sent back.
func (r *Request) updated(resource protoreflect.Message) []string {
	fields := resource.Descriptor().Fields()
	return slices.DeleteFunc(slices.Clone(r.Members), func(name string) bool {
		field := fields.ByTextName(name)
		return contract.Behaves(field, annotations.FieldBehavior_OUTPUT_ONLY) ||
			contract.Behaves(field, annotations.FieldBehavior_IDENTIFIER) || r.inPath(field)
	})
}

// inPath reports whether the path of the request states the field.
func (r *Request) inPath(field protoreflect.FieldDescriptor) bool {
	return slices.ContainsFunc(r.IDs, func(path []protoreflect.FieldDescriptor) bool { return path[len(path)-1] == field })
}

// WithoutMisread removes the violations of fields that could not be read: they have a violation
// already. If an element of a list could not be read, it removes the violations of the other
// elements, too, because their indexes differ from those of the caller.
func (r *Request) WithoutMisread(violations []*errdetails.BadRequest_FieldViolation) []*errdetails.BadRequest_FieldViolation {
	if len(r.Violations) == 0 {
		return violations
	}
	return slices.DeleteFunc(violations, func(violation *errdetails.BadRequest_FieldViolation) bool {
		return slices.ContainsFunc(r.Violations, func(misread *errdetails.BadRequest_FieldViolation) bool {
			field, _, _ := strings.Cut(misread.GetField(), "[")
			return below(violation.GetField(), field) || below(field, violation.GetField())
		})
	})
}

// below reports whether a path is that of the field, or of a part of it.
func below(path, field string) bool {
	rest, found := strings.CutPrefix(path, field)
	return found && field != "" && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
