package opentact

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// ListSipDomains lists the account's SIP domains.
func (s *SipConnectionService) ListSipDomains(ctx context.Context, request *pb.ListSipDomainsRequest) (*pb.ListSipDomainsResponse, error) {
	rows, next, err := sipDomains.list(ctx, s.Backend, request)
	if err != nil {
		return nil, err
	}
	return &pb.ListSipDomainsResponse{SipDomains: rows, NextPageToken: next}, nil
}

// GetSipDomain returns one SIP domain.
func (s *SipConnectionService) GetSipDomain(ctx context.Context, request *pb.GetSipDomainRequest) (*pb.GetSipDomainResponse, error) {
	found, err := sipDomains.get(ctx, s.Backend, request, request.GetDomain())
	if err != nil {
		return nil, err
	}
	return &pb.GetSipDomainResponse{SipDomain: found}, nil
}

// CreateSipDomain creates a SIP domain.
func (s *SipConnectionService) CreateSipDomain(ctx context.Context, request *pb.CreateSipDomainRequest) (*pb.CreateSipDomainResponse, error) {
	created, err := sipDomains.create(ctx, s.Backend, request, request.GetSipDomain())
	if err != nil {
		return nil, err
	}
	return &pb.CreateSipDomainResponse{SipDomain: created}, nil
}

// UpdateSipDomain changes what the mask names.
func (s *SipConnectionService) UpdateSipDomain(ctx context.Context, request *pb.UpdateSipDomainRequest) (*pb.UpdateSipDomainResponse, error) {
	updated, err := sipDomains.update(ctx, s.Backend, request, request.GetSipDomain())
	if err != nil {
		return nil, err
	}
	return &pb.UpdateSipDomainResponse{SipDomain: updated}, nil
}

// DeleteSipDomain deletes a SIP domain.
func (s *SipConnectionService) DeleteSipDomain(ctx context.Context, request *pb.DeleteSipDomainRequest) (*pb.DeleteSipDomainResponse, error) {
	if err := sipDomains.remove(ctx, s.Backend, request, request.GetDomain()); err != nil {
		return nil, err
	}
	return &pb.DeleteSipDomainResponse{}, nil
}
