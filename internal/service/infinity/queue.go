package infinity

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// ListPbxQueues lists the queues of a domain.
func (s *PbxConfigService) ListPbxQueues(ctx context.Context, request *pb.ListPbxQueuesRequest) (*pb.ListPbxQueuesResponse, error) {
	page, next, err := pbxQueues.page(ctx, s.Backend, request, in(request.GetDomainId()))
	if err != nil {
		return nil, err
	}
	return &pb.ListPbxQueuesResponse{PbxQueues: page, NextPageToken: next}, nil
}

// GetPbxQueue returns one queue.
func (s *PbxConfigService) GetPbxQueue(ctx context.Context, request *pb.GetPbxQueueRequest) (*pb.GetPbxQueueResponse, error) {
	found, err := pbxQueues.get(ctx, s.Backend, in(request.GetDomainId()), request.GetQueueId())
	if err != nil {
		return nil, err
	}
	return &pb.GetPbxQueueResponse{PbxQueue: found}, nil
}

// CreatePbxQueue creates a queue.
func (s *PbxConfigService) CreatePbxQueue(ctx context.Context, request *pb.CreatePbxQueueRequest) (*pb.CreatePbxQueueResponse, error) {
	created, err := pbxQueues.create(ctx, s.Backend, request, in(request.GetDomainId()), request.GetPbxQueue())
	if err != nil {
		return nil, err
	}
	return &pb.CreatePbxQueueResponse{PbxQueue: created}, nil
}

// UpdatePbxQueue changes what the mask names.
func (s *PbxConfigService) UpdatePbxQueue(ctx context.Context, request *pb.UpdatePbxQueueRequest) (*pb.UpdatePbxQueueResponse, error) {
	updated, err := pbxQueues.update(ctx, s.Backend, request, in(request.GetDomainId()), request.GetPbxQueue())
	if err != nil {
		return nil, err
	}
	return &pb.UpdatePbxQueueResponse{PbxQueue: updated}, nil
}

// DeletePbxQueue deletes a queue.
func (s *PbxConfigService) DeletePbxQueue(ctx context.Context, request *pb.DeletePbxQueueRequest) (*pb.DeletePbxQueueResponse, error) {
	if err := pbxQueues.remove(ctx, s.Backend, request, in(request.GetDomainId()), request.GetQueueId()); err != nil {
		return nil, err
	}
	return &pb.DeletePbxQueueResponse{}, nil
}
