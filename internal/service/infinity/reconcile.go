package infinity

import (
	"context"
	"errors"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/service/reconcile"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// Rules returns how the outcomes of writes are found out.
func (b Backend) Rules() reconcile.Rules {
	rules := reconcile.Rules{
		pb.PbxConfigService_AddPbxGroupUsers_FullMethodName: added(b, &pbxGroupUsers, infinity.AddGroupUsers,
			func(r *pb.AddPbxGroupUsersRequest) ([]uint32, place) {
				return r.GetUserIds(), inGroup(r)
			}, &pb.AddPbxGroupUsersResponse{}),
		pb.PbxConfigService_AddPbxUserGroups_FullMethodName: added(b, &pbxUserGroups, infinity.AddUserGroups,
			func(r *pb.AddPbxUserGroupsRequest) ([]uint32, place) {
				return r.GetGroupIds(), inUser(r)
			}, &pb.AddPbxUserGroupsResponse{}),
	}
	for _, kind := range createdKinds() {
		fullMethod, rule := kind.createRule(b)
		rules[fullMethod] = rule
	}
	return rules
}

// errDoubtful says that the vendor shows a row that may be the wanted one.
var errDoubtful = errors.New("a row does not show all that identifies it")

// createRule returns the rule of a create, whose row is found by its natural key. It returns an
// error if it finds none and the list has a row that cannot be compared: that row may be the one
// that is looked for.
func (k *pbxKind[M, R]) createRule(b Backend) (fullMethod string, rule reconcile.Rule) {
	create := reconcile.CreateOf(R(nil).ProtoReflect().Descriptor())
	find := func(ctx context.Context, request proto.Message, since time.Time) (found []reconcile.Candidate, err error) {
		wanted, _ := create.Wanted(request).(R)
		wanted = k.stated(wanted)
		var at place
		for _, above := range create.Parents(request) {
			at = at.with(above.Field, uint32(above.ID.Uint()))
		}
		rows, doubts, err := k.alike(ctx, b, at, wanted, since)
		for _, row := range rows {
			if olderThan(row, since) && k.differs(row, wanted) {
				continue // it was there before, so the vendor would refuse the create
			}
			b.Etags.Stamp(row)
			found = append(found, create.Made(row))
		}
		if err == nil && doubts && len(found) == 0 {
			return nil, upstream.BadResponse(infinity.Vendor, k.List, errDoubtful)
		}
		return found, err
	}
	return create.FullMethod(), reconcile.Rule{Vendor: infinity.Vendor, Route: k.Create, Compared: k.naturalKey(), Find: find}
}

// olderThan reports whether a row states that it was made before a time.
func olderThan(row proto.Message, since time.Time) bool {
	dated, ok := row.(interface{ GetCreateTime() *timestamppb.Timestamp })
	return ok && dated.GetCreateTime() != nil && reconcile.IsBefore(dated.GetCreateTime(), since)
}

// differs reports whether a row shows another value of a field that was sent.
func (k *pbxKind[M, R]) differs(row, wanted R) bool {
	shown, sent := row.ProtoReflect(), wanted.ProtoReflect()
	return slices.ContainsFunc(k.columns, func(c column) bool {
		field := sent.Descriptor().Fields().ByName(c.field)
		return sent.Has(field) && shown.Has(field) && !shown.Get(field).Equal(sent.Get(field))
	})
}

// added returns the rule of additions: they have taken effect if all members are there. It fails
// if some are missing, and a row does not show which member it is.
func added[M any, R service.Message[M], Q proto.Message](
	b Backend, k *pbxKind[M, R], route *upstream.Route, parts func(request Q) ([]uint32, place), response proto.Message,
) reconcile.Rule {
	find := func(ctx context.Context, request proto.Message, _ time.Time) ([]reconcile.Candidate, error) {
		typed, _ := request.(Q)
		ids, at := parts(typed)
		var there []uint32
		err := infinity.List(ctx, b.Vendor, k.List, k.below(at), nil, func() { there = nil }, func(row *M) *M {
			there = append(there, k.knownID(row))
			return row
		}, at.parameters()...)
		if err != nil {
			return nil, err
		}
		missing := slices.ContainsFunc(ids, func(id uint32) bool { return !slices.Contains(there, id) })
		if missing && slices.Contains(there, 0) {
			return nil, upstream.BadResponse(infinity.Vendor, k.List, errDoubtful)
		}
		return reconcile.Found(response, !missing), nil
	}
	return reconcile.Rule{Vendor: infinity.Vendor, Route: route, Compared: "the members of the group, or the groups of the user", Find: find}
}

// naturalKey names the fields that find a row, for the documentation.
func (k *pbxKind[M, R]) naturalKey() string {
	text := ""
	for i, name := range k.natural {
		if i > 0 {
			text += " and "
		}
		text += "`" + string(name) + "`"
	}
	return text
}
