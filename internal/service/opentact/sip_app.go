package opentact

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// ListSipApps lists the account's apps.
func (s *SipAppService) ListSipApps(ctx context.Context, request *pb.ListSipAppsRequest) (*pb.ListSipAppsResponse, error) {
	rows, next, err := sipApps.list(ctx, s.Backend, request)
	if err != nil {
		return nil, err
	}
	return &pb.ListSipAppsResponse{SipApps: rows, NextPageToken: next}, nil
}

// GetSipApp returns one app.
func (s *SipAppService) GetSipApp(ctx context.Context, request *pb.GetSipAppRequest) (*pb.GetSipAppResponse, error) {
	found, err := sipApps.get(ctx, s.Backend, request, request.GetUuid())
	if err != nil {
		return nil, err
	}
	return &pb.GetSipAppResponse{SipApp: found}, nil
}

// CreateSipApp creates an app.
func (s *SipAppService) CreateSipApp(ctx context.Context, request *pb.CreateSipAppRequest) (*pb.CreateSipAppResponse, error) {
	created, err := sipApps.create(ctx, s.Backend, request, request.GetSipApp())
	if err != nil {
		return nil, err
	}
	return &pb.CreateSipAppResponse{SipApp: created}, nil
}

// UpdateSipApp changes what the mask names.
func (s *SipAppService) UpdateSipApp(ctx context.Context, request *pb.UpdateSipAppRequest) (*pb.UpdateSipAppResponse, error) {
	updated, err := sipApps.update(ctx, s.Backend, request, request.GetSipApp())
	if err != nil {
		return nil, err
	}
	return &pb.UpdateSipAppResponse{SipApp: updated}, nil
}

// DeleteSipApp deletes an app.
func (s *SipAppService) DeleteSipApp(ctx context.Context, request *pb.DeleteSipAppRequest) (*pb.DeleteSipAppResponse, error) {
	if err := sipApps.remove(ctx, s.Backend, request, request.GetUuid()); err != nil {
		return nil, err
	}
	return &pb.DeleteSipAppResponse{}, nil
}
