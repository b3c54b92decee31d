package service

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// SipConnectionService serves SIP connections, their invites and their numbers.
type SipConnectionService struct {
	pb.UnimplementedSipConnectionServiceServer
	vendor *opentact.Client
	tokens *list.Tokens
}

// NewSipConnectionService returns the service over the vendor's client; tokens
// seals its page tokens.
func NewSipConnectionService(vendor *opentact.Client, tokens *list.Tokens) *SipConnectionService {
	return &SipConnectionService{vendor: vendor, tokens: tokens}
}

// ListSipConnections lists the account's connections.
func (s *SipConnectionService) ListSipConnections(ctx context.Context, request *pb.ListSipConnectionsRequest) (*pb.ListSipConnectionsResponse, error) {
	page, next, err := pageOf(s.tokens, request, "uuid", sipConnection, func() ([]*opentact.Connection, error) {
		return s.vendor.ListConnections(ctx)
	})
	if err != nil {
		return nil, err
	}
	return &pb.ListSipConnectionsResponse{SipConnections: page, NextPageToken: next}, nil
}

// GetSipConnection returns one connection.
func (s *SipConnectionService) GetSipConnection(ctx context.Context, request *pb.GetSipConnectionRequest) (*pb.GetSipConnectionResponse, error) {
	found, err := s.vendor.GetConnection(ctx, canonical(request.GetUuid()))
	if err != nil {
		return nil, err
	}
	return &pb.GetSipConnectionResponse{SipConnection: sipConnection(found)}, nil
}

// CreateSipConnection creates a connection.
func (s *SipConnectionService) CreateSipConnection(ctx context.Context, request *pb.CreateSipConnectionRequest) (*pb.CreateSipConnectionResponse, error) {
	created, err := sipConnections.create(request.GetSipConnection(), func(body opentact.Object) (*opentact.Connection, error) {
		return s.vendor.CreateConnection(ctx, body)
	})
	if err != nil {
		return nil, err
	}
	return &pb.CreateSipConnectionResponse{SipConnection: created}, nil
}

// UpdateSipConnection changes what the mask names.
func (s *SipConnectionService) UpdateSipConnection(ctx context.Context, request *pb.UpdateSipConnectionRequest) (*pb.UpdateSipConnectionResponse, error) {
	updated, err := sipConnections.update(ctx, request.GetSipConnection(), request.GetUpdateMask(),
		s.vendor.UpdateConnection, s.vendor.GetConnection)
	if err != nil {
		return nil, err
	}
	return &pb.UpdateSipConnectionResponse{SipConnection: updated}, nil
}

// DeleteSipConnection deletes a connection.
func (s *SipConnectionService) DeleteSipConnection(ctx context.Context, request *pb.DeleteSipConnectionRequest) (*pb.DeleteSipConnectionResponse, error) {
	if err := s.vendor.DeleteConnection(ctx, canonical(request.GetUuid())); err != nil {
		return nil, err
	}
	return &pb.DeleteSipConnectionResponse{}, nil
}

// ListSipConnectionProducts lists what connections can be sold under.
func (s *SipConnectionService) ListSipConnectionProducts(ctx context.Context, request *pb.ListSipConnectionProductsRequest) (*pb.ListSipConnectionProductsResponse, error) {
	page, next, err := pageOf(s.tokens, request, "id", sipConnectionProduct, func() ([]*opentact.Product, error) {
		return s.vendor.ListProducts(ctx)
	})
	if err != nil {
		return nil, err
	}
	return &pb.ListSipConnectionProductsResponse{SipConnectionProducts: page, NextPageToken: next}, nil
}

func sipConnection(from *opentact.Connection) *pb.SipConnection {
	if from == nil {
		return nil
	}
	to := &pb.SipConnection{
		Uuid:                       from.UUID,
		Name:                       from.Name,
		Subdomain:                  from.Subdomain,
		Ip:                         from.IP,
		Port:                       from.Port,
		Active:                     from.Active,
		TechPrefix:                 from.TechPrefix,
		Product:                    sipConnectionProduct(from.Product),
		Class4IngressTrunkSettings: trunkSettings(from.Class4IngressTrunkSettings),
		Class4EgressTrunkSettings:  trunkSettings(from.Class4EgressTrunkSettings),
		OutboundVoiceProfileUuid:   profileUUID(from.OutboundVoiceProfile),
		Class4IngressTrunkId:       from.Class4IngressTrunkID,
		Class4IngressResourceIpId:  from.Class4IngressResourceIPID,
		Class4EgressTrunkId:        from.Class4EgressTrunkID,
		Class4EgressResourceIpId:   from.Class4EgressResourceIPID,
		Class4TrunkPrefixId:        from.Class4TrunkPrefixID,
		OutboundVoiceProfile:       outboundVoiceProfile(from.OutboundVoiceProfile),
		TnLeases:                   each(from.TNLeases, tnLease),
		SipUsers:                   each(from.SIPUsers, sipUser),
		SipUserInvites:             each(from.Invites, sipUserInvite),
		Account:                    account(from.Account),
		CreatedBy:                  user(from.CreatedBy),
		ModifiedBy:                 user(from.ModifiedBy),
		CreateTime:                 instant(from.CreatedOn),
		UpdateTime:                 instant(from.ModifiedOn),
	}
	if from.Product != nil {
		to.ProductId = from.Product.ID
	}
	return to
}

func sipConnectionProduct(from *opentact.Product) *pb.SipConnectionProduct {
	if from == nil {
		return nil
	}
	to := &pb.SipConnectionProduct{
		Name:        from.Name,
		Description: from.Description,
		Type:        from.Type,
		TechPrefix:  from.TechPrefix,
		RateTableId: from.RateTableID,
		RoutePlanId: from.RoutePlanID,
		CreateTime:  instant(from.CreatedOn),
		UpdateTime:  instant(from.ModifiedOn),
	}
	if from.ID != nil {
		to.Id = *from.ID
	}
	return to
}
