package list

import (
	"fmt"
	"reflect"
	"slices"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/status"
)

// How many rows a page has: by default, and at most.
const (
	defaultPageSize = 50
	maxPageSize     = 1000
)

// Request has the methods of every List request message.
type Request interface {
	proto.Message
	GetPageSize() int32
	GetPageToken() string
	GetFilter() string
	GetOrderBy() string
}

// Query is a list request that has been checked: made before any vendor is
// called, applied to the rows after. It is not changed by use and safe for
// concurrent use.
type Query[T proto.Message] struct {
	arguments
	tokens *Tokens
	digest digest
	after  *cursor // nil on the first page
}

// violations are what is wrong with a request, one entry for each problem.
type violations []*errdetails.BadRequest_FieldViolation

// Prepare checks a list request for rows of type T, a generated message. The key
// names the fields that together identify a row; they end every order, so that
// it is total. What is wrong with the request is reported all at once as
// status.Invalid; any other error means that the key does not fit T.
func Prepare[T proto.Message](tokens *Tokens, request Request, key ...string) (*Query[T], error) {
	var row T
	rows := rowType{message: row.ProtoReflect().Descriptor(), structure: reflect.TypeFor[T]().Elem()}
	keyOrder, err := orderByKey(rows, key)
	if err != nil {
		return nil, fmt.Errorf("prepare %s: %w", request.ProtoReflect().Descriptor().FullName(), err)
	}
	read, found := readArguments(request, rows, keyOrder)
	query := &Query[T]{tokens: tokens, digest: digestOf(request), arguments: read}
	after, problem := openCursor(tokens, request.GetPageToken(), query.digest, len(query.order))
	if found = append(found, problem...); len(found) > 0 {
		return nil, status.Invalid(found...)
	}
	query.after = after
	return query, nil
}

// arguments are the page size, filter and order of a list request.
type arguments struct {
	limit  int
	filter *filter
	order  []ordering
}

// readArguments reads the arguments of a request and returns what is wrong with them.
func readArguments(request Request, rows rowType, key []ordering) (arguments, violations) {
	var read arguments
	var size, filter, order violations
	read.limit, size = pageLimit(request.GetPageSize())
	read.filter, filter = parseFilter(rows, request.GetFilter())
	read.order, order = parseOrder(rows, request.GetOrderBy(), key)
	return read, slices.Concat(size, filter, order)
}

// Problems returns what Prepare would find wrong with the page size, filter and order of
// a request for rows of the message. A request that also breaks a rule of the contract is
// answered with all of it at once. The page token is left out: it belongs to the
// arguments as they were, and those are about to change.
func Problems(request Request, row protoreflect.MessageDescriptor) []*errdetails.BadRequest_FieldViolation {
	_, found := readArguments(request, rowType{message: row}, nil)
	return found
}

// OrderField is one field of an order.
type OrderField struct {
	// Path is the field's proto name, or two of them joined by a dot.
	Path string
	// Desc is set if the highest value comes first.
	Desc bool
}

// Order returns the complete order of the rows: what the caller asked for or the
// default, and the key at its end.
func (q *Query[T]) Order() []OrderField {
	fields := make([]OrderField, len(q.order))
	for i, o := range q.order {
		fields[i] = OrderField{Path: o.path, Desc: o.desc}
	}
	return fields
}

// Equality is a condition of the form `field = literal`.
type Equality struct {
	// Path is the field's proto name, or two of them joined by a dot.
	Path string
	// Value is a string, bool, int64, float64, time.Time or
	// protoreflect.EnumNumber, as the field's type has it.
	Value any
}

// Equalities returns the conditions of the filter that must all hold and are equalities, in
// the filter's order. Only is false if the filter says more; without a filter it is true.
func (q *Query[T]) Equalities() (equalities []Equality, only bool) {
	return q.filter.equalities()
}

func pageLimit(size int32) (int, violations) {
	switch {
	case size < 0:
		return 0, broken(pageSize, "must not be negative")
	case size == 0:
		return defaultPageSize, nil
	default:
		return min(int(size), maxPageSize), nil
	}
}

// orderByKey resolves the fields that identify a row.
func orderByKey(rows rowType, key []string) ([]ordering, error) {
	order := make([]ordering, len(key))
	for i, path := range key {
		column, problem := resolve(rows, path)
		if problem != nil {
			return nil, fmt.Errorf("key of %s: %w", rows.message.FullName(), problem)
		}
		order[i] = ordering{column: column}
	}
	return order, nil
}
