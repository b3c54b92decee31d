package infinity

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// ListPbxUsers lists the users of a domain.
func (s *PbxConfigService) ListPbxUsers(ctx context.Context, request *pb.ListPbxUsersRequest) (*pb.ListPbxUsersResponse, error) {
	page, next, err := pbxUsers.page(ctx, s.Backend, request, in(request.GetDomainId()))
	if err != nil {
		return nil, err
	}
	return &pb.ListPbxUsersResponse{PbxUsers: page, NextPageToken: next}, nil
}

// GetPbxUser returns one user.
func (s *PbxConfigService) GetPbxUser(ctx context.Context, request *pb.GetPbxUserRequest) (*pb.GetPbxUserResponse, error) {
	found, err := pbxUsers.get(ctx, s.Backend, in(request.GetDomainId()), request.GetUserId())
	if err != nil {
		return nil, err
	}
	return &pb.GetPbxUserResponse{PbxUser: found}, nil
}

// CreatePbxUser creates a user.
func (s *PbxConfigService) CreatePbxUser(ctx context.Context, request *pb.CreatePbxUserRequest) (*pb.CreatePbxUserResponse, error) {
	created, err := pbxUsers.create(ctx, s.Backend, request, in(request.GetDomainId()), request.GetPbxUser())
	if err != nil {
		return nil, err
	}
	return &pb.CreatePbxUserResponse{PbxUser: created}, nil
}

// UpdatePbxUser changes what the mask names.
func (s *PbxConfigService) UpdatePbxUser(ctx context.Context, request *pb.UpdatePbxUserRequest) (*pb.UpdatePbxUserResponse, error) {
	updated, err := pbxUsers.update(ctx, s.Backend, request, in(request.GetDomainId()), request.GetPbxUser())
	if err != nil {
		return nil, err
	}
	return &pb.UpdatePbxUserResponse{PbxUser: updated}, nil
}

// DeletePbxUser deletes a user.
func (s *PbxConfigService) DeletePbxUser(ctx context.Context, request *pb.DeletePbxUserRequest) (*pb.DeletePbxUserResponse, error) {
	if err := pbxUsers.remove(ctx, s.Backend, request, in(request.GetDomainId()), request.GetUserId()); err != nil {
		return nil, err
	}
	return &pb.DeletePbxUserResponse{}, nil
}
