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
	rules := reconcile.Rules{
		pb.SipConnectionService_AssignSipConnectionTnLeases_FullMethodName: leasesOfConnections.rule(b,
			func(leases []*pb.TnLease) proto.Message {
				return &pb.AssignSipConnectionTnLeasesResponse{TnLeases: leases}
			}),
		pb.SipAppService_AssignSipAppTnLeases_FullMethodName: leasesOfApps.rule(b,
			func(leases []*pb.TnLease) proto.Message { return &pb.AssignSipAppTnLeasesResponse{TnLeases: leases} }),
		// No call shows which call flow runs.
		pb.SipAppService_ExecuteCallFlow_FullMethodName: {Vendor: opentact.Vendor, Route: b.Vendor.Route(opentact.ExecuteRoute)},
	}
	for _, kind := range allKinds() {
		fullMethod, rule := kind.createRule(b)
		rules[fullMethod] = rule
	}
	return rules
}

// createRule returns the rule of a create.
func (k kind[M, R]) createRule(b Backend) (fullMethod string, rule reconcile.Rule) {
	create := reconcile.CreateOf(R(nil).ProtoReflect().Descriptor())
	find := func(ctx context.Context, request proto.Message, since time.Time) (found []reconcile.Candidate, err error) {
		var parents []string
		for _, parent := range create.Parents(request) {
			parents = append(parents, parent.ID.String())
		}
		at, err := k.place(ctx, b, request, within(parents), k.routes.List)
		if err != nil {
			return nil, err
		}
		wanted, _ := create.Wanted(request).(R)
		rows, err := k.matching(ctx, b, k.body.creation(wanted), since, at)
		for _, row := range rows {
			located := k.located(row, at)
			b.Etags.Stamp(located)
			found = append(found, create.Made(located))
		}
		return found, err
	}
	return create.FullMethod(), reconcile.Rule{Vendor: opentact.Vendor, Route: b.Vendor.Route(k.routes.Create), Compared: byAllFields, Find: find}
}

// rule returns the rule of an assignment: it has taken effect if every added lease is assigned and
// every removed one is not.
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
