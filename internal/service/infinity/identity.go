package infinity

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/service/reconcile"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// errAnotherRow says that the vendor answered another row than it was asked for.
var errAnotherRow = errors.New("a row with another id")

// contradicts reports whether a row states another id than one of these.
func (k *rows[M]) contradicts(row infinity.Row, ids place) bool {
	return slices.ContainsFunc(ids, func(wanted parent) bool {
		column := k.column(wanted.field)
		if column == nil {
			return false
		}
		stated, ok := row.ID(column.names...)
		return ok && stated != wanted.id
	})
}

// sentIDs returns the ids that a create states: those of the path and of the natural key.
func (k *pbxKind[M, R]) sentIDs(at place, wanted R) place {
	sent := wanted.ProtoReflect()
	for _, name := range k.natural {
		field := sent.Descriptor().Fields().ByName(name)
		if field.Kind() == protoreflect.Uint32Kind && sent.Has(field) {
			at = at.with(name, uint32(sent.Get(field).Uint()))
		}
	}
	return at
}

// own returns the row that a write answered, or nil if no member of it is one that rows of
// this kind are known to have: then it is of another kind.
func (k *pbxKind[M, R]) own(row infinity.Row) infinity.Row {
	for _, member := range row {
		for _, column := range k.columns {
			if slices.Contains(column.names, member.Name) {
				return row
			}
		}
	}
	return nil
}

// findAfter looks up the row of a create that succeeded, in what is left of the time. It
// returns 0 if it finds none.
func (k *pbxKind[M, R]) findAfter(ctx context.Context, b Backend, at place, wanted R) uint32 {
	ctx, cancel := upstream.ForReadBack(ctx)
	defer cancel()
	id, err := k.find(ctx, b, at, wanted)
	if err != nil {
		return 0
	}
	return id
}

// find looks up a row by its natural key, and returns the id of the newest one that has it; 0 if no
// row certainly has it.
func (k *pbxKind[M, R]) find(ctx context.Context, b Backend, at place, wanted R) (newest uint32, err error) {
	rows, _, err := k.alike(ctx, b, at, wanted, time.Time{})
	for _, row := range rows {
		newest = max(newest, k.knownID(row))
	}
	return newest, err
}

// alike returns the rows with the natural key of another one, and whether there is doubt about
// a row that was not made before a time.
func (k *pbxKind[M, R]) alike(ctx context.Context, b Backend, at place, wanted R, since time.Time) (rows []R, doubts bool, err error) {
	begin := func() { rows, doubts = nil, false }
	err = infinity.List(ctx, b.Vendor, k.List, k.below(at), nil, begin, func(found *M) *M {
		switch k.likenessOf(found, wanted) {
		case reconcile.Same:
			rows = append(rows, found)
			return nil
		case reconcile.Doubtful:
			doubts = doubts || !olderThan(R(found), since)
		case reconcile.Another:
		}
		return found
	}, at.parameters()...)
	return rows, doubts, err
}

// likenessOf compares the natural keys.
func (k *pbxKind[M, R]) likenessOf(found, wanted R) reconcile.Likeness {
	if k.respell != nil {
		found = proto.CloneOf(found)
		k.respell(found, wanted)
	}
	shown, sent := found.ProtoReflect(), wanted.ProtoReflect()
	like := reconcile.Same
	for _, name := range k.natural {
		field := shown.Descriptor().Fields().ByName(name)
		switch theirs, ours := shown.Get(field), sent.Get(field); {
		case !shown.Has(field):
			like = reconcile.Doubtful
		case theirs.Equal(ours):
		case field.Kind() == protoreflect.StringKind && maySpell(theirs.String(), ours.String()):
			like = reconcile.Doubtful
		default:
			return reconcile.Another
		}
	}
	if len(k.natural) == 0 {
		return reconcile.Doubtful
	}
	return like
}

// maySpell reports whether a text may be another one as the vendor stores it: in another case,
// or with characters that could not be read.
func maySpell(theirs, ours string) bool {
	return strings.EqualFold(theirs, ours) || strings.ContainsRune(theirs, utf8.RuneError)
}
