package infinity

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// ListPbxDomains lists the domains that the credential may see.
func (s *PbxConfigService) ListPbxDomains(ctx context.Context, request *pb.ListPbxDomainsRequest) (*pb.ListPbxDomainsResponse, error) {
	page, next, err := pbxDomains.page(ctx, s.Backend, request, nil)
	if err != nil {
		return nil, err
	}
	return &pb.ListPbxDomainsResponse{PbxDomains: page, NextPageToken: next}, nil
}

// GetPbxDomain returns one domain.
func (s *PbxConfigService) GetPbxDomain(ctx context.Context, request *pb.GetPbxDomainRequest) (*pb.GetPbxDomainResponse, error) {
	found, err := pbxDomains.get(ctx, s.Backend, nil, request.GetDomainId())
	if err != nil {
		return nil, err
	}
	return &pb.GetPbxDomainResponse{PbxDomain: found}, nil
}

// UpdatePbxDomain changes what the mask names.
func (s *PbxConfigService) UpdatePbxDomain(ctx context.Context, request *pb.UpdatePbxDomainRequest) (*pb.UpdatePbxDomainResponse, error) {
	updated, err := pbxDomains.update(ctx, s.Backend, request, nil, request.GetPbxDomain())
	if err != nil {
		return nil, err
	}
	return &pb.UpdatePbxDomainResponse{PbxDomain: updated}, nil
}
