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

// call is one HTTP request while the generated handler serves it. The marshaler
// gets it as the body of the request and adds the violations that it finds; the
// connection gets it from the context and completes the message.
type call struct {
	route          *route
	codec          *codec.Codec
	body           []byte
	violations     []*errdetails.BadRequest_FieldViolation
	query          []assignment
	members        []string             // of the body, in its order
	bodyIDs        []protoreflect.Value // the ids that the body states, beside those of the path
	reachedService bool                 // if so, its error is the service's
}

type callKey struct{}

// callOf returns the call of a context; nil if it has none.
func callOf(ctx context.Context) *call {
	c, ok := ctx.Value(callKey{}).(*call)
	if !ok {
		return nil
	}
	return c
}

// bodyDecoder is the body of the request that the generated handler gets. The
// handler passes it to the marshaler, which finds the call in it.
type bodyDecoder struct {
	call *call
}

var errNoMessageField = errors.New("the generated handler does not read a message")

// Read reports the end of the body: generated handlers read what is left of it, and
// the gateway has read all.
func (*bodyDecoder) Read([]byte) (int, error) { return 0, io.EOF }

// Close does nothing: the HTTP server closes the body of the original request.
func (*bodyDecoder) Close() error { return nil }

// Decode reads the body into the request, or into the request field that the
// generated handler names. If there is no body, it returns EOF, which leaves the
// field unset. Violations are not returned but collected in the call.
func (b *bodyDecoder) Decode(into any) error {
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

// target returns the message to read into: the whole request, or its body field, to
// which the generated handler passes a pointer to a pointer.
func (c *call) target(into any) (proto.Message, string, error) {
	if message, ok := into.(proto.Message); ok {
		return message, "", nil
	}
	field := reflect.ValueOf(into)
	if field.Kind() != reflect.Pointer || field.Elem().Kind() != reflect.Pointer {
		return nil, "", errNoMessageField
	}
	made := reflect.New(field.Type().Elem().Elem())
	message, ok := made.Interface().(proto.Message)
	if !ok {
		return nil, "", errNoMessageField
	}
	field.Elem().Set(made)
	return message, c.route.Body, nil
}

// rememberIDs keeps the ids of the body, since the generated handler overwrites
// them with those of the path.
func (c *call) rememberIDs(body protoreflect.Message) {
	c.bodyIDs = make([]protoreflect.Value, len(c.route.variables))
	for i, variable := range c.route.variables {
		field := variable.path[len(variable.path)-1]
		if variable.inBody && body.Has(field) {
			c.bodyIDs[i] = body.Get(field)
		}
	}
}

// readPath reads the variables of the path, so that their violations are reported
// together with all others.
func (c *call) readPath(segments []string) map[string]string {
	values := make(map[string]string, len(c.route.variables))
	for _, variable := range c.route.variables {
		value, problem := variable.parse(segments[variable.at])
		if problem != "" {
			c.addViolation(variable.name, "%s", problem)
			values[variable.name] = segments[variable.at]
			continue
		}
		values[variable.name] = value.String() // 1e1 as 10, which the generated handler understands
	}
	return values
}

// complete sets the fields of the query and the update mask of a PATCH. Its error
// lists every violation of the call.
func (c *call) complete(request protoreflect.Message) error {
	c.checkIDs(request)
	if len(c.violations) > 0 {
		return status.Invalid(c.violations...)
	}
	c.setQuery(request)
	if paths := c.maskOfBody(request); len(paths) > 0 && !request.Has(c.route.mask) {
		request.Set(c.route.mask, protoreflect.ValueOfMessage((&fieldmaskpb.FieldMask{Paths: paths}).ProtoReflect()))
	}
	return nil
}

// checkIDs refuses a body that names another resource than the path.
func (c *call) checkIDs(request protoreflect.Message) {
	for i, id := range c.bodyIDs {
		if !id.IsValid() {
			continue
		}
		variable := c.route.variables[i]
		at := request
		for _, field := range variable.path[:len(variable.path)-1] {
			at = at.Get(field).Message()
		}
		if !sameID(id, at.Get(variable.path[len(variable.path)-1])) {
			c.addViolation(variable.name, "the body names another one than the path")
		}
	}
}

// sameID compares UUIDs in any case, and other ids by value.
func sameID(a, b protoreflect.Value) bool {
	return strings.EqualFold(a.String(), b.String())
}

// maskOfBody returns the update mask of a PATCH body: its members, null ones
// included, without those that the path names. It returns nil if the call has no
// mask, or if every member has a value: without a mask the service updates the
// fields that are set, which are the same.
func (c *call) maskOfBody(request protoreflect.Message) []string {
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

// completingConn is the connection of the generated clients. It completes each
// request before it passes the call on.
type completingConn struct {
	grpc.ClientConnInterface
}

// Invoke completes the request and passes the call on.
func (c completingConn) Invoke(ctx context.Context, method string, args, reply any, options ...grpc.CallOption) error {
	request, ok := args.(proto.Message)
	current := callOf(ctx)
	if current == nil || !ok {
		return internalError()
	}
	if err := current.complete(request.ProtoReflect()); err != nil {
		return err
	}
	current.reachedService = true
	return c.ClientConnInterface.Invoke(ctx, method, args, reply, options...)
}
