package infinity

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// ListPbxGroups lists the groups of a domain.
func (s *PbxConfigService) ListPbxGroups(ctx context.Context, request *pb.ListPbxGroupsRequest) (*pb.ListPbxGroupsResponse, error) {
	page, next, err := pbxGroups.page(ctx, s.Backend, request, in(request.GetDomainId()))
	if err != nil {
		return nil, err
	}
	return &pb.ListPbxGroupsResponse{PbxGroups: page, NextPageToken: next}, nil
}

// GetPbxGroup returns one group.
func (s *PbxConfigService) GetPbxGroup(ctx context.Context, request *pb.GetPbxGroupRequest) (*pb.GetPbxGroupResponse, error) {
	found, err := pbxGroups.get(ctx, s.Backend, in(request.GetDomainId()), request.GetGroupId())
	if err != nil {
		return nil, err
	}
	return &pb.GetPbxGroupResponse{PbxGroup: found}, nil
}

// CreatePbxGroup creates a group.
func (s *PbxConfigService) CreatePbxGroup(ctx context.Context, request *pb.CreatePbxGroupRequest) (*pb.CreatePbxGroupResponse, error) {
	created, err := pbxGroups.create(ctx, s.Backend, request, in(request.GetDomainId()), request.GetPbxGroup())
	if err != nil {
		return nil, err
	}
	return &pb.CreatePbxGroupResponse{PbxGroup: created}, nil
}

// UpdatePbxGroup changes what the mask names.
func (s *PbxConfigService) UpdatePbxGroup(ctx context.Context, request *pb.UpdatePbxGroupRequest) (*pb.UpdatePbxGroupResponse, error) {
	updated, err := pbxGroups.update(ctx, s.Backend, request, in(request.GetDomainId()), request.GetPbxGroup())
	if err != nil {
		return nil, err
	}
	return &pb.UpdatePbxGroupResponse{PbxGroup: updated}, nil
}

// DeletePbxGroup deletes a group.
func (s *PbxConfigService) DeletePbxGroup(ctx context.Context, request *pb.DeletePbxGroupRequest) (*pb.DeletePbxGroupResponse, error) {
	if err := pbxGroups.remove(ctx, s.Backend, request, in(request.GetDomainId()), request.GetGroupId()); err != nil {
		return nil, err
	}
	return &pb.DeletePbxGroupResponse{}, nil
}

// ListPbxGroupUsers lists the users of a group.
func (s *PbxConfigService) ListPbxGroupUsers(ctx context.Context, request *pb.ListPbxGroupUsersRequest) (*pb.ListPbxGroupUsersResponse, error) {
	page, next, err := pbxGroupUsers.page(ctx, s.Backend, request, inGroup(request))
	if err != nil {
		return nil, err
	}
	return &pb.ListPbxGroupUsersResponse{PbxGroupUsers: page, NextPageToken: next}, nil
}

// AddPbxGroupUsers adds users to a group.
func (s *PbxConfigService) AddPbxGroupUsers(ctx context.Context, request *pb.AddPbxGroupUsersRequest) (*pb.AddPbxGroupUsersResponse, error) {
	form := infinity.IDs("userSpec", request.GetUserIds())
	if err := s.change(ctx, request, infinity.AddGroupUsers, form, inGroup(request)); err != nil {
		return nil, err
	}
	return &pb.AddPbxGroupUsersResponse{}, nil
}

// RemovePbxGroupUsers takes users out of a group.
func (s *PbxConfigService) RemovePbxGroupUsers(ctx context.Context, request *pb.RemovePbxGroupUsersRequest) (*pb.RemovePbxGroupUsersResponse, error) {
	form := infinity.IDs("userSpec", request.GetUserIds())
	if err := s.change(ctx, request, infinity.RemoveGroupUsers, form, inGroup(request)); err != nil {
		return nil, err
	}
	return &pb.RemovePbxGroupUsersResponse{}, nil
}
