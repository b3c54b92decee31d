package opentact

import (
	"context"
	"errors"
	"reflect"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/sipfacade/sipfacade/internal/service/reconcile"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// findCreated returns the resource of a create that the vendor confirmed without showing
// it, or nil if it cannot be told from others, in what is left of the time.
func (k kind[M, R]) findCreated(ctx context.Context, b Backend, sent opentact.Object, since time.Time, at place) *M {
	ctx, cancel := upstream.ForReadBack(ctx)
	defer cancel()
	found, err := k.matching(ctx, b, sent, since, at)
	if err != nil || len(found) != 1 {
		return nil
	}
	return found[0]
}

// mostCandidates is how many rows of a list are read again to compare what lists leave out.
const mostCandidates = 5

// errDoubtful says that the vendor shows a resource that may be the wanted one.
var errDoubtful = errors.New("a resource does not show all that was sent, or not when it was made")

// likeness is how far a resource shows what was sent.
type likeness int

// The likenesses.
const (
	// another contradicts what was sent, or is older.
	another likeness = iota
	// doubtful leaves out something that was sent, or when it was made.
	doubtful
	// same shows all of it.
	same
)

// likenessOf compares a resource with what was sent since a time. If partly is true, members
// that it leaves out do not count: rows of lists leave relations out.
func likenessOf(created *timestamppb.Timestamp, stored, sent opentact.Object, since time.Time, partly bool) likeness {
	switch {
	case created != nil && reconcile.IsBefore(created, since), !hasMembers(stored, sent, true):
		return another
	case created == nil, !hasMembers(stored, sent, partly):
		return doubtful
	default:
		return same
	}
}

// matching returns the resources that have every member that was sent and were created
// since. It fails if it finds none, and a resource of which it cannot be told: then the one
// that is looked for may exist.
func (k kind[M, R]) matching(ctx context.Context, b Backend, sent opentact.Object, since time.Time, at place) ([]R, error) {
	var found []R
	sent = k.body.shown(sent)
	doubts := false
	begin := func() opentact.Keep[M] {
		found, doubts = nil, false
		return func(row *M) *M {
			like := likenessOf(R(row).GetCreateTime(), k.body.creation(row), sent, since, k.routes.Get != nil)
			doubts = doubts || like == doubtful
			if like != same {
				return row
			}
			found = append(found, row)
			return nil
		}
	}
	answers := k.answers
	answers.Proof = true
	err := opentact.List(ctx, b.Vendor, k.routes.List, answers, begin, at.path...)
	if err == nil && k.routes.Get != nil && len(found) <= mostCandidates {
		var left bool
		found, left, err = k.confirmed(ctx, b, sent, since, found, at)
		doubts = doubts || left
	}
	if err == nil && doubts && len(found) == 0 {
		return nil, upstream.BadResponse(opentact.Vendor, k.routes.List, errDoubtful)
	}
	return found, err
}

// confirmed reads each row of a list again and returns those that have every member, and
// whether there is doubt about one.
func (k kind[M, R]) confirmed(
	ctx context.Context, b Backend, sent opentact.Object, since time.Time, rows []R, at place,
) (whole []R, doubts bool, err error) {
	for _, row := range rows {
		at.id = k.id(row)
		stored, err := k.read(ctx, b, at)
		if err != nil {
			return nil, false, err
		}
		switch likenessOf(stored.GetCreateTime(), k.body.creation(stored), sent, since, false) {
		case same:
			whole = append(whole, stored)
		case doubtful:
			doubts = true
		case another:
		}
	}
	return whole, doubts, nil
}

// hasMembers reports whether a stored resource has every member that was sent. If partly
// is true, one that it does not state does not count: rows of lists leave relations out.
func hasMembers(stored, sent opentact.Object, partly bool) bool {
	for _, member := range sent {
		value, stated := stored.Value(member.Name)
		if !stated && !partly || stated && !includes(value, member.Value) {
			return false
		}
	}
	return true
}

// includes reports whether a stored value is the one that was sent: the vendor keeps
// milliseconds, and adds trunk settings of its own.
func includes(stored, sent any) bool {
	switch sent := sent.(type) {
	case time.Time:
		at, ok := stored.(time.Time)
		return ok && at.Equal(sent.Truncate(time.Millisecond))
	case map[string]any:
		settings, _ := stored.(map[string]any)
		for name, value := range sent {
			if !reflect.DeepEqual(settings[name], value) {
				return false
			}
		}
		return true
	default:
		return reflect.DeepEqual(stored, sent)
	}
}
