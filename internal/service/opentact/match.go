package opentact

import (
	"context"
	"reflect"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// clockSkew is how far the vendor's clock may be behind ours.
const clockSkew = time.Minute

// findCreated returns the resource of a create that the vendor confirmed without showing
// it, or nil if it cannot be told from others, in what is left of the time.
func (k kind[M, R]) findCreated(ctx context.Context, b Backend, sent opentact.Object, since time.Time, parents []string) *M {
	ctx, cancel := upstream.ForReadBack(ctx)
	defer cancel()
	found, err := k.matching(ctx, b, sent, since, parents)
	if err != nil || len(found) != 1 {
		return nil
	}
	return found[0]
}

// mostCandidates is how many rows of a list are read again to compare what lists leave out.
const mostCandidates = 5

// matching returns the resources that have every member that was sent and were created
// since. OpenTACT has no natural keys.
func (k kind[M, R]) matching(ctx context.Context, b Backend, sent opentact.Object, since time.Time, parents []string) ([]R, error) {
	var found []R
	begin := func() opentact.Keep[M] {
		found = nil
		return func(row *M) *M {
			created := R(row).GetCreateTime()
			if !isSince(created, since) || !hasMembers(k.body.creation(row), sent, k.routes.Get != nil) {
				return row
			}
			found = append(found, row)
			return nil
		}
	}
	err := opentact.List(ctx, b.Vendor, k.routes.List, k.answers, begin, parents...)
	if err != nil || k.routes.Get == nil || len(found) > mostCandidates {
		return found, err
	}
	return k.confirmed(ctx, b, sent, found, parents)
}

// confirmed reads each row of a list again and returns those that have every member.
func (k kind[M, R]) confirmed(ctx context.Context, b Backend, sent opentact.Object, rows []R, parents []string) (whole []R, err error) {
	for _, row := range rows {
		stored, err := k.read(ctx, b, append(parents, row.GetUuid()))
		if err != nil {
			return nil, err
		}
		if hasMembers(k.body.creation(stored), sent, false) {
			whole = append(whole, stored)
		}
	}
	return whole, nil
}

// isSince reports whether a time that the vendor states is not before one of ours.
func isSince(at *timestamppb.Timestamp, since time.Time) bool {
	return at != nil && !at.AsTime().Before(since.Add(-clockSkew))
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
