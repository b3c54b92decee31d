package infinity

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/sipfacade/sipfacade/internal/etag"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/service/reconcile"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// get returns one row with its etag.
func (k *pbxKind[M, R]) get(ctx context.Context, b Backend, at place, id uint32) (R, error) {
	row, _, err := k.read(ctx, b, at, id)
	return row, err
}

// read returns one row with its etag, and whether it states its id. A row that states another
// one is an error.
func (k *pbxKind[M, R]) read(ctx context.Context, b Backend, at place, id uint32) (row R, statesID bool, err error) {
	row, err = infinity.Get(ctx, b.Vendor, k.Read, k.below(at), at.parameters(id)...)
	if err != nil {
		return nil, false, err
	}
	stated := k.knownID(row)
	if stated != 0 && stated != id {
		return nil, false, upstream.BadResponse(infinity.Vendor, k.Read, errAnotherRow)
	}
	b.Etags.Stamp(k.identified(row, id))
	return row, stated == id, nil
}

// readBack reads the row of a write that succeeded, in what is left of the time.
func (k *pbxKind[M, R]) readBack(ctx context.Context, b Backend, at place, id uint32) (row R, statesID bool, err error) {
	ctx, cancel := upstream.ForReadBack(ctx)
	defer cancel()
	return k.read(ctx, b, at, id)
}

// show reads a row that was kept.
func (k *pbxKind[M, R]) show(b Backend, route *upstream.Route, row infinity.Row, at place) R {
	return infinity.Show(b.Vendor, route, k.below(at), row)
}

// identified sets the id of a row that does not repeat it.
func (k *pbxKind[M, R]) identified(row R, id uint32) R {
	if at := k.idOf(row); *at == nil && id != 0 {
		*at = &id
	}
	return row
}

// knownID returns the id of a row, or 0 if it is not known.
func (k *pbxKind[M, R]) knownID(row R) uint32 {
	if id := *k.idOf(row); id != nil {
		return *id
	}
	return 0
}

// create makes a row and returns it as stored. The vendor answers little, or something
// else, so the row is read back, by the id in the answer or by what else identifies it. Of
// what the create answered, the row then only gets what no read shows. If reading back
// fails, what is known is returned, since the row does exist.
func (k *pbxKind[M, R]) create(ctx context.Context, b Backend, request service.Write, at place, wanted R) (R, error) {
	wanted = k.stated(wanted)
	if request.GetValidateOnly() {
		return k.previewCreate(ctx, b, at, wanted)
	}
	created, err := infinity.Create(ctx, b.Vendor, k.Create, k.Kind, k.creation(wanted), at.parameters()...)
	if err != nil {
		return nil, err
	}
	if k.contradicts(created.Row, k.sentIDs(at, wanted)) {
		created = infinity.Created{} // what it shows is another row
	}
	known := k.show(b, k.Create, k.own(created.Row), at)
	stored, id := k.made(ctx, b, at, created, wanted)
	if stored != nil {
		return k.completed(stored, known, k.handedOver()), nil
	}
	k.overlay(known, wanted, k.columns)
	return k.identified(known, id), nil
}

// made reads a new row back; nil if that fails, or if it shows another row.
func (k *pbxKind[M, R]) made(ctx context.Context, b Backend, at place, created infinity.Created, wanted R) (stored R, id uint32) {
	if created.ID != 0 {
		stored, statesID, err := k.readBack(ctx, b, at, created.ID)
		switch {
		case err == nil && k.shows(stored, statesID, created, wanted):
			return stored, created.ID
		case !created.Guessed:
			return nil, created.ID
		}
	}
	if id = k.findAfter(ctx, b, at, wanted); id == 0 {
		return nil, 0
	}
	stored, _, _ = k.readBack(ctx, b, at, id) // that there is no row says that this failed
	return stored, id
}

// shows reports whether a row with the id of a new one can be that. An id that was guessed may
// be that of another row, so what identifies the row beside its id has to agree.
func (k *pbxKind[M, R]) shows(stored R, statesID bool, created infinity.Created, wanted R) bool {
	like := k.likenessOf(stored, wanted)
	if created.Guessed {
		return like == reconcile.Same
	}
	return statesID || like != reconcile.Another
}

// creation returns the form of a create: every writable field that is set.
func (k *pbxKind[M, R]) creation(wanted R) infinity.Form {
	form := infinity.Form{}
	for _, column := range k.columns {
		if value, isSet := k.parameter(wanted, column.field); isSet {
			form = append(form, infinity.Parameter{Name: column.names[0], Value: value})
		}
	}
	return form
}

// update writes what the mask names and returns the row as stored. What the vendor
// answers, if anything, need not be the whole row, so it is read back. If that fails,
// what is known is returned, since the row was changed.
func (k *pbxKind[M, R]) update(ctx context.Context, b Backend, request service.Masked, at place, wanted R) (R, error) {
	wanted = k.stated(wanted)
	update := list.Update{Field: k.field, Resource: wanted, Mask: request.GetUpdateMask(), Derived: list.IsMaskDerived(ctx)}
	changes, wrong := update.Changes()
	if wrong != nil && !update.MayChangeFixed(wrong) {
		return nil, wrong
	}
	id, needed := k.knownID(wanted), k.whole || len(update.Fixed()) > 0
	before, err := k.before(ctx, b, k.Update, condition{Write: request, etag: etag.Stated(wanted), needed: needed}, at, id)
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(k.checkFixed(before.shown, wanted, update), wrong); err != nil {
		return nil, err
	}
	if k.whole || etag.Stated(wanted) != "" {
		ctx = upstream.RestingOnRead(ctx)
	}
	form, err := k.changed(before.row, wanted, changes)
	if err != nil {
		return nil, upstream.BeforeWrite(err, k.Update)
	}
	if request.GetValidateOnly() {
		list.Apply(before.shown, wanted, changes)
		return before.shown, b.Vendor.Plan(ctx, k.Update, form, at.parameters(id)...)
	}
	row, err := b.Vendor.Write(ctx, k.Update, form, at.parameters(id)...)
	if err != nil {
		return nil, err
	}
	if stored, _, err := k.readBack(ctx, b, at, id); err == nil {
		return stored, nil
	}
	known := k.knownAfter(b, at, id, before.row, row)
	list.Apply(known, wanted, changes)
	return known, nil
}

// checkFixed compares the immutable fields that an update states with the stored row.
func (k *pbxKind[M, R]) checkFixed(stored, wanted R, update list.Update) error {
	if len(update.Fixed()) == 0 {
		return nil
	}
	if k.respell != nil {
		k.respell(stored, wanted)
	}
	return update.Check(stored)
}

// knownAfter returns what is known of a row that was updated and cannot be read: what the
// update answered, unless that is another row, and what the row was before.
func (k *pbxKind[M, R]) knownAfter(b Backend, at place, id uint32, before, answered infinity.Row) R {
	earlier := k.identified(k.show(b, k.Update, before, at), id)
	if k.own(answered) == nil || k.contradicts(answered, at.with(k.id, id)) {
		return earlier
	}
	later := k.identified(k.show(b, k.Update, answered, at), id)
	return k.completed(later, earlier, k.columns)
}

// errNotKept says that a value that an update has to write back cannot be written as it is.
var errNotKept = errors.New("a value that would be kept cannot be written back")

// changed returns the form of an update: the changes and, if the row is written whole, the
// other documented parameters of that write as they were before.
func (k *pbxKind[M, R]) changed(before infinity.Row, wanted R, changes []list.Change) (infinity.Form, error) {
	form := infinity.Form{}
	for _, column := range k.columns {
		kept, had := before.Find(column.names...)
		had = had && k.whole
		switch change := changeOf(column, changes); {
		case change != nil && change.Clear:
			form = append(form, infinity.Parameter{Name: column.names[0]})
		case change != nil:
			value, _ := k.parameter(wanted, column.field)
			form = append(form, infinity.Parameter{Name: column.names[0], Value: value})
		case had && column.writable && !column.createOnly && !column.secret:
			value, ok := keptValue(kept, column.flag)
			if !ok {
				return nil, upstream.BadResponse(infinity.Vendor, k.Read, fmt.Errorf("%w: %s", errNotKept, kept.Name))
			}
			form = append(form, infinity.Parameter{Name: column.names[0], Value: value})
		}
	}
	return form, nil
}

// keptValue returns a value of the row as a parameter: booleans as flags, the rest as it came. Ok
// is false if the value is not a flag or a scalar, or is only a part of the vendor's text.
func keptValue(member infinity.Member, flag bool) (value string, ok bool) {
	switch kind := member.Value.Kind; {
	case kind == '{' || kind == '[' || member.Value.Replaced:
		return "", false
	case flag || kind == 't' || kind == 'f':
		isSet, ok := member.Flag()
		return infinity.Flag(isSet), ok
	default:
		return member.Value.Text, true
	}
}

// changeOf returns the change of a column, or nil if there is none.
func changeOf(column column, changes []list.Change) *list.Change {
	for i := range changes {
		if changes[i].Field.Name() == column.field {
			return &changes[i]
		}
	}
	return nil
}

// remove deletes a row.
func (k *pbxKind[M, R]) remove(ctx context.Context, b Backend, request service.Write, at place, id uint32) error {
	stated := etag.Stated(request)
	_, err := k.before(ctx, b, k.Delete, condition{Write: request, etag: stated}, at, id)
	if err != nil {
		return err
	}
	if stated != "" {
		ctx = upstream.RestingOnRead(ctx)
	}
	return b.send(ctx, request, k.Delete, nil, at.parameters(id)...)
}

// completed fills those columns that a row lacks from what else is known of it.
func (k *pbxKind[M, R]) completed(row, known R, columns []column) R {
	to, from := row.ProtoReflect(), known.ProtoReflect()
	for _, column := range columns {
		field := to.Descriptor().Fields().ByName(column.field)
		if !to.Has(field) && from.Has(field) {
			to.Set(field, from.Get(field))
		}
	}
	return row
}

// overlay copies what was sent, without secrets.
func (k *pbxKind[M, R]) overlay(known, wanted R, columns []column) {
	to, from := known.ProtoReflect(), wanted.ProtoReflect()
	for _, column := range columns {
		field := to.Descriptor().Fields().ByName(column.field)
		if column.writable && !column.secret && from.Has(field) {
			to.Set(field, from.Get(field))
		}
	}
}
