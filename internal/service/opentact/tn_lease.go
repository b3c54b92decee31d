package opentact

import (
	"context"
	"slices"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// leaseHolder is a kind of resource that telephone numbers ring.
type leaseHolder struct {
	list, assign *upstream.Route
	// locate sets the holder of a lease.
	locate func(lease *pb.TnLease, uuid string)
}

// The resources that telephone numbers ring.
var (
	leasesOfConnections = leaseHolder{
		list: opentact.ListConnectionLeases, assign: opentact.AssignConnectionLeases,
		locate: func(lease *pb.TnLease, uuid string) { lease.SipConnectionUuid = &uuid },
	}
	leasesOfApps = leaseHolder{
		list: opentact.ListAppLeases, assign: opentact.AssignAppLeases,
		locate: func(lease *pb.TnLease, uuid string) { lease.SipAppUuid = &uuid },
	}
)

// AssignSipConnectionTnLeases assigns numbers to a connection and takes others away.
func (s *SipConnectionService) AssignSipConnectionTnLeases(ctx context.Context, request *pb.AssignSipConnectionTnLeasesRequest) (*pb.AssignSipConnectionTnLeasesResponse, error) {
	leases, err := leasesOfConnections.reassign(ctx, s.vendor, request, request.GetSipConnectionUuid())
	if err != nil {
		return nil, err
	}
	return &pb.AssignSipConnectionTnLeasesResponse{TnLeases: leases}, nil
}

// ListSipConnectionTnLeases lists the numbers of a connection.
func (s *SipConnectionService) ListSipConnectionTnLeases(ctx context.Context, request *pb.ListSipConnectionTnLeasesRequest) (*pb.ListSipConnectionTnLeasesResponse, error) {
	leases, next, err := leasesOfConnections.page(ctx, s.vendor, s.tokens, request, request.GetSipConnectionUuid())
	if err != nil {
		return nil, err
	}
	return &pb.ListSipConnectionTnLeasesResponse{TnLeases: leases, NextPageToken: next}, nil
}

// AssignSipAppTnLeases assigns numbers to an app and takes others away.
func (s *SipAppService) AssignSipAppTnLeases(ctx context.Context, request *pb.AssignSipAppTnLeasesRequest) (*pb.AssignSipAppTnLeasesResponse, error) {
	leases, err := leasesOfApps.reassign(ctx, s.vendor, request, request.GetSipAppUuid())
	if err != nil {
		return nil, err
	}
	return &pb.AssignSipAppTnLeasesResponse{TnLeases: leases}, nil
}

// ListSipAppTnLeases lists the numbers of an app.
func (s *SipAppService) ListSipAppTnLeases(ctx context.Context, request *pb.ListSipAppTnLeasesRequest) (*pb.ListSipAppTnLeasesResponse, error) {
	leases, next, err := leasesOfApps.page(ctx, s.vendor, s.tokens, request, request.GetSipAppUuid())
	if err != nil {
		return nil, err
	}
	return &pb.ListSipAppTnLeasesResponse{TnLeases: leases, NextPageToken: next}, nil
}

// ListTnLeases lists the numbers of the account.
func (s *SipConnectionService) ListTnLeases(ctx context.Context, request *pb.ListTnLeasesRequest) (*pb.ListTnLeasesResponse, error) {
	leases, next, err := page(s.tokens, request, "uuid", nowhere[pb.TnLease], func(begin func() opentact.Keep[pb.TnLease]) error {
		return opentact.ListLeases(ctx, s.vendor, tnLeaseKind, begin)
	})
	if err != nil {
		return nil, err
	}
	return &pb.ListTnLeasesResponse{TnLeases: leases, NextPageToken: next}, nil
}

// page lists the numbers of one holder.
func (h leaseHolder) page(ctx context.Context, vendor *opentact.Client, tokens *list.Tokens, request list.Request, uuid string) ([]*pb.TnLease, string, error) {
	above := canonical([]string{uuid})
	locate := func(lease *pb.TnLease) { h.locate(lease, above[0]) }
	return page(tokens, request, "uuid", locate, func(begin func() opentact.Keep[pb.TnLease]) error {
		return opentact.List(ctx, vendor, h.list, tnLeaseKind, begin, above...)
	})
}

// assignment is a request that assigns numbers and takes others away.
type assignment interface {
	GetAddTnLeaseUuids() []string
	GetRemoveTnLeaseUuids() []string
}

// reassign assigns numbers to one holder and takes others away. It returns the leases that
// the vendor shows. If it confirms and shows none, they are read back, in what is left of
// the time; of those that cannot be read only the UUIDs are known.
func (h leaseHolder) reassign(ctx context.Context, vendor *opentact.Client, request assignment, uuid string) ([]*pb.TnLease, error) {
	above := canonical([]string{uuid})
	add, remove := canonical(request.GetAddTnLeaseUuids()), canonical(request.GetRemoveTnLeaseUuids())
	leases, err := opentact.Assign(ctx, vendor, h.assign, tnLeaseKind, add, remove, above...)
	if err != nil {
		return nil, err
	}
	if len(leases) == 0 {
		leases = h.readBack(ctx, vendor, slices.Concat(add, remove), above)
	}
	for _, lease := range leases {
		if slices.Contains(add, lease.GetUuid()) {
			h.locate(lease, above[0])
		}
	}
	return leases, nil
}

// readBack returns the leases of a confirmed assignment, in the order of their UUIDs.
func (h leaseHolder) readBack(ctx context.Context, vendor *opentact.Client, uuids, above []string) []*pb.TnLease {
	ctx, cancel := upstream.ForReadBack(ctx)
	defer cancel()
	found := map[string]*pb.TnLease{}
	begin := func() opentact.Keep[pb.TnLease] {
		clear(found)
		return func(lease *pb.TnLease) *pb.TnLease {
			if !slices.Contains(uuids, lease.GetUuid()) {
				return lease
			}
			found[lease.GetUuid()] = lease
			return nil
		}
	}
	if err := opentact.List(ctx, vendor, h.list, tnLeaseKind, begin, above...); err != nil {
		clear(found)
	}
	leases := make([]*pb.TnLease, len(uuids))
	for i, uuid := range uuids {
		if leases[i] = found[uuid]; leases[i] == nil {
			leases[i] = &pb.TnLease{Uuid: uuid}
		}
	}
	return leases
}
