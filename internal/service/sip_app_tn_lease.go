package service

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// AssignSipAppTnLeases assigns numbers to an app and takes others away.
func (s *SipAppService) AssignSipAppTnLeases(ctx context.Context, request *pb.AssignSipAppTnLeasesRequest) (*pb.AssignSipAppTnLeasesResponse, error) {
	answered, err := s.vendor.AssignAppLeases(ctx, canonical(request.GetSipAppUuid()),
		each(request.GetAdd(), canonical), each(request.GetRemove(), canonical))
	if err != nil {
		return nil, err
	}
	return &pb.AssignSipAppTnLeasesResponse{TnLeases: each(answered, tnLease)}, nil
}

// ListSipAppTnLeases lists the numbers of an app.
func (s *SipAppService) ListSipAppTnLeases(ctx context.Context, request *pb.ListSipAppTnLeasesRequest) (*pb.ListSipAppTnLeasesResponse, error) {
	page, next, err := pageOf(s.tokens, request, "uuid", tnLease, func() ([]*opentact.Lease, error) {
		return s.vendor.ListAppLeases(ctx, canonical(request.GetSipAppUuid()))
	})
	if err != nil {
		return nil, err
	}
	return &pb.ListSipAppTnLeasesResponse{TnLeases: page, NextPageToken: next}, nil
}
