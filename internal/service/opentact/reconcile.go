package opentact

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/service/reconcile"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// What creates and assignments are recognised by.
const (
	byAllFields = "all fields that were sent, and `create_time`"
	byLeases    = "the numbers of the connection or app"
)

// Rules returns how the outcomes of writes are found out.
func (b Backend) Rules() reconcile.Rules {
	return reconcile.Rules{
		pb.SipConnectionService_CreateSipUserInvite_FullMethodName: created(b, sipUserInvites,
			func(r *pb.CreateSipUserInviteRequest) (*pb.SipUserInvite, []string) {
				return r.GetSipUserInvite(), []string{r.GetSipConnectionUuid()}
			}, func(m *pb.SipUserInvite) proto.Message { return &pb.CreateSipUserInviteResponse{SipUserInvite: m} }),
		pb.SipConnectionService_CreateSipConnection_FullMethodName: created(b, sipConnections,
			func(r *pb.CreateSipConnectionRequest) (*pb.SipConnection, []string) { return r.GetSipConnection(), nil },
			func(m *pb.SipConnection) proto.Message { return &pb.CreateSipConnectionResponse{SipConnection: m} }),
		pb.SipConnectionService_CreateSipDomain_FullMethodName: created(b, sipDomains,
			func(r *pb.CreateSipDomainRequest) (*pb.SipDomain, []string) { return r.GetSipDomain(), nil },
			func(m *pb.SipDomain) proto.Message { return &pb.CreateSipDomainResponse{SipDomain: m} }),
		pb.SipConnectionService_CreateSipUser_FullMethodName: created(b, sipUsers,
			func(r *pb.CreateSipUserRequest) (*pb.SipUser, []string) {
				return r.GetSipUser(), []string{r.GetSipDomain()}
			}, func(m *pb.SipUser) proto.Message { return &pb.CreateSipUserResponse{SipUser: m} }),
		pb.SipAppService_CreateSipApp_FullMethodName: created(b, sipApps,
			func(r *pb.CreateSipAppRequest) (*pb.SipApp, []string) { return r.GetSipApp(), nil },
			func(m *pb.SipApp) proto.Message { return &pb.CreateSipAppResponse{SipApp: m} }),
		pb.ProfileService_CreateMessagingProfile_FullMethodName: created(b, messagingProfiles,
			func(r *pb.CreateMessagingProfileRequest) (*pb.MessagingProfile, []string) {
				return r.GetMessagingProfile(), nil
			},
			func(m *pb.MessagingProfile) proto.Message {
				return &pb.CreateMessagingProfileResponse{MessagingProfile: m}
			}),
		pb.ProfileService_CreateOutboundVoiceProfile_FullMethodName: created(b, outboundVoiceProfiles,
			func(r *pb.CreateOutboundVoiceProfileRequest) (*pb.OutboundVoiceProfile, []string) {
				return r.GetOutboundVoiceProfile(), nil
			}, func(m *pb.OutboundVoiceProfile) proto.Message {
				return &pb.CreateOutboundVoiceProfileResponse{OutboundVoiceProfile: m}
			}),
		pb.SipConnectionService_AssignSipConnectionTnLeases_FullMethodName: leasesOfConnections.rule(b,
			func(leases []*pb.TnLease) proto.Message {
				return &pb.AssignSipConnectionTnLeasesResponse{TnLeases: leases}
			}),
		pb.SipAppService_AssignSipAppTnLeases_FullMethodName: leasesOfApps.rule(b,
			func(leases []*pb.TnLease) proto.Message { return &pb.AssignSipAppTnLeasesResponse{TnLeases: leases} }),
		// No call shows which call flow runs.
		pb.SipAppService_ExecuteCallFlow_FullMethodName: {Vendor: opentact.Vendor, Route: b.Vendor.Route(opentact.ExecuteRoute)},
	}
}

// created is the rule of a create: parts takes the resource and its parents from the request,
// respond makes the response.
func created[M any, R dated[M], Q proto.Message](
	b Backend, k kind[M, R], parts func(request Q) (R, []string), respond func(stored R) proto.Message,
) reconcile.Rule {
	find := func(ctx context.Context, request proto.Message, since time.Time) (found []reconcile.Candidate, err error) {
		typed, _ := request.(Q)
		wanted, parents := parts(typed)
		at, err := k.place(ctx, b, typed, within(parents), k.routes.List)
		if err != nil {
			return nil, err
		}
		rows, err := k.matching(ctx, b, k.body.creation(wanted), since, at)
		for _, row := range rows {
			located := k.located(row, at)
			b.Etags.Stamp(located)
			found = append(found, reconcile.Made(located, respond(located)))
		}
		return found, err
	}
	return reconcile.Rule{Vendor: opentact.Vendor, Route: b.Vendor.Route(k.routes.Create), Compared: byAllFields, Find: find}
}

// rule is the rule of an assignment: it has taken effect if every lease is where it should be.
func (h leaseHolder) rule(b Backend, respond func(leases []*pb.TnLease) proto.Message) reconcile.Rule {
	find := func(ctx context.Context, request proto.Message, _ time.Time) ([]reconcile.Candidate, error) {
		typed, _ := request.(interface {
			assignment
			proto.Message
		})
		above := canonical([]string{h.holder(typed)})
		held, err := h.held(ctx, b, above)
		if err != nil {
			return nil, err
		}
		add, remove := canonical(typed.GetAddTnLeaseUuids()), canonical(typed.GetRemoveTnLeaseUuids())
		there := true
		for _, uuid := range add {
			there = there && held[uuid] != nil
		}
		for _, uuid := range remove {
			there = there && held[uuid] == nil
		}
		return reconcile.Found(respond(h.answered(held, slices.Concat(add, remove), add, above[0])), there), nil
	}
	return reconcile.Rule{Vendor: opentact.Vendor, Route: b.Vendor.Route(h.assign), Compared: byLeases, Find: find}
}
