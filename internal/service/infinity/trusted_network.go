package infinity

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// ListPbxTrustedNetworks lists the trusted networks of a domain.
func (s *PbxConfigService) ListPbxTrustedNetworks(ctx context.Context, request *pb.ListPbxTrustedNetworksRequest) (*pb.ListPbxTrustedNetworksResponse, error) {
	page, next, err := pbxTrustedNetworks.page(ctx, s.Backend, request, in(request.GetDomainId()))
	if err != nil {
		return nil, err
	}
	return &pb.ListPbxTrustedNetworksResponse{PbxTrustedNetworks: page, NextPageToken: next}, nil
}

// GetPbxTrustedNetwork returns one trusted network.
func (s *PbxConfigService) GetPbxTrustedNetwork(ctx context.Context, request *pb.GetPbxTrustedNetworkRequest) (*pb.GetPbxTrustedNetworkResponse, error) {
	found, err := pbxTrustedNetworks.get(ctx, s.Backend, in(request.GetDomainId()), request.GetTrustedNetworkId())
	if err != nil {
		return nil, err
	}
	return &pb.GetPbxTrustedNetworkResponse{PbxTrustedNetwork: found}, nil
}

// CreatePbxTrustedNetwork creates a trusted network.
func (s *PbxConfigService) CreatePbxTrustedNetwork(ctx context.Context, request *pb.CreatePbxTrustedNetworkRequest) (*pb.CreatePbxTrustedNetworkResponse, error) {
	created, err := pbxTrustedNetworks.create(ctx, s.Backend, request, in(request.GetDomainId()), request.GetPbxTrustedNetwork())
	if err != nil {
		return nil, err
	}
	return &pb.CreatePbxTrustedNetworkResponse{PbxTrustedNetwork: created}, nil
}

// UpdatePbxTrustedNetwork changes what the mask names.
func (s *PbxConfigService) UpdatePbxTrustedNetwork(ctx context.Context, request *pb.UpdatePbxTrustedNetworkRequest) (*pb.UpdatePbxTrustedNetworkResponse, error) {
	updated, err := pbxTrustedNetworks.update(ctx, s.Backend, request, in(request.GetDomainId()), request.GetPbxTrustedNetwork())
	if err != nil {
		return nil, err
	}
	return &pb.UpdatePbxTrustedNetworkResponse{PbxTrustedNetwork: updated}, nil
}

// DeletePbxTrustedNetwork deletes a trusted network.
func (s *PbxConfigService) DeletePbxTrustedNetwork(ctx context.Context, request *pb.DeletePbxTrustedNetworkRequest) (*pb.DeletePbxTrustedNetworkResponse, error) {
	if err := pbxTrustedNetworks.remove(ctx, s.Backend, request, in(request.GetDomainId()), request.GetTrustedNetworkId()); err != nil {
		return nil, err
	}
	return &pb.DeletePbxTrustedNetworkResponse{}, nil
}
