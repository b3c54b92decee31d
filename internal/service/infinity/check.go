package infinity

import (
	"context"

	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// condition says what has to be known before a write.
type condition struct {
	service.Write
	// etag is the one that the row must have; empty means any.
	etag string
	// needed says that the row is needed for another reason.
	needed bool
}

// earlier is a row before a write: as it came, and as it is shown. It is empty if it was
// not read.
type earlier[R any] struct {
	row   infinity.Row
	shown R
}

// before reads the row that a write is about to change, if something has to be known of it.
// It is an error if it has another etag, or states another id. If it cannot be read, nothing
// is written.
func (k *pbxKind[M, R]) before(ctx context.Context, b Backend, route *upstream.Route, wanted condition, at place, id uint32) (found earlier[R], err error) {
	if wanted.etag == "" && !wanted.needed && !wanted.GetValidateOnly() {
		return found, nil
	}
	found.row, err = b.Vendor.ReadRow(ctx, k.Read, at.parameters(id)...)
	if err == nil && k.contradicts(found.row, at.with(k.id, id)) {
		err = upstream.BadResponse(infinity.Vendor, k.Read, errAnotherRow)
	}
	if err != nil {
		return found, upstream.BeforeWrite(err, route)
	}
	found.shown = k.identified(k.show(b, k.Read, found.row, at), id)
	if wanted.etag != "" && !b.Etags.Matches(found.shown, wanted.etag) {
		return found, upstream.Unsent(infinity.Vendor, route, upstream.KindChanged)
	}
	return found, nil
}

// previewCreate returns a row as a create would make it. It is an error if there is no such
// place for it, or one like it already.
func (k *pbxKind[M, R]) previewCreate(ctx context.Context, b Backend, at place, wanted R) (R, error) {
	if err := at.check(ctx, b); err != nil {
		return nil, upstream.BeforeWrite(err, k.Create)
	}
	taken, err := k.find(ctx, b, at, wanted)
	switch {
	case err != nil:
		return nil, upstream.BeforeWrite(err, k.Create)
	case taken != 0:
		return nil, upstream.Unsent(infinity.Vendor, k.Create, upstream.KindTaken)
	}
	shown := k.show(b, k.Create, nil, at)
	k.overlay(shown, wanted, k.columns)
	return shown, b.Vendor.Plan(ctx, k.Create, k.creation(wanted), at.parameters()...)
}

// change adds or removes members, or sets their order, or checks that the place for them
// exists.
func (b Backend) change(ctx context.Context, request service.Write, route *upstream.Route, form infinity.Form, at place) error {
	if request.GetValidateOnly() {
		if err := at.check(ctx, b); err != nil {
			return upstream.BeforeWrite(err, route)
		}
	}
	return b.send(ctx, request, route, form, at.parameters()...)
}

// send makes a write whose answer says no more than that it succeeded, or plans it.
func (b Backend) send(ctx context.Context, request service.Write, route *upstream.Route, form infinity.Form, parameters ...string) error {
	if request.GetValidateOnly() {
		return b.Vendor.Plan(ctx, route, form, parameters...)
	}
	_, err := b.Vendor.Write(ctx, route, form, parameters...)
	return err
}

// check reads the innermost row of a place.
func (p place) check(ctx context.Context, b Backend) error {
	last := len(p) - 1
	_, err := b.Vendor.ReadRow(ctx, parentRoutes[p[last].field], p.parameters()...)
	return err
}
