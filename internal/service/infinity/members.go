package infinity

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

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

// AddPbxUserGroups adds a user to groups.
func (s *PbxConfigService) AddPbxUserGroups(ctx context.Context, request *pb.AddPbxUserGroupsRequest) (*pb.AddPbxUserGroupsResponse, error) {
	form := infinity.IDs("groupSpec", request.GetGroupIds())
	if err := s.change(ctx, request, infinity.AddUserGroups, form, inUser(request)); err != nil {
		return nil, err
	}
	return &pb.AddPbxUserGroupsResponse{}, nil
}

// SetPbxQueueMemberOrder sets the order in which a queue rings its members.
func (s *PbxConfigService) SetPbxQueueMemberOrder(ctx context.Context, request *pb.SetPbxQueueMemberOrderRequest) (*pb.SetPbxQueueMemberOrderResponse, error) {
	form := infinity.OrderedIDs("queueMemberId", request.GetQueueMemberIds())
	if err := s.change(ctx, request, infinity.SetMemberOrder, form, inQueue(request)); err != nil {
		return nil, err
	}
	return &pb.SetPbxQueueMemberOrderResponse{}, nil
}
