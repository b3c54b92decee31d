package opentact

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// ListSipConnections lists the account's connections.
func (s *SipConnectionService) ListSipConnections(ctx context.Context, request *pb.ListSipConnectionsRequest) (*pb.ListSipConnectionsResponse, error) {
	rows, next, err := sipConnections.list(ctx, s.Backend, request)
	if err != nil {
		return nil, err
	}
	return &pb.ListSipConnectionsResponse{SipConnections: rows, NextPageToken: next}, nil
}

// GetSipConnection returns one connection.
func (s *SipConnectionService) GetSipConnection(ctx context.Context, request *pb.GetSipConnectionRequest) (*pb.GetSipConnectionResponse, error) {
	found, err := sipConnections.get(ctx, s.Backend, request, request.GetUuid())
	if err != nil {
		return nil, err
	}
	return &pb.GetSipConnectionResponse{SipConnection: found}, nil
}

// CreateSipConnection creates a connection.
func (s *SipConnectionService) CreateSipConnection(ctx context.Context, request *pb.CreateSipConnectionRequest) (*pb.CreateSipConnectionResponse, error) {
	created, err := sipConnections.create(ctx, s.Backend, request, request.GetSipConnection())
	if err != nil {
		return nil, err
	}
	return &pb.CreateSipConnectionResponse{SipConnection: created}, nil
}

// UpdateSipConnection changes what the mask names.
func (s *SipConnectionService) UpdateSipConnection(ctx context.Context, request *pb.UpdateSipConnectionRequest) (*pb.UpdateSipConnectionResponse, error) {
	updated, err := sipConnections.update(ctx, s.Backend, request, request.GetSipConnection())
	if err != nil {
		return nil, err
	}
	return &pb.UpdateSipConnectionResponse{SipConnection: updated}, nil
}

// DeleteSipConnection deletes a connection.
func (s *SipConnectionService) DeleteSipConnection(ctx context.Context, request *pb.DeleteSipConnectionRequest) (*pb.DeleteSipConnectionResponse, error) {
	if err := sipConnections.remove(ctx, s.Backend, request, request.GetUuid()); err != nil {
		return nil, err
	}
	return &pb.DeleteSipConnectionResponse{}, nil
}
