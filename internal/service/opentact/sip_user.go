package opentact

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// ListSipUsers lists the users of a SIP domain.
func (s *SipConnectionService) ListSipUsers(ctx context.Context, request *pb.ListSipUsersRequest) (*pb.ListSipUsersResponse, error) {
	rows, next, err := sipUsers.list(ctx, s.Backend, request, request.GetSipDomain())
	if err != nil {
		return nil, err
	}
	return &pb.ListSipUsersResponse{SipUsers: rows, NextPageToken: next}, nil
}

// GetSipUser returns one SIP user.
func (s *SipConnectionService) GetSipUser(ctx context.Context, request *pb.GetSipUserRequest) (*pb.GetSipUserResponse, error) {
	found, err := sipUsers.get(ctx, s.Backend, request, request.GetSipDomain(), request.GetUuid())
	if err != nil {
		return nil, err
	}
	return &pb.GetSipUserResponse{SipUser: found}, nil
}

// CreateSipUser creates a SIP user.
func (s *SipConnectionService) CreateSipUser(ctx context.Context, request *pb.CreateSipUserRequest) (*pb.CreateSipUserResponse, error) {
	created, err := sipUsers.create(ctx, s.Backend, request, request.GetSipUser(), request.GetSipDomain())
	if err != nil {
		return nil, err
	}
	return &pb.CreateSipUserResponse{SipUser: created}, nil
}

// UpdateSipUser changes what the mask names.
func (s *SipConnectionService) UpdateSipUser(ctx context.Context, request *pb.UpdateSipUserRequest) (*pb.UpdateSipUserResponse, error) {
	updated, err := sipUsers.update(ctx, s.Backend, request, request.GetSipUser(), request.GetSipDomain())
	if err != nil {
		return nil, err
	}
	return &pb.UpdateSipUserResponse{SipUser: updated}, nil
}

// DeleteSipUser deletes a SIP user.
func (s *SipConnectionService) DeleteSipUser(ctx context.Context, request *pb.DeleteSipUserRequest) (*pb.DeleteSipUserResponse, error) {
	if err := sipUsers.remove(ctx, s.Backend, request, request.GetSipDomain(), request.GetUuid()); err != nil {
		return nil, err
	}
	return &pb.DeleteSipUserResponse{}, nil
}
