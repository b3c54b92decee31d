package list

import (
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Problems is what Prepare would find wrong with the page size, filter and order of
// a request for rows of the message, so that a request with mistakes of other kinds
// is told of all of them at once. The page token is left out: it belongs to the
// arguments as they were, and those are about to change.
func Problems(request Request, row protoreflect.MessageDescriptor) []*errdetails.BadRequest_FieldViolation {
	_, size := pageLimit(request.GetPageSize())
	_, filter := parseFilter(row, request.GetFilter())
	_, order := parseOrder(row, request.GetOrderBy(), nil)
	return join([]violations{size, filter, order})
}
