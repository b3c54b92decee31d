// Package received passes on what the JSON gateway read of an HTTP request beside its message: what
// is wrong with it, what only a JSON body and a query can say, and how the caller spelled the
// names. The gateway fills one value for each request, the validator merges it into the request,
// and errors take their names from it.
package received

import (
	"context"
	"slices"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/limits"
	"github.com/sipfacade/sipfacade/internal/status"
)

// Call says how a call of the contract is mapped to HTTP. It is the same for every
// request of the call.
type Call struct {
	// Message is the type of the request message.
	Message protoreflect.MessageDescriptor
	// Body is the request field that the HTTP body holds; "*" is the whole request,
	// "" no body.
	Body string
	// IDs are the paths of the fields that both the path and the body state.
	IDs [][]protoreflect.FieldDescriptor
	// Mask is the update mask that follows from the body if the caller gave none; nil if the call
	// takes no mask.
	Mask protoreflect.FieldDescriptor
}

// Request has what the gateway read of one HTTP request beside its message. Nil is a request that
// came over gRPC.
type Request struct {
	Call
	// Unread is why the body could not be read.
	Unread error
	// Partial says that the reading stopped early, so that the message lacks what
	// followed.
	Partial bool
	// Violations are what is wrong with the values that were read. Fields are named by
	// their proto paths from the request message.
	Violations []*errdetails.BadRequest_FieldViolation
	// Query are the parameters of the query, each once unless it is a list.
	Query []Parameter
	// Members are the proto names of the fields that the body has, in its order, those
	// given as null included.
	Members []string
	// Nulls are those of the members that were given as null.
	Nulls []string
	// SnakeCase are the fields that the body names in snake_case.
	SnakeCase []protoreflect.FieldDescriptor

	bodyIDs []protoreflect.Value // beside Call.IDs; not valid if the body states none
	derived bool                 // the caller gave no update mask
}

// Parameter is a parameter of the query.
type Parameter struct {
	// Name is how the caller wrote it, Field the proto path of the request field that it
	// sets; they are the same for a parameter that the call does not take.
	Name, Field string
	// Path is the way to the field.
	Path []protoreflect.FieldDescriptor
	// Value is for the field; it is not valid if the text could not be read.
	Value protoreflect.Value
}

// requestKey is the context key of a Request.
type requestKey struct{}

// NewContext returns a context that carries the request to the interceptors.
func NewContext(ctx context.Context, r *Request) context.Context {
	return context.WithValue(ctx, requestKey{}, r)
}

// FromContext returns the request of a call that came as JSON, or nil.
func FromContext(ctx context.Context) *Request {
	r, _ := ctx.Value(requestKey{}).(*Request)
	return r
}

// Refuse adds a violation of a rule, up to limits.MaxViolations of them.
func (r *Request) Refuse(field, rule, format string, args ...any) {
	if len(r.Violations) < limits.MaxViolations {
		r.Violations = append(r.Violations, status.BrokenRule(field, rule, format, args...))
	}
}

// Full reports whether no more violations are collected.
func (r *Request) Full() bool { return len(r.Violations) >= limits.MaxViolations }

// Parameter returns the first parameter of the query that sets the field, or nil.
func (r *Request) Parameter(field string) *Parameter {
	for i := range r.Query {
		if r.Query[i].Field == field {
			return &r.Query[i]
		}
	}
	return nil
}

// KeepIDs remembers the ids that the body states, empty ones too, because the generated
// handler overwrites them with those of the path.
func (r *Request) KeepIDs(body protoreflect.Message) {
	for i, path := range r.IDs {
		if last := path[len(path)-1]; r.states(last.TextName()) {
			if r.bodyIDs == nil {
				r.bodyIDs = make([]protoreflect.Value, len(r.IDs))
			}
			r.bodyIDs[i] = body.Get(last)
		}
	}
}

// states reports whether the body gives a member a value, which may be an empty one.
func (r *Request) states(member string) bool {
	return slices.Contains(r.Members, member) && !slices.Contains(r.Nulls, member)
}

// MaskDerived reports whether the call is an update over HTTP whose caller gave no update
// mask, so that the fields to write follow from the body.
func (r *Request) MaskDerived() bool { return r != nil && r.derived }
