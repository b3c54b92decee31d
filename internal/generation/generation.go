// Package generation knows which calls and fields of the contract the configured generation
// of OpenTACT's API has, and refuses the others before any vendor is called. What it knows
// comes from the tables of package mapping.
package generation

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/api/annotations"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/contract"
	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/status"
)

// Checker refuses what a generation does not have. It is safe for concurrent use.
type Checker struct {
	generation opentactapi.Generation
	calls      map[string]string // what would do instead, by the method's path
	requests   map[protoreflect.FullName]request
	fields     map[protoreflect.FullName]string // what would do instead
	shown      map[protoreflect.FullName]bool   // those of the fields that answers have
}

// request says where a request can hold what the generation does not have.
type request struct {
	resource  protoreflect.FieldDescriptor // nil if it has none
	lacking   []protoreflect.FieldDescriptor
	arguments []protoreflect.FieldDescriptor
}

// New returns the checker of a generation for the requests of the services.
func New(generation opentactapi.Generation, services ...protoreflect.ServiceDescriptor) *Checker {
	c := &Checker{
		generation: generation, calls: map[string]string{},
		requests: map[protoreflect.FullName]request{}, fields: map[protoreflect.FullName]string{},
		shown: map[protoreflect.FullName]bool{},
	}
	c.addCalls()
	c.addFields()
	for _, method := range contract.Methods(services) {
		c.addRequest(method)
	}
	return c
}

// addCalls keeps the calls that the generation cannot serve.
func (c *Checker) addCalls() {
	for _, call := range mapping.OpenTACT.Calls {
		if !call.In.Has(c.generation) {
			c.calls[fmt.Sprintf("/%s.%s/%s", contract.Package, call.Service, call.Method)] = call.Instead
		}
	}
}

// addFields keeps the fields that the generation does not take.
func (c *Checker) addFields() {
	for _, resource := range mapping.OpenTACT.Resources {
		for _, field := range resource.Fields {
			name := resource.FullName().Append(protoreflect.Name(field.Name))
			if !field.Takes(c.generation) {
				c.fields[name] = field.Instead
			}
			c.shown[name] = field.OnlyShows(c.generation)
		}
	}
	for _, argument := range mapping.OpenTACT.Arguments {
		for _, name := range argument.Requests {
			if !argument.In.Has(c.generation) {
				c.fields[contract.FullName(name).Append(protoreflect.Name(argument.Field))] = argument.Instead
			}
		}
	}
}

// addRequest keeps where requests of a method can hold such fields.
func (c *Checker) addRequest(method protoreflect.MethodDescriptor) {
	held := request{arguments: c.lacking(method.Input())}
	held.resource = method.Input().Fields().ByName(protoreflect.Name(contract.HTTPRule(method).GetBody()))
	if held.resource != nil && held.resource.Message() != nil {
		held.lacking = c.lacking(held.resource.Message())
	}
	if len(held.lacking)+len(held.arguments) > 0 {
		c.requests[method.Input().FullName()] = held
	}
}

// lacking returns those fields of a message that the generation does not take.
func (c *Checker) lacking(message protoreflect.MessageDescriptor) (found []protoreflect.FieldDescriptor) {
	for field := range contract.Fields(message) {
		if c.Lacks(field) {
			found = append(found, field)
		}
	}
	return found
}

// Lacks reports whether the generation does not take a field.
func (c *Checker) Lacks(field protoreflect.FieldDescriptor) bool {
	_, lacks := c.fields[field.FullName()]
	return lacks
}

// CheckCall returns UPSTREAM_GENERATION for a method that the generation cannot serve; the
// method is named by its path.
func (c *Checker) CheckCall(fullMethod string) error {
	instead, refused := c.calls[fullMethod]
	if !refused {
		return nil
	}
	return c.refuse(codes.Unimplemented, fmt.Sprintf("generation %d of OpenTACT's API, which this server speaks, has no such call; %s", c.generation, instead))
}

// OnlyShows reports whether answers of the generation have a field that it does not take.
func (c *Checker) OnlyShows(field protoreflect.FieldDescriptor) bool {
	return c.shown[field.FullName()]
}

// CheckFields returns UPSTREAM_GENERATION with a violation for each field that a request
// writes and the generation does not take. Derived says that the update mask follows from
// the body.
//
// A resource that was read can be sent back: a field that answers have passes if the update
// states others, too, and the caller's own mask does not name it. CheckShown compares it.
func (c *Checker) CheckFields(message proto.Message, derived bool) error {
	held, some := c.requests[message.ProtoReflect().Descriptor().FullName()]
	if !some {
		return nil
	}
	var wrong []*errdetails.BadRequest_FieldViolation
	for _, field := range held.arguments {
		if message.ProtoReflect().Has(field) {
			wrong = append(wrong, c.violation("", field))
		}
	}
	sentBack := c.isSentBack(held, message.ProtoReflect(), derived)
	for _, field := range held.lacking {
		isSentBack := sentBack && c.OnlyShows(field) && held.states(message.ProtoReflect(), field)
		if held.writes(message.ProtoReflect(), field) && !isSentBack {
			wrong = append(wrong, c.violation(string(held.resource.Name())+".", field))
		}
	}
	return c.refuseFields(wrong)
}

// CheckShown returns UPSTREAM_GENERATION with a violation for each of the fields whose value in
// a resource that is sent back is not the stored one. The resource is named by its field in
// the request.
func (c *Checker) CheckShown(name string, fields []protoreflect.FieldDescriptor, wanted, stored proto.Message) error {
	var wrong []*errdetails.BadRequest_FieldViolation
	for _, field := range fields {
		if !wanted.ProtoReflect().Get(field).Equal(stored.ProtoReflect().Get(field)) {
			wrong = append(wrong, c.violation(name+".", field))
		}
	}
	return c.refuseFields(wrong)
}

// refuseFields returns the error for fields that are not taken; nil if there is none.
func (c *Checker) refuseFields(wrong []*errdetails.BadRequest_FieldViolation) error {
	if len(wrong) == 0 {
		return nil
	}
	return c.refuse(codes.InvalidArgument, status.Summary(wrong), &errdetails.BadRequest{FieldViolations: wrong})
}

// isWhole reports whether an update mask stands for all fields that are set.
func isWhole(paths []string) bool { return len(paths) == 0 || slices.Contains(paths, "*") }

// isSentBack reports whether a request updates a resource as it was read: the caller does not
// say which of its fields to change, and some of them are not lacking.
func (c *Checker) isSentBack(held request, message protoreflect.Message, derived bool) bool {
	if message.Descriptor().Fields().ByName(contract.UpdateMask) == nil || !derived && !isWhole(contract.MaskPaths(message)) {
		return false
	}
	for field := range message.Get(held.resource).Message().Range {
		if !c.Lacks(field) && !contract.Behaves(field, annotations.FieldBehavior_IDENTIFIER) {
			return true
		}
	}
	return false
}

// writes reports whether a request writes a field of its resource: one that its update mask
// names, or, without a mask or with `*`, one that is set.
func (r request) writes(message protoreflect.Message, field protoreflect.FieldDescriptor) bool {
	paths := contract.MaskPaths(message)
	if isWhole(paths) {
		return r.states(message, field)
	}
	return slices.ContainsFunc(paths, func(path string) bool {
		top, _, _ := strings.Cut(path, ".")
		return top == string(field.Name()) || top == field.JSONName()
	})
}

// states reports whether a field of a request's resource is set.
func (r request) states(message protoreflect.Message, field protoreflect.FieldDescriptor) bool {
	return message.Get(r.resource).Message().Has(field)
}

// violation says that a field is not there, and what would do instead.
func (c *Checker) violation(prefix string, field protoreflect.FieldDescriptor) *errdetails.BadRequest_FieldViolation {
	return status.BrokenRule(prefix+string(field.Name()), reasonName,
		"generation %d of OpenTACT's API, which this server speaks, does not take it; %s", c.generation, c.fields[field.FullName()])
}

// reasonName is the reason of all that this package refuses.
var reasonName = status.ReasonName(sipfacadev1.ErrorReason_ERROR_REASON_UPSTREAM_GENERATION)

// refuse returns the error.
func (c *Checker) refuse(code codes.Code, message string, details ...*errdetails.BadRequest) error {
	return status.Generation(code, int(c.generation), message, details...)
}
