package opentact

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// leaseHolder is a kind of resource that telephone numbers ring.
type leaseHolder struct {
	list, assign *upstream.Route
	// locate sets the holder of a lease that states none.
	locate func(lease *pb.TnLease, uuid string)
	// holder returns the holder that a request names.
	holder func(request any) string
	// check reads the holder.
	check func(ctx context.Context, b Backend, uuids []string) error
}

// The resources that telephone numbers ring.
var (
	leasesOfConnections = leaseHolder{
		list: opentact.ListConnectionLeases, assign: opentact.AssignConnectionLeases,
		locate: func(lease *pb.TnLease, uuid string) {
			lease.SipConnectionUuid = cmp.Or(lease.SipConnectionUuid, &uuid)
		},
		holder: func(request any) string {
			of, _ := request.(interface{ GetSipConnectionUuid() string })
			return of.GetSipConnectionUuid()
		},
		check: func(ctx context.Context, b Backend, uuids []string) error {
			_, err := sipConnections.read(ctx, b, of(uuids))
			return err
		},
	}
	leasesOfApps = leaseHolder{
		list: opentact.ListAppLeases, assign: opentact.AssignAppLeases,
		locate: func(lease *pb.TnLease, uuid string) {
			lease.SipAppUuid = cmp.Or(lease.SipAppUuid, &uuid)
		},
		holder: func(request any) string {
			of, _ := request.(interface{ GetSipAppUuid() string })
			return of.GetSipAppUuid()
		},
		check: func(ctx context.Context, b Backend, uuids []string) error {
			_, err := sipApps.read(ctx, b, of(uuids))
			return err
		},
	}
)

// AssignSipConnectionTnLeases assigns numbers to a connection and takes others away.
func (s *SipConnectionService) AssignSipConnectionTnLeases(ctx context.Context, request *pb.AssignSipConnectionTnLeasesRequest) (*pb.AssignSipConnectionTnLeasesResponse, error) {
	leases, err := leasesOfConnections.reassign(ctx, s.Backend, request, request.GetSipConnectionUuid())
	if err != nil {
		return nil, err
	}
	return &pb.AssignSipConnectionTnLeasesResponse{TnLeases: leases}, nil
}

// ListSipConnectionTnLeases lists the numbers of a connection.
func (s *SipConnectionService) ListSipConnectionTnLeases(ctx context.Context, request *pb.ListSipConnectionTnLeasesRequest) (*pb.ListSipConnectionTnLeasesResponse, error) {
	leases, next, err := leasesOfConnections.page(ctx, s.Backend, request, request.GetSipConnectionUuid())
	if err != nil {
		return nil, err
	}
	return &pb.ListSipConnectionTnLeasesResponse{TnLeases: leases, NextPageToken: next}, nil
}

// AssignSipAppTnLeases assigns numbers to an app and takes others away.
func (s *SipAppService) AssignSipAppTnLeases(ctx context.Context, request *pb.AssignSipAppTnLeasesRequest) (*pb.AssignSipAppTnLeasesResponse, error) {
	leases, err := leasesOfApps.reassign(ctx, s.Backend, request, request.GetSipAppUuid())
	if err != nil {
		return nil, err
	}
	return &pb.AssignSipAppTnLeasesResponse{TnLeases: leases}, nil
}

// ListSipAppTnLeases lists the numbers of an app.
func (s *SipAppService) ListSipAppTnLeases(ctx context.Context, request *pb.ListSipAppTnLeasesRequest) (*pb.ListSipAppTnLeasesResponse, error) {
	leases, next, err := leasesOfApps.page(ctx, s.Backend, request, request.GetSipAppUuid())
	if err != nil {
		return nil, err
	}
	return &pb.ListSipAppTnLeasesResponse{TnLeases: leases, NextPageToken: next}, nil
}

// ListTnLeases lists the numbers of the account.
func (s *SipConnectionService) ListTnLeases(ctx context.Context, request *pb.ListTnLeasesRequest) (*pb.ListTnLeasesResponse, error) {
	leases, next, err := page(s.Tokens(ctx), request, "uuid", nowhere[pb.TnLease], func(begin func() opentact.Keep[pb.TnLease]) error {
		return opentact.ListLeases(ctx, s.Vendor, tnLeaseKind, (*pb.TnLease).GetUuid, begin)
	})
	if err != nil {
		return nil, err
	}
	return &pb.ListTnLeasesResponse{TnLeases: leases, NextPageToken: next}, nil
}

// page lists the numbers of one holder.
func (h leaseHolder) page(ctx context.Context, b Backend, request list.Request, uuid string) ([]*pb.TnLease, string, error) {
	above := canonical([]string{uuid})
	locate := func(lease *pb.TnLease) { h.locate(lease, above[0]) }
	return page(b.Tokens(ctx), request, "uuid", locate, func(begin func() opentact.Keep[pb.TnLease]) error {
		return opentact.List(ctx, b.Vendor, h.list, tnLeaseKind, begin, above...)
	})
}

// assignment is a request that assigns numbers and takes others away.
type assignment interface {
	service.Write
	GetAddTnLeaseUuids() []string
	GetRemoveTnLeaseUuids() []string
}

// reassign assigns numbers to one holder and takes others away. It returns the leases that
// the vendor shows. If it confirms and shows none, or only UUIDs of assigned ones, they are
// read back, in what is left of the time. Numbers that were taken away are not in the list of
// the holder: of these, and of those that cannot be read, only the UUIDs are known. Of those
// that were assigned and are not in the list either, it is not said who has them.
func (h leaseHolder) reassign(ctx context.Context, b Backend, request assignment, uuid string) ([]*pb.TnLease, error) {
	above := canonical([]string{uuid})
	add, remove := canonical(request.GetAddTnLeaseUuids()), canonical(request.GetRemoveTnLeaseUuids())
	leases, err := h.send(ctx, b, request, add, remove, above)
	if err != nil {
		return nil, err
	}
	named := slices.Concat(add, remove)
	switch {
	case request.GetValidateOnly():
		h.locateAll(leases, add, above[0])
		return leases, nil
	case len(leases) == 0 || shows(leases, above[0]):
		return h.answered(h.readBack(ctx, b, add, above), named, add, above[0]), nil
	case hasBare(leases, add):
		return h.answered(withKnown(h.readBack(ctx, b, add, above), leases), uuidsOf(leases), add, above[0]), nil
	default:
		h.locateAll(leases, add, above[0])
		return leases, nil
	}
}

// shows reports whether one of the leases has the UUID of their holder: then the answer is not
// leases, but the connection or app itself.
func shows(leases []*pb.TnLease, holder string) bool {
	return slices.ContainsFunc(leases, func(lease *pb.TnLease) bool { return lease.GetUuid() == holder })
}

// hasBare reports whether of one of the leases with these UUIDs nothing else is known.
func hasBare(leases []*pb.TnLease, uuids []string) bool {
	return slices.ContainsFunc(leases, func(lease *pb.TnLease) bool {
		return slices.Contains(uuids, lease.GetUuid()) && isBare(lease, "uuid")
	})
}

// withKnown returns the leases that were read back with those that the vendor showed.
func withKnown(found map[string]*pb.TnLease, shown []*pb.TnLease) map[string]*pb.TnLease {
	known := maps.Clone(found)
	for _, lease := range shown {
		if !isBare(lease, "uuid") {
			known[lease.GetUuid()] = lease
		}
	}
	return known
}

// uuidsOf returns the UUIDs of leases.
func uuidsOf(leases []*pb.TnLease) []string {
	uuids := make([]string, len(leases))
	for i, lease := range leases {
		uuids[i] = lease.GetUuid()
	}
	return uuids
}

// answered returns the leases with these UUIDs, as far as they were found. Those that were
// added and found have the holder.
func (h leaseHolder) answered(found map[string]*pb.TnLease, uuids, add []string, uuid string) []*pb.TnLease {
	lacks := func(uuid string) bool { return found[uuid] == nil }
	leases := inOrder(found, uuids)
	h.locateAll(leases, slices.DeleteFunc(slices.Clone(add), lacks), uuid)
	return leases
}

// locateAll sets the holder of the leases that were assigned to it.
func (h leaseHolder) locateAll(leases []*pb.TnLease, add []string, uuid string) {
	for _, lease := range leases {
		if slices.Contains(add, lease.GetUuid()) {
			h.locate(lease, uuid)
		}
	}
}

// send makes the assignment, or checks it: then it returns the leases by their UUIDs only.
func (h leaseHolder) send(ctx context.Context, b Backend, request service.Write, add, remove, above []string) ([]*pb.TnLease, error) {
	if request.GetValidateOnly() {
		if err := h.check(ctx, b, above); err != nil {
			return nil, upstream.BeforeWrite(err, h.assign)
		}
		return inOrder(nil, slices.Concat(add, remove)), b.Vendor.PlanAssign(ctx, h.assign, add, remove, above...)
	}
	return opentact.Assign(ctx, b.Vendor, h.assign, tnLeaseKind, add, remove, above...)
}

// readBack returns the leases of a holder by their UUIDs, in what is left of the time. If they
// cannot be read, those that were added count as found, by their UUIDs only.
func (h leaseHolder) readBack(ctx context.Context, b Backend, add, above []string) map[string]*pb.TnLease {
	ctx, cancel := upstream.ForReadBack(ctx)
	defer cancel()
	found, err := h.held(ctx, b, above)
	if err == nil {
		return found
	}
	assumed := make(map[string]*pb.TnLease, len(add))
	for _, lease := range inOrder(nil, add) {
		assumed[lease.GetUuid()] = lease
	}
	return assumed
}

// Why a list does not say which leases a holder has.
var (
	errUnidentified = errors.New("a lease does not show its UUID")
	errHolder       = errors.New("the list shows the connection or app itself")
)

// held returns the leases of a holder by their UUIDs. A list that does not prove which leases
// the holder lacks is an error.
func (h leaseHolder) held(ctx context.Context, b Backend, above []string) (map[string]*pb.TnLease, error) {
	found := map[string]*pb.TnLease{}
	begin := func() opentact.Keep[pb.TnLease] {
		clear(found)
		return func(lease *pb.TnLease) *pb.TnLease {
			found[lease.GetUuid()] = lease
			return nil
		}
	}
	proof := tnLeaseKind
	proof.Proof = true
	err := opentact.List(ctx, b.Vendor, h.list, proof, begin, above...)
	switch {
	case err != nil:
		return nil, err
	case found[""] != nil:
		return nil, upstream.BadResponse(opentact.Vendor, b.Vendor.Route(h.list), errUnidentified)
	case found[above[0]] != nil:
		return nil, upstream.BadResponse(opentact.Vendor, b.Vendor.Route(h.list), errHolder)
	default:
		return found, nil
	}
}

// inOrder returns leases in the order of UUIDs. Of one that was not found only its UUID is
// known.
func inOrder(found map[string]*pb.TnLease, uuids []string) []*pb.TnLease {
	leases := make([]*pb.TnLease, len(uuids))
	for i, uuid := range uuids {
		if leases[i] = found[uuid]; leases[i] == nil {
			leases[i] = &pb.TnLease{Uuid: uuid}
		}
	}
	return leases
}
