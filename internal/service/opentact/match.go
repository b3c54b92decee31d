package opentact

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/sipfacade/sipfacade/internal/secret"
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

// likenessOf compares a resource with what was sent since a time. If partly is true, members
// that it leaves out do not count: rows of lists leave relations out.
func likenessOf(created *timestamppb.Timestamp, stored, sent opentact.Object, since time.Time, partly bool) reconcile.Likeness {
	if created != nil && reconcile.IsBefore(created, since) {
		return reconcile.Another
	}
	like := likenessOfMembers(stored, sent, partly)
	if created == nil {
		like = min(like, reconcile.Doubtful)
	}
	return like
}

// matching returns the resources that have every member that was sent and were created since. It
// returns an error if it finds none and the list has a resource that cannot be compared: that
// resource may be the one that is looked for.
func (k kind[M, R]) matching(ctx context.Context, b Backend, sent opentact.Object, since time.Time, at place) ([]R, error) {
	var found []R
	sent = k.body.shown(sent)
	doubts := false
	begin := func() opentact.Keep[M] {
		found, doubts = nil, false
		return func(row *M) *M {
			like := likenessOf(R(row).GetCreateTime(), k.body.creation(row), sent, since, k.routes.Get != nil)
			doubts = doubts || like == reconcile.Doubtful
			if like != reconcile.Same {
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
		case reconcile.Same:
			whole = append(whole, stored)
		case reconcile.Doubtful:
			doubts = true
		case reconcile.Another:
		}
	}
	return whole, doubts, nil
}

// likenessOfMembers compares the members of a stored resource with those that were sent.
func likenessOfMembers(stored, sent opentact.Object, partly bool) reconcile.Likeness {
	like := reconcile.Same
	for _, member := range sent {
		value, stated := stored.Value(member.Name)
		switch {
		case stated:
			like = min(like, likenessOfValue(value, member.Value))
		case !partly:
			like = min(like, reconcile.Doubtful)
		}
	}
	return like
}

// likenessOfValue compares a stored value with the one that was sent: the vendor keeps
// milliseconds, and adds trunk settings of its own. What it does with a setting that it does
// not know is not documented, so one that it leaves out proves nothing.
func likenessOfValue(stored, sent any) reconcile.Likeness {
	like := reconcile.Same
	switch sent := sent.(type) {
	case time.Time:
		at, ok := stored.(time.Time)
		return sameIf(ok && at.Equal(sent.Truncate(time.Millisecond)))
	case map[string]any:
		settings, ok := stored.(map[string]any)
		like = sameIf(ok)
		for name, value := range sent {
			if setting, stated := settings[name]; stated {
				like = min(like, likenessOfValue(setting, value))
			} else {
				like = min(like, reconcile.Doubtful)
			}
		}
	case []any:
		list, ok := stored.([]any)
		if !ok || len(list) != len(sent) {
			return reconcile.Another
		}
		for i, value := range sent {
			like = min(like, likenessOfValue(list[i], value))
		}
	default:
		like = sameIf(reflect.DeepEqual(stored, sent))
		if shown, _ := stored.(string); like == reconcile.Another && strings.Contains(shown, secret.Redacted) {
			return reconcile.Doubtful // a secret of the call was left out of it
		}
	}
	return like
}

// sameIf returns same if a value is what was sent, and otherwise another.
func sameIf(is bool) reconcile.Likeness {
	if is {
		return reconcile.Same
	}
	return reconcile.Another
}
