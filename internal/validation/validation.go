// Package validation checks requests against the rules that the contract states:
// protovalidate rules, what a create requires, what an update must name. All
// violations of a request are reported at once, before any vendor is called, unless the
// request exceeds a limit on its size: then no rule is evaluated.
package validation

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"buf.build/go/protovalidate"
	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/limits"
	"github.com/sipfacade/sipfacade/internal/received"
	"github.com/sipfacade/sipfacade/internal/status"
)

type fieldViolation = errdetails.BadRequest_FieldViolation

// Validator checks requests. It is safe for concurrent use.
type Validator struct {
	rules   protovalidate.Validator
	written protovalidate.Filter // what rules are evaluated on
	shapes  map[protoreflect.FullName]shape
	// lacks reports whether the vendor's API does not have a field; nil means that it has
	// all.
	lacks func(field protoreflect.FieldDescriptor) bool
}

// Lacking returns a validator whose updates with the mask `*` leave out the fields that the
// vendor's API does not have.
func (v *Validator) Lacking(lacks func(field protoreflect.FieldDescriptor) bool) *Validator {
	limited := *v
	limited.lacks = lacks
	return &limited
}

// New prepares the checks of every request of the services. The rules of a request are
// compiled when the first one arrives: nobody calls every method, and compiling all of them
// takes a third of the start.
func New(services ...protoreflect.ServiceDescriptor) (*Validator, error) {
	v := &Validator{shapes: map[protoreflect.FullName]shape{}}
	var requests []protoreflect.MessageDescriptor
	for _, method := range contract.Methods(services) {
		requests = append(requests, method.Input())
		v.shapes[method.Input().FullName()] = shapeOf(method)
	}
	v.written = outputOnly(requests)
	rules, err := protovalidate.New()
	if err != nil {
		return nil, fmt.Errorf("prepare the contract's rules: %w", err)
	}
	v.rules = rules
	return v, nil
}

// outputOnly is a filter that leaves out what callers do not write. A resource that was
// read can be sent back, with rows nested in it that rules on writes were never meant for. The
// etag of a resource is checked, since an update may state it.
func outputOnly(requests []protoreflect.MessageDescriptor) protovalidate.FilterFunc {
	skipped := map[protoreflect.Descriptor]bool{}
	seen := map[protoreflect.MessageDescriptor]bool{}
	var visit func(message protoreflect.MessageDescriptor)
	visit = func(message protoreflect.MessageDescriptor) {
		if seen[message] {
			return
		}
		seen[message] = true
		for field := range contract.Fields(message) {
			if contract.Behaves(field, annotations.FieldBehavior_OUTPUT_ONLY) && field.Name() != contract.Etag {
				skipped[field] = true
			} else if below := field.Message(); below != nil {
				visit(below)
			}
		}
	}
	for _, request := range requests {
		visit(request)
	}
	return func(_ protoreflect.Message, descriptor protoreflect.Descriptor) bool { return !skipped[descriptor] }
}

// Check returns REQUEST_INVALID with every violation, or nil. What the JSON gateway read
// beside the request is merged into it first; it is nil for a request that came over gRPC.
//
// Requests that are not in the contract, such as health checks, have no rules.
func (v *Validator) Check(request proto.Message, in *received.Request) error {
	shape, known := v.shapes[request.ProtoReflect().Descriptor().FullName()]
	if !known {
		return nil
	}
	if in == nil {
		return v.broken(request, shape, &received.Request{})
	}
	if in.Unread != nil {
		return in.Unread
	}
	in.MergeInto(request.ProtoReflect())
	return v.broken(request, shape, in)
}

// broken returns the violations of a request that is complete. The rules are not applied
// to one that exceeds a limit, or that was not read to its end.
func (v *Validator) broken(request proto.Message, shape shape, in *received.Request) error {
	if in.Partial {
		return status.Invalid(in.Violations...)
	}
	if excess := limits.Check(request); excess != nil {
		return status.Invalid(append(in.Violations, status.BrokenRule(excess.Field, excess.Rule(), "%s", excess.Problem))...)
	}
	violations, err := v.ruleViolations(request)
	if err != nil {
		return err
	}
	violations = append(shape.withoutUnwritten(request, violations), shape.missing(request)...)
	violations = append(violations, shape.misplaced(request)...)
	violations = append(violations, callFlowViolations(request, violations)...)
	if len(violations)+len(in.Violations) == 0 {
		return nil
	}
	violations = append(violations, shape.argumentViolations(request, in.MaskDerived(), violations, v.lacks)...)
	return status.Invalid(append(in.Violations, in.WithoutMisread(violations)...)...)
}

// ruleViolations returns the violations of the protovalidate rules.
func (v *Validator) ruleViolations(request proto.Message) ([]*fieldViolation, error) {
	err := v.rules.Validate(request, protovalidate.WithFilter(v.written))
	if err == nil {
		return nil, nil
	}
	var broken *protovalidate.ValidationError
	if !errors.As(err, &broken) {
		return nil, fmt.Errorf("apply the rules of %s: %w", request.ProtoReflect().Descriptor().FullName(), err)
	}
	violations := make([]*fieldViolation, len(broken.Violations))
	for i, violation := range broken.Violations {
		violations[i] = &fieldViolation{
			Field:       fieldOf(request.ProtoReflect().Descriptor(), violation),
			Reason:      ruleName(violation.Proto.GetRuleId()),
			Description: describe(request.ProtoReflect().Descriptor(), violation),
		}
	}
	return violations, nil
}

// fieldAt returns the field at the end of a path; nil if the path is empty.
func fieldAt(message protoreflect.MessageDescriptor, path *validate.FieldPath) (field protoreflect.FieldDescriptor) {
	for _, step := range path.GetElements() {
		if message == nil {
			return nil
		}
		if field = message.Fields().ByNumber(protoreflect.FieldNumber(step.GetFieldNumber())); field == nil {
			return nil
		}
		message = field.Message()
	}
	return field
}

// ruleName returns the id of a rule in UPPER_SNAKE_CASE: STRING_MIN_LEN for
// string.min_len.
func ruleName(id string) string {
	return strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(id))
}

// fieldOf returns the path of the field at fault. The id of a rule on a whole message
// begins with the name of its field.
func fieldOf(message protoreflect.MessageDescriptor, violation *protovalidate.Violation) string {
	if path := protovalidate.FieldPathString(violation.Proto.GetField()); path != "" {
		return path
	}
	name, _, _ := strings.Cut(violation.Proto.GetRuleId(), ".")
	if message.Fields().ByName(protoreflect.Name(name)) == nil {
		return ""
	}
	return name
}

// names reports whether one of the violations is of the field.
func names(violations []*fieldViolation, field string) bool {
	return slices.ContainsFunc(violations, func(violation *fieldViolation) bool { return violation.GetField() == field })
}
