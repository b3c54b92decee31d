package opentact

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// ListOutboundVoiceProfiles lists the account's voice profiles.
func (s *ProfileService) ListOutboundVoiceProfiles(ctx context.Context, request *pb.ListOutboundVoiceProfilesRequest) (*pb.ListOutboundVoiceProfilesResponse, error) {
	rows, next, err := outboundVoiceProfiles.list(ctx, s.Backend, request)
	if err != nil {
		return nil, err
	}
	return &pb.ListOutboundVoiceProfilesResponse{OutboundVoiceProfiles: rows, NextPageToken: next}, nil
}

// GetOutboundVoiceProfile returns one voice profile.
func (s *ProfileService) GetOutboundVoiceProfile(ctx context.Context, request *pb.GetOutboundVoiceProfileRequest) (*pb.GetOutboundVoiceProfileResponse, error) {
	found, err := outboundVoiceProfiles.get(ctx, s.Backend, request, request.GetUuid())
	if err != nil {
		return nil, err
	}
	return &pb.GetOutboundVoiceProfileResponse{OutboundVoiceProfile: found}, nil
}

// CreateOutboundVoiceProfile creates a voice profile.
func (s *ProfileService) CreateOutboundVoiceProfile(ctx context.Context, request *pb.CreateOutboundVoiceProfileRequest) (*pb.CreateOutboundVoiceProfileResponse, error) {
	created, err := outboundVoiceProfiles.create(ctx, s.Backend, request, request.GetOutboundVoiceProfile())
	if err != nil {
		return nil, err
	}
	return &pb.CreateOutboundVoiceProfileResponse{OutboundVoiceProfile: created}, nil
}

// UpdateOutboundVoiceProfile changes what the mask names.
func (s *ProfileService) UpdateOutboundVoiceProfile(ctx context.Context, request *pb.UpdateOutboundVoiceProfileRequest) (*pb.UpdateOutboundVoiceProfileResponse, error) {
	updated, err := outboundVoiceProfiles.update(ctx, s.Backend, request, request.GetOutboundVoiceProfile())
	if err != nil {
		return nil, err
	}
	return &pb.UpdateOutboundVoiceProfileResponse{OutboundVoiceProfile: updated}, nil
}

// DeleteOutboundVoiceProfile deletes a voice profile.
func (s *ProfileService) DeleteOutboundVoiceProfile(ctx context.Context, request *pb.DeleteOutboundVoiceProfileRequest) (*pb.DeleteOutboundVoiceProfileResponse, error) {
	if err := outboundVoiceProfiles.remove(ctx, s.Backend, request, request.GetUuid()); err != nil {
		return nil, err
	}
	return &pb.DeleteOutboundVoiceProfileResponse{}, nil
}
