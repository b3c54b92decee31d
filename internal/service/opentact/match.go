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
// it: the only one of the list that has every member that was sent and was created since.
// It returns nil if there is none, or more than one. OpenTACT has no natural keys.
func (k kind[M, R]) findCreated(ctx context.Context, b Backend, sent opentact.Object, since time.Time, parents []string) *M {
	ctx, cancel := upstream.ForReadBack(ctx)
	defer cancel()
	var found []*M
	begin := func() opentact.Keep[M] {
		found = nil
		return func(row *M) *M {
			created := R(row).GetCreateTime()
			if !isSince(created, since) || !hasMembers(k.body.creation(R(row)), sent, k.routes.Get != nil) {
				return row
			}
			found = append(found, row)
			return nil
		}
	}
	err := opentact.List(ctx, b.Vendor, k.routes.List, k.answers, begin, parents...)
	if err != nil || len(found) != 1 || k.routes.Get == nil {
		return only(found, err)
	}
	stored, err := k.read(ctx, b, append(parents, R(found[0]).GetUuid()))
	if err != nil || !hasMembers(k.body.creation(stored), sent, false) {
		return nil
	}
	return stored
}

// only returns the one element of a list, or nil.
func only[M any](found []*M, err error) *M {
	if err != nil || len(found) != 1 {
		return nil
	}
	return found[0]
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
