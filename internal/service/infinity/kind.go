package infinity

import (
	"slices"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// pbxKind is one kind of row at Infinity: its routes, and how its fields are read and
// written. All ten kinds are served by the same code.
type pbxKind[M any, R service.Message[M]] struct {
	infinity.Collection
	rows[M]
	// respell writes those values of a stored row that have several spellings as another
	// row has them, if they mean the same; nil if the kind has none.
	respell func(stored, other *M)
	// asSent returns a row with values that callers can write in several ways as they are sent;
	// nil if the kind has none.
	asSent func(wanted R) R
}

// rows is what the table of package mapping says of one kind of row.
type rows[M any] struct {
	infinity.Kind[M]
	// field is the resource's field in requests.
	field string
	// id is the field with the row's id, idOf is where a resource keeps it.
	id   protoreflect.Name
	idOf func(m *M) **uint32
	// natural are the fields that find a row whose id is not known.
	natural []protoreflect.Name
	// whole says that an update has to write the whole row.
	whole bool
	// locate sets the ids of the path, whatever a row states.
	locate func(r *infinity.Reader, m *M, at place)
	// parameter returns a field as the vendor takes it.
	parameter func(m *M, field protoreflect.Name) (value string, isSet bool)
	// columns are the resource's fields in their order.
	columns []column
}

// column is one field of a resource.
type column struct {
	field protoreflect.Name
	// names are the vendor's names for it, the one to write first.
	names []string
	// writable, createOnly and secret say what callers may do with it.
	writable, createOnly, secret bool
	// handedOver says that only the create of a row shows it, and no read does.
	handedOver bool
	// flag says that it is a boolean, sortable that it has one order for everybody: strings
	// have several.
	flag, sortable bool
}

// stated returns a row of a request with the values that are sent.
func (k *pbxKind[M, R]) stated(wanted R) R {
	if k.asSent == nil {
		return wanted
	}
	return k.asSent(wanted)
}

func newKind[M any, R service.Message[M]](routes infinity.Collection, of rows[M]) pbxKind[M, R] {
	return pbxKind[M, R]{Collection: routes, rows: of}
}

// below returns how the rows of a place are read.
func (k *rows[M]) below(at place) infinity.Kind[M] {
	kind := k.Kind
	kind.Finish = func(r *infinity.Reader, m *M) { k.locate(r, m, at) }
	return kind
}

// column finds a column by its field's name.
func (k *rows[M]) column(name protoreflect.Name) *column {
	for i := range k.columns {
		if k.columns[i].field == name {
			return &k.columns[i]
		}
	}
	return nil
}

// handedOver returns the columns that only the create of a row shows.
func (k *rows[M]) handedOver() (columns []column) {
	for _, column := range k.columns {
		if column.handedOver {
			columns = append(columns, column)
		}
	}
	return columns
}

// vendorNames gives our field names by the vendor's.
func (k *pbxKind[M, R]) vendorNames() (protoreflect.FullName, map[string]string) {
	names := map[string]string{}
	for _, column := range k.columns {
		for _, name := range column.names {
			names[name] = string(column.field)
		}
	}
	return R(nil).ProtoReflect().Descriptor().FullName(), names
}

// parentRoutes read the rows that others are below, by the field with their id.
var parentRoutes = map[protoreflect.Name]*upstream.Route{
	"domain_id": infinity.Domains.Read, "user_id": infinity.Users.Read,
	"group_id": infinity.Groups.Read, "queue_id": infinity.Queues.Read,
}

// place is the path to rows: the ids in it, from the domain down.
type place []parent

// parent is one id of a path and the field that carries it in a resource.
type parent struct {
	field protoreflect.Name
	id    uint32
}

// in returns a place from the domain down.
func in(domain uint32, more ...parent) place {
	return append(place{{"domain_id", domain}}, more...)
}

// inDomain returns the place of the rows below the domain that a request names.
func inDomain(request interface{ GetDomainId() uint32 }) place { return in(request.GetDomainId()) }

// inUser returns the place of the rows below the user that a request names.
func inUser(request interface {
	GetDomainId() uint32
	GetUserId() uint32
}) place {
	return in(request.GetDomainId(), parent{"user_id", request.GetUserId()})
}

// inGroup returns the place of the rows below the group that a request names.
func inGroup(request interface {
	GetDomainId() uint32
	GetGroupId() uint32
}) place {
	return in(request.GetDomainId(), parent{"group_id", request.GetGroupId()})
}

// inQueue returns the place of the rows below the queue that a request names.
func inQueue(request interface {
	GetDomainId() uint32
	GetQueueId() uint32
}) place {
	return in(request.GetDomainId(), parent{"queue_id", request.GetQueueId()})
}

// with returns the place with one more id.
func (p place) with(field protoreflect.Name, id uint32) place {
	return append(slices.Clip(p), parent{field, id})
}

// parameters returns the ids of the path, with those that follow.
func (p place) parameters(ids ...uint32) []string {
	parameters := make([]string, 0, len(p)+len(ids))
	for _, above := range p {
		parameters = append(parameters, infinity.FormatID(above.id))
	}
	for _, id := range ids {
		parameters = append(parameters, infinity.FormatID(id))
	}
	return parameters
}
