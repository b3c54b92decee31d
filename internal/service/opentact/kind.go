package opentact

import (
	"context"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/sipfacade/sipfacade/internal/etag"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/service/reconcile"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// dated is a resource that says when it was created.
type dated[M any] interface {
	service.Message[M]
	GetCreateTime() *timestamppb.Timestamp
}

// kind is one kind of resource. All kinds are listed, read, created and updated by the
// same code.
type kind[M any, R dated[M]] struct {
	table[M]
	// routes are the vendor's; if none reads one resource, the list is searched.
	routes opentact.Collection
	// locate sets what a resource is below; nil if it is below nothing.
	locate func(row R, at place)
	// find completes the place of a resource if the vendor has it elsewhere than callers
	// do; nil if it has not.
	find func(ctx context.Context, b Backend, request any, at place) (place, error)
	// above reads what a resource is below; nil if it is below nothing.
	above func(ctx context.Context, b Backend, at place) error
}

// table is what the table of package mapping says of a resource.
type table[M any] struct {
	// field is the resource's field in requests, and key the one that identifies it.
	field string
	key   protoreflect.Name
	// natural are the fields by which a resource of the same parents is found that is like
	// another; there may be none.
	natural []protoreflect.Name
	// id returns the key of a resource.
	id func(row *M) string
	// answers is how the resource is read from answers.
	answers opentact.Kind[M]
	// body is what callers write of it.
	body body[M]
}

// The kinds of resource that are below another one; the others are generated.
var (
	sipUserInvites = newKind(opentact.Invites, sipUserInviteTable).below(ofInvite, readConnection).through(findInvites)
	sipUsers       = newKind(opentact.Users, sipUserTable).below(ofDomain, readDomain)
)

// anyKind is a kind of any resource.
type anyKind interface {
	// reader returns the routes that read the resource, and what reads their answers.
	reader() (opentact.Collection, answerReader)
	// createRule returns the create of the resource, and how its outcome is found out.
	createRule(b Backend) (fullMethod string, rule reconcile.Rule)
}

func newKind[M any, R dated[M]](routes opentact.Collection, of table[M]) kind[M, R] {
	return kind[M, R]{table: of, routes: routes}
}

// below returns the kind with what locates its resources and what reads their parent.
func (k kind[M, R]) below(locate func(row R, at place), above func(ctx context.Context, b Backend, at place) error) kind[M, R] {
	k.locate, k.above = locate, above
	return k
}

// through returns the kind with what completes the places of its resources.
func (k kind[M, R]) through(find func(ctx context.Context, b Backend, request any, at place) (place, error)) kind[M, R] {
	k.find = find
	return k
}

// nowhere is the location of rows that have no parent.
func nowhere[M any](*M) {}

// located returns a resource with the ids of its parents.
func (k kind[M, R]) located(row R, at place) R {
	if k.locate != nil && row != nil {
		k.locate(row, at)
	}
	return row
}

// page serves a list: the request is checked before the vendor is called, and the page is picked as
// the rows pass, so that the rows of other pages take no memory. Each row is located first, so that
// filters can use the ids of its parents.
func page[M any, R service.Message[M]](
	tokens *list.Tokens, request list.Request, key string, locate func(row R), fetch func(begin func() opentact.Keep[M]) error,
) (rows []R, next string, err error) {
	query, err := list.Prepare[R](tokens, request, key)
	if err != nil {
		return nil, "", err
	}
	collector := query.Collect()
	err = fetch(func() opentact.Keep[M] {
		collector = query.Collect()
		return func(row *M) *M {
			locate(row)
			return collector.Add(row)
		}
	})
	if err != nil {
		return nil, "", err
	}
	rows, next = collector.Page()
	return rows, next, nil
}

// list serves a list of the kind; parents are the ids above it in the path.
func (k kind[M, R]) list(ctx context.Context, b Backend, request list.Request, parents ...string) ([]R, string, error) {
	at := within(parents)
	locate := func(row R) { k.located(row, at) }
	rows, next, err := page(b.Tokens(ctx), request, string(k.key), locate, func(begin func() opentact.Keep[M]) (err error) {
		if at, err = k.place(ctx, b, request, at, k.routes.List); err != nil {
			return err
		}
		return opentact.List(ctx, b.Vendor, k.routes.List, k.answers, begin, at.path...)
	})
	etag.StampAll(b.Etags, rows)
	return rows, next, err
}

// get returns one resource with its etag; ids are those of its path.
func (k kind[M, R]) get(ctx context.Context, b Backend, request any, ids ...string) (R, error) {
	at, err := k.place(ctx, b, request, of(ids), k.routes.List)
	if err != nil {
		return nil, err
	}
	return stamped[M, R](b)(k.read(ctx, b, at))
}

// stamped returns what sets the etag of a resource that was read.
func stamped[M any, R service.Message[M]](b Backend) func(stored R, err error) (R, error) {
	return func(stored R, err error) (R, error) {
		if err == nil {
			b.Etags.Stamp(stored)
		}
		return stored, err
	}
}

// read reads one resource.
func (k kind[M, R]) read(ctx context.Context, b Backend, at place) (R, error) {
	if k.routes.Get != nil {
		found, err := opentact.Get(ctx, b.Vendor, k.routes.Get, k.answers, at.one()...)
		if err == nil && !k.identify(found, at.id) {
			return nil, upstream.BadResponse(opentact.Vendor, b.Vendor.Route(k.routes.Get), errAnother)
		}
		return k.located(found, at), err
	}
	wanted := func(m *M) bool { return k.id(m) == at.id }
	found, err := opentact.Find(ctx, b.Vendor, k.routes.List, k.answers, wanted, at.path...)
	return k.located(found, at), err
}

// create sends what is set and returns the resource as stored. If the vendor answers only its
// key, it is read back; if the vendor confirms without showing it or its key, it is looked for,
// in what is left of the time. If it cannot be read, or told from others, what was sent is returned: the
// create still succeeded.
func (k kind[M, R]) create(ctx context.Context, b Backend, request service.Write, wanted R, parents ...string) (R, error) {
	began, sent := time.Now(), k.body.creation(wanted)
	at, err := k.place(ctx, b, request, within(parents), k.routes.Create)
	if err != nil {
		return nil, err
	}
	at.id = k.chosen(wanted)
	if request.GetValidateOnly() {
		return k.located(echo(wanted, k.body.columns, k.key, at.id), at), k.checkCreate(ctx, b, sent, wanted, at)
	}
	stored, err := opentact.Write(ctx, b.Vendor, k.routes.Create, k.answers, sent, at.path...)
	if err != nil {
		return nil, err
	}
	switch {
	case stored == nil, !k.identify(stored, at.id):
		stored = k.findCreated(ctx, b, sent, began, at)
	case isBare(R(stored), k.key):
		at.id = k.id(stored)
		stored = k.readBack(ctx, b, at)
	}
	return k.known(b, stored, wanted, k.body.columns, at), nil
}

// chosen returns the id that the caller of a create chose, or "" if the vendor gives it.
func (k kind[M, R]) chosen(wanted R) string {
	if k.body.columns.find(k.key).names == nil {
		return ""
	}
	return k.id(wanted)
}

// update sends what the mask names and returns the resource as stored. If the vendor
// confirms without showing it, or shows only its key, or another resource, it is read back, in
// what is left of the time. If that fails, the write still succeeded.
func (k kind[M, R]) update(ctx context.Context, b Backend, request service.Masked, wanted R, parents ...string) (R, error) {
	asked := list.Update{
		Field: k.field, Resource: wanted, Mask: request.GetUpdateMask(), Derived: list.IsMaskDerived(ctx),
		Lacks: b.Spoken.Lacks, OnlyShown: b.Spoken.OnlyShows,
	}
	changes, err := asked.Changes()
	if err != nil {
		return nil, err
	}
	at, err := k.place(ctx, b, request, of(append(parents, k.id(wanted))), k.routes.Update)
	if err != nil {
		return nil, err
	}
	shown := asked.Shown()
	stated := etag.Stated(wanted)
	before, err := k.before(ctx, b, k.routes.Update, stated, at, request.GetValidateOnly() || len(shown) > 0)
	if err != nil {
		return nil, err
	}
	if stated != "" {
		ctx = upstream.RestingOnRead(ctx)
	}
	if len(shown) > 0 {
		if err := b.Spoken.CheckShown(k.field, shown, wanted, before); err != nil {
			return nil, err
		}
	}
	if request.GetValidateOnly() {
		list.Apply(before, wanted, changes)
		respell(before)
		return before, b.Vendor.PlanWrite(ctx, k.routes.Update, k.body.update(wanted, changes), at.one()...)
	}
	stored, err := opentact.Write(ctx, b.Vendor, k.routes.Update, k.answers, k.body.update(wanted, changes), at.one()...)
	if err != nil {
		return nil, err
	}
	if stored == nil || !k.identify(stored, at.id) || isBare(R(stored), k.key) {
		stored = k.readBack(ctx, b, at)
	}
	return k.known(b, stored, wanted, k.body.columns.only(changes), at), nil
}

// readBack returns the resource of a write that succeeded, or nil if it cannot be read.
func (k kind[M, R]) readBack(ctx context.Context, b Backend, at place) *M {
	ctx, cancel := upstream.ForReadBack(ctx)
	defer cancel()
	found, err := k.read(ctx, b, at)
	if err != nil {
		return nil
	}
	return found
}

// remove deletes a resource; ids are those of its path.
func (k kind[M, R]) remove(ctx context.Context, b Backend, request deletion, ids ...string) error {
	at, err := k.place(ctx, b, request, of(ids), k.routes.Delete)
	if err != nil {
		return err
	}
	_, err = k.before(ctx, b, k.routes.Delete, request.GetEtag(), at, request.GetValidateOnly())
	if request.GetEtag() != "" {
		ctx = upstream.RestingOnRead(ctx)
	}
	switch {
	case err != nil:
		return err
	case request.GetValidateOnly():
		return b.Vendor.PlanRemove(ctx, k.routes.Delete, at.one()...)
	default:
		return b.Vendor.Remove(ctx, k.routes.Delete, at.one()...)
	}
}

// isBare reports whether only the key of a resource is known.
func isBare(resource proto.Message, key protoreflect.Name) bool {
	only := true
	resource.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		only = field.Name() == key
		return only
	})
	return only
}

// known returns a resource that was written: with its etag as stored, or else as far as it
// is known from the request.
func (k kind[M, R]) known(b Backend, stored *M, wanted R, sent columns, at place) R {
	if stored == nil {
		return k.located(echo(wanted, sent, k.key, at.id), at)
	}
	located := k.located(stored, at)
	b.Etags.Stamp(located)
	return located
}
