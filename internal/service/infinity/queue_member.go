package infinity

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
)

// ListPbxQueueMembers lists the queue members of a queue.
func (s *PbxConfigService) ListPbxQueueMembers(ctx context.Context, request *pb.ListPbxQueueMembersRequest) (*pb.ListPbxQueueMembersResponse, error) {
	page, next, err := pbxQueueMembers.page(ctx, s.Backend, request, inQueue(request))
	if err != nil {
		return nil, err
	}
	return &pb.ListPbxQueueMembersResponse{PbxQueueMembers: page, NextPageToken: next}, nil
}

// GetPbxQueueMember returns one queue member.
func (s *PbxConfigService) GetPbxQueueMember(ctx context.Context, request *pb.GetPbxQueueMemberRequest) (*pb.GetPbxQueueMemberResponse, error) {
	found, err := pbxQueueMembers.get(ctx, s.Backend, inQueue(request), request.GetQueueMemberId())
	if err != nil {
		return nil, err
	}
	return &pb.GetPbxQueueMemberResponse{PbxQueueMember: found}, nil
}

// CreatePbxQueueMember creates a queue member.
func (s *PbxConfigService) CreatePbxQueueMember(ctx context.Context, request *pb.CreatePbxQueueMemberRequest) (*pb.CreatePbxQueueMemberResponse, error) {
	created, err := pbxQueueMembers.create(ctx, s.Backend, request, inQueue(request), request.GetPbxQueueMember())
	if err != nil {
		return nil, err
	}
	return &pb.CreatePbxQueueMemberResponse{PbxQueueMember: created}, nil
}

// UpdatePbxQueueMember changes what the mask names.
func (s *PbxConfigService) UpdatePbxQueueMember(ctx context.Context, request *pb.UpdatePbxQueueMemberRequest) (*pb.UpdatePbxQueueMemberResponse, error) {
	updated, err := pbxQueueMembers.update(ctx, s.Backend, request, inQueue(request), request.GetPbxQueueMember())
	if err != nil {
		return nil, err
	}
	return &pb.UpdatePbxQueueMemberResponse{PbxQueueMember: updated}, nil
}

// DeletePbxQueueMember deletes a queue member.
func (s *PbxConfigService) DeletePbxQueueMember(ctx context.Context, request *pb.DeletePbxQueueMemberRequest) (*pb.DeletePbxQueueMemberResponse, error) {
	if err := pbxQueueMembers.remove(ctx, s.Backend, request, inQueue(request), request.GetQueueMemberId()); err != nil {
		return nil, err
	}
	return &pb.DeletePbxQueueMemberResponse{}, nil
}

// SetPbxQueueMemberOrder sets the order in which a queue rings its members.
func (s *PbxConfigService) SetPbxQueueMemberOrder(ctx context.Context, request *pb.SetPbxQueueMemberOrderRequest) (*pb.SetPbxQueueMemberOrderResponse, error) {
	form := infinity.OrderedIDs("queueMemberId", request.GetQueueMemberIds())
	if err := s.change(ctx, request, infinity.SetMemberOrder, form, inQueue(request)); err != nil {
		return nil, err
	}
	return &pb.SetPbxQueueMemberOrderResponse{}, nil
}
