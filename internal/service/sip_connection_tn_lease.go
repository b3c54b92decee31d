package service

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// AssignSipConnectionTnLeases assigns numbers to a connection and takes others
// away.
func (s *SipConnectionService) AssignSipConnectionTnLeases(ctx context.Context, request *pb.AssignSipConnectionTnLeasesRequest) (*pb.AssignSipConnectionTnLeasesResponse, error) {
	answered, err := s.vendor.AssignConnectionLeases(ctx, canonical(request.GetSipConnectionUuid()),
		each(request.GetAdd(), canonical), each(request.GetRemove(), canonical))
	if err != nil {
		return nil, err
	}
	return &pb.AssignSipConnectionTnLeasesResponse{TnLeases: each(answered, tnLease)}, nil
}

// ListSipConnectionTnLeases lists the numbers of a connection.
func (s *SipConnectionService) ListSipConnectionTnLeases(ctx context.Context, request *pb.ListSipConnectionTnLeasesRequest) (*pb.ListSipConnectionTnLeasesResponse, error) {
	page, next, err := pageOf(s.tokens, request, "uuid", tnLease, func() ([]*opentact.Lease, error) {
		return s.vendor.ListConnectionLeases(ctx, canonical(request.GetSipConnectionUuid()))
	})
	if err != nil {
		return nil, err
	}
	return &pb.ListSipConnectionTnLeasesResponse{TnLeases: page, NextPageToken: next}, nil
}
