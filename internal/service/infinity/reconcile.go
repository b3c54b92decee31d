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
	return reconcile.Rules{
		pb.PbxConfigService_CreatePbxUser_FullMethodName: created(b, &pbxUsers,
			func(r *pb.CreatePbxUserRequest) (*pb.PbxUser, place) { return r.GetPbxUser(), in(r.GetDomainId()) },
			func(m *pb.PbxUser) proto.Message { return &pb.CreatePbxUserResponse{PbxUser: m} }),
		pb.PbxConfigService_CreatePbxGroup_FullMethodName: created(b, &pbxGroups,
			func(r *pb.CreatePbxGroupRequest) (*pb.PbxGroup, place) { return r.GetPbxGroup(), in(r.GetDomainId()) },
			func(m *pb.PbxGroup) proto.Message { return &pb.CreatePbxGroupResponse{PbxGroup: m} }),
		pb.PbxConfigService_CreatePbxUserDevice_FullMethodName: created(b, &pbxUserDevices,
			func(r *pb.CreatePbxUserDeviceRequest) (*pb.PbxUserDevice, place) {
				return r.GetPbxUserDevice(), in(r.GetDomainId(), parent{"user_id", r.GetUserId()})
			}, func(m *pb.PbxUserDevice) proto.Message { return &pb.CreatePbxUserDeviceResponse{PbxUserDevice: m} }),
		pb.PbxConfigService_CreatePbxQueue_FullMethodName: created(b, &pbxQueues,
			func(r *pb.CreatePbxQueueRequest) (*pb.PbxQueue, place) { return r.GetPbxQueue(), in(r.GetDomainId()) },
			func(m *pb.PbxQueue) proto.Message { return &pb.CreatePbxQueueResponse{PbxQueue: m} }),
		pb.PbxConfigService_CreatePbxQueueMember_FullMethodName: created(b, &pbxQueueMembers,
			func(r *pb.CreatePbxQueueMemberRequest) (*pb.PbxQueueMember, place) {
				return r.GetPbxQueueMember(), in(r.GetDomainId(), parent{"queue_id", r.GetQueueId()})
			}, func(m *pb.PbxQueueMember) proto.Message { return &pb.CreatePbxQueueMemberResponse{PbxQueueMember: m} }),
		pb.PbxConfigService_CreatePbxTrustedNetwork_FullMethodName: created(b, &pbxTrustedNetworks,
			func(r *pb.CreatePbxTrustedNetworkRequest) (*pb.PbxTrustedNetwork, place) {
				return r.GetPbxTrustedNetwork(), in(r.GetDomainId())
			}, func(m *pb.PbxTrustedNetwork) proto.Message {
				return &pb.CreatePbxTrustedNetworkResponse{PbxTrustedNetwork: m}
			}),
		pb.PbxConfigService_CreatePbxDevice_FullMethodName: created(b, &pbxDevices,
			func(r *pb.CreatePbxDeviceRequest) (*pb.PbxDevice, place) {
				return withColons(r.GetPbxDevice()), in(r.GetDomainId())
			}, func(m *pb.PbxDevice) proto.Message { return &pb.CreatePbxDeviceResponse{PbxDevice: m} }),
		pb.PbxConfigService_AddPbxGroupUsers_FullMethodName: added(b, &pbxGroupUsers, infinity.AddGroupUsers,
			func(r *pb.AddPbxGroupUsersRequest) ([]uint32, place) {
				return r.GetUserIds(), in(r.GetDomainId(), parent{"group_id", r.GetGroupId()})
			}, &pb.AddPbxGroupUsersResponse{}),
		pb.PbxConfigService_AddPbxUserGroups_FullMethodName: added(b, &pbxUserGroups, infinity.AddUserGroups,
			func(r *pb.AddPbxUserGroupsRequest) ([]uint32, place) {
				return r.GetGroupIds(), in(r.GetDomainId(), parent{"user_id", r.GetUserId()})
			}, &pb.AddPbxUserGroupsResponse{}),
	}
}

// errDoubtful says that the vendor shows a row that may be the wanted one.
var errDoubtful = errors.New("a row does not show all that identifies it")

// created is the rule of a create, whose row is found by its natural key: parts takes the
// row and its place from the request, respond makes the response. It fails if it finds none,
// and a row of which it cannot be told: then the one that is looked for may exist.
func created[M any, R service.Message[M], Q proto.Message](
	b Backend, k *pbxKind[M, R], parts func(request Q) (R, place), respond func(stored R) proto.Message,
) reconcile.Rule {
	find := func(ctx context.Context, request proto.Message, since time.Time) (found []reconcile.Candidate, err error) {
		typed, _ := request.(Q)
		wanted, at := parts(typed)
		rows, doubts, err := k.alike(ctx, b, at, wanted, since)
		for _, row := range rows {
			if olderThan(row, since) && k.differs(row, wanted) {
				continue // it was there before, so the vendor would refuse the create
			}
			b.Etags.Stamp(row)
			found = append(found, reconcile.Made(row, respond(row)))
		}
		if err == nil && doubts && len(found) == 0 {
			return nil, upstream.BadResponse(infinity.Vendor, k.List, errDoubtful)
		}
		return found, err
	}
	return reconcile.Rule{Vendor: infinity.Vendor, Route: k.Create, Compared: k.naturalKey(), Find: find}
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

// added is the rule of additions: they have taken effect if all members are there. It fails
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
