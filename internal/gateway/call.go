package gateway

import (
	"context"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/sipfacade/sipfacade/internal/gateway/codec"
	"github.com/sipfacade/sipfacade/internal/status"
)

// call is one HTTP request on its way through the generated handler. It travels
// twice: as the request's body to the marshaler, which leaves its violations
// here, and in the context to the connection, which completes the message.
type call struct {
	route      *route
	codec      *codec.Codec
	body       []byte
	violations []*errdetails.BadRequest_FieldViolation
	query      []assignment
	members    []string             // of the body, in its order
	ids        []protoreflect.Value // of the body, beside the route's variables
	answered   bool                 // the error is the service's own
}

type callKey struct{}

// callOf returns the call of a request or a context below it, nil where there is
// none.
func callOf(ctx context.Context) *call {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return nil
	}
	return c
}

// requestBody hands the call to the marshaler, which is given nothing else.
type requestBody struct {
	call *call
}

var errBodyHeld = errors.New("the body is read by the gateway's marshaler only")

// Read is what generated handlers drain; there is nothing left to read.
func (*requestBody) Read([]byte) (int, error) { return 0, io.EOF }

// Close has nothing to close: the server closes its own body.
func (*requestBody) Close() error { return nil }

// Decode reads the body into the request, or into the request field that the
// generated handler names. It reports EOF where there is no body, which leaves
// the field unset, and no other error: violations are collected in the call.
func (b *requestBody) Decode(into any) error {
	if len(b.call.body) == 0 {
		return io.EOF
	}
	message, prefix, err := b.call.target(into)
	if err != nil {
		return err
	}
	report := b.call.codec.Decode(b.call.body, message, prefix)
	b.call.violations = append(b.call.violations, report.Violations...)
	b.call.members = report.Members
	b.call.rememberIDs(message.ProtoReflect())
	return nil
}

// target is the message to read: the whole request, or its body field, which the
// generated handler passes by the address of the pointer to it.
func (c *call) target(into any) (proto.Message, string, error) {
	if message, ok := into.(proto.Message); ok {
		return message, "", nil
	}
	field := reflect.ValueOf(into)
	if field.Kind() != reflect.Pointer || field.Elem().Kind() != reflect.Pointer {
		return nil, "", errBodyHeld
	}
	made := reflect.New(field.Type().Elem().Elem())
	message, ok := made.Interface().(proto.Message)
	if !ok {
		return nil, "", errBodyHeld
	}
	field.Elem().Set(made)
	return message, c.route.Body, nil
}

// rememberIDs keeps what the body says of the fields that the path is about to
// set, since the generated handler overwrites them.
func (c *call) rememberIDs(body protoreflect.Message) {
	c.ids = make([]protoreflect.Value, len(c.route.variables))
	for i, variable := range c.route.variables {
		field := variable.path[len(variable.path)-1]
		if variable.inBody && body.Has(field) {
			c.ids[i] = body.Get(field)
		}
	}
}

// readPath reads the variables of the path, so that what is wrong with them is
// told together with everything else.
func (c *call) readPath(segments []string) map[string]string {
	values := make(map[string]string, len(c.route.variables))
	for _, variable := range c.route.variables {
		value, problem := variable.parse(segments[variable.at])
		if problem != "" {
			c.refuse(variable.name, "%s", problem)
			values[variable.name] = segments[variable.at]
			continue
		}
		values[variable.name] = value.String() // 1e1 as 10, which the generated handler understands
	}
	return values
}

// complete gives the request what only the gateway knows: the query, and the
// update mask of a PATCH. The error says everything that is wrong with the call.
func (c *call) complete(request protoreflect.Message) error {
	c.checkIDs(request)
	if len(c.violations) > 0 {
		return status.Invalid(c.violations...)
	}
	c.setQuery(request)
	if paths := c.changed(request); len(paths) > 0 && !request.Has(c.route.mask) {
		request.Set(c.route.mask, protoreflect.ValueOfMessage((&fieldmaskpb.FieldMask{Paths: paths}).ProtoReflect()))
	}
	return nil
}

// checkIDs refuses a body that names another resource than the path.
func (c *call) checkIDs(request protoreflect.Message) {
	for i, id := range c.ids {
		if !id.IsValid() {
			continue
		}
		variable := c.route.variables[i]
		at := request
		for _, field := range variable.path[:len(variable.path)-1] {
			at = at.Get(field).Message()
		}
		if !sameID(id, at.Get(variable.path[len(variable.path)-1])) {
			c.refuse(variable.name, "the body names another one than the path")
		}
	}
}

// sameID compares UUIDs in any case, and other ids by value.
func sameID(a, b protoreflect.Value) bool {
	return strings.EqualFold(a.String(), b.String())
}

// changed is the update mask that a PATCH body stands for: its members, null ones
// included, without those that the path names. Nil where the call has no mask, and
// where every member has a value: then the mask says no more than its absence, and
// the service treats the call as it treats the same one over gRPC.
func (c *call) changed(request protoreflect.Message) []string {
	if c.route.mask == nil || len(c.members) == 0 {
		return nil
	}
	resource := request.Get(request.Descriptor().Fields().ByName(protoreflect.Name(c.route.Body))).Message()
	fields, cleared := resource.Descriptor().Fields(), false
	names := slices.DeleteFunc(slices.Clone(c.members), func(name string) bool {
		if slices.ContainsFunc(c.route.variables, func(variable variable) bool {
			return variable.inBody && variable.path[len(variable.path)-1].TextName() == name
		}) {
			return true
		}
		cleared = cleared || !resource.Has(fields.ByTextName(name))
		return false
	})
	if !cleared {
		return nil
	}
	return names
}

// completing is the connection that the generated clients call through.
type completing struct {
	grpc.ClientConnInterface
}

// Invoke completes the request and passes the call on.
func (c completing) Invoke(ctx context.Context, method string, args, reply any, options ...grpc.CallOption) error {
	request, ok := args.(proto.Message)
	current := callOf(ctx)
	if current == nil || !ok {
		return internalError()
	}
	if err := current.complete(request.ProtoReflect()); err != nil {
		return err
	}
	current.answered = true
	return c.ClientConnInterface.Invoke(ctx, method, args, reply, options...)
}
