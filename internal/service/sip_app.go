package service

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// SipAppService serves call-control apps, their numbers and their call flows.
type SipAppService struct {
	pb.UnimplementedSipAppServiceServer
	vendor *opentact.Client
	tokens *list.Tokens
}

// NewSipAppService returns the service over the vendor's client; tokens seals its
// page tokens.
func NewSipAppService(vendor *opentact.Client, tokens *list.Tokens) *SipAppService {
	return &SipAppService{vendor: vendor, tokens: tokens}
}

// ListSipApps lists the account's apps.
func (s *SipAppService) ListSipApps(ctx context.Context, request *pb.ListSipAppsRequest) (*pb.ListSipAppsResponse, error) {
	page, next, err := pageOf(s.tokens, request, "uuid", sipApp, func() ([]*opentact.App, error) {
		return s.vendor.ListApps(ctx)
	})
	if err != nil {
		return nil, err
	}
	return &pb.ListSipAppsResponse{SipApps: page, NextPageToken: next}, nil
}

// GetSipApp returns one app.
func (s *SipAppService) GetSipApp(ctx context.Context, request *pb.GetSipAppRequest) (*pb.GetSipAppResponse, error) {
	found, err := s.vendor.GetApp(ctx, canonical(request.GetUuid()))
	if err != nil {
		return nil, err
	}
	return &pb.GetSipAppResponse{SipApp: sipApp(found)}, nil
}

// CreateSipApp creates an app.
func (s *SipAppService) CreateSipApp(ctx context.Context, request *pb.CreateSipAppRequest) (*pb.CreateSipAppResponse, error) {
	created, err := sipApps.create(request.GetSipApp(), func(body opentact.Object) (*opentact.App, error) {
		return s.vendor.CreateApp(ctx, body)
	})
	if err != nil {
		return nil, err
	}
	return &pb.CreateSipAppResponse{SipApp: created}, nil
}

// UpdateSipApp changes what the mask names.
func (s *SipAppService) UpdateSipApp(ctx context.Context, request *pb.UpdateSipAppRequest) (*pb.UpdateSipAppResponse, error) {
	updated, err := sipApps.update(ctx, request.GetSipApp(), request.GetUpdateMask(),
		s.vendor.UpdateApp, s.vendor.GetApp)
	if err != nil {
		return nil, err
	}
	return &pb.UpdateSipAppResponse{SipApp: updated}, nil
}

// DeleteSipApp deletes an app.
func (s *SipAppService) DeleteSipApp(ctx context.Context, request *pb.DeleteSipAppRequest) (*pb.DeleteSipAppResponse, error) {
	if err := s.vendor.DeleteApp(ctx, canonical(request.GetUuid())); err != nil {
		return nil, err
	}
	return &pb.DeleteSipAppResponse{}, nil
}

func sipApp(from *opentact.App) *pb.SipApp {
	if from == nil {
		return nil
	}
	return &pb.SipApp{
		Uuid:                      from.UUID,
		Name:                      from.Name,
		Subdomain:                 from.Subdomain,
		Active:                    from.Active,
		Class4EgressTrunkSettings: trunkSettings(from.Class4EgressTrunkSettings),
		OutboundVoiceProfileUuid:  profileUUID(from.OutboundVoiceProfile),
		OutboundVoiceProfile:      outboundVoiceProfile(from.OutboundVoiceProfile),
		Class4EgressTrunkId:       from.Class4EgressTrunkID,
		Class4EgressResourceIpId:  from.Class4EgressResourceIPID,
		TnLeases:                  each(from.TNLeases, tnLease),
		Account:                   account(from.Account),
		CreatedBy:                 user(from.CreatedBy),
		ModifiedBy:                user(from.ModifiedBy),
		CreateTime:                instant(from.CreatedOn),
		UpdateTime:                instant(from.ModifiedOn),
	}
}
