package opentact

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// AssignSipConnectionTnLeases assigns numbers to a connection and takes others away.
func (s *SipConnectionService) AssignSipConnectionTnLeases(ctx context.Context, request *pb.AssignSipConnectionTnLeasesRequest) (*pb.AssignSipConnectionTnLeasesResponse, error) {
	leases, err := assignLeases(ctx, s.vendor, opentact.AssignConnectionLeases, request.GetAddTnLeaseUuids(), request.GetRemoveTnLeaseUuids(), request.GetSipConnectionUuid())
	if err != nil {
		return nil, err
	}
	return &pb.AssignSipConnectionTnLeasesResponse{TnLeases: leases}, nil
}

// ListSipConnectionTnLeases lists the numbers of a connection.
func (s *SipConnectionService) ListSipConnectionTnLeases(ctx context.Context, request *pb.ListSipConnectionTnLeasesRequest) (*pb.ListSipConnectionTnLeasesResponse, error) {
	leases, next, err := listLeases(ctx, s.vendor, s.tokens, opentact.ListConnectionLeases, request, request.GetSipConnectionUuid())
	if err != nil {
		return nil, err
	}
	return &pb.ListSipConnectionTnLeasesResponse{TnLeases: leases, NextPageToken: next}, nil
}

// AssignSipAppTnLeases assigns numbers to an app and takes others away.
func (s *SipAppService) AssignSipAppTnLeases(ctx context.Context, request *pb.AssignSipAppTnLeasesRequest) (*pb.AssignSipAppTnLeasesResponse, error) {
	leases, err := assignLeases(ctx, s.vendor, opentact.AssignAppLeases, request.GetAddTnLeaseUuids(), request.GetRemoveTnLeaseUuids(), request.GetSipAppUuid())
	if err != nil {
		return nil, err
	}
	return &pb.AssignSipAppTnLeasesResponse{TnLeases: leases}, nil
}

// ListSipAppTnLeases lists the numbers of an app.
func (s *SipAppService) ListSipAppTnLeases(ctx context.Context, request *pb.ListSipAppTnLeasesRequest) (*pb.ListSipAppTnLeasesResponse, error) {
	leases, next, err := listLeases(ctx, s.vendor, s.tokens, opentact.ListAppLeases, request, request.GetSipAppUuid())
	if err != nil {
		return nil, err
	}
	return &pb.ListSipAppTnLeasesResponse{TnLeases: leases, NextPageToken: next}, nil
}

// assignLeases assigns numbers to a connection or an app.
func assignLeases(ctx context.Context, vendor *opentact.Client, route *upstream.Route, add, remove []string, uuid string) ([]*pb.TnLease, error) {
	return opentact.Assign(ctx, vendor, route, tnLeaseKind, canonical(add), canonical(remove), canonical([]string{uuid})...)
}

// listLeases lists the numbers of a connection or an app.
func listLeases(ctx context.Context, vendor *opentact.Client, tokens *list.Tokens, route *upstream.Route, request list.Request, uuid string) ([]*pb.TnLease, string, error) {
	return page(tokens, request, "uuid", func(begin func() opentact.Keep[pb.TnLease]) error {
		return opentact.List(ctx, vendor, route, tnLeaseKind, begin, canonical([]string{uuid})...)
	})
}
