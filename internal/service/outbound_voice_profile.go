package service

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// ListOutboundVoiceProfiles lists the account's voice profiles.
func (s *ProfileService) ListOutboundVoiceProfiles(ctx context.Context, request *pb.ListOutboundVoiceProfilesRequest) (*pb.ListOutboundVoiceProfilesResponse, error) {
	page, next, err := pageOf(s.tokens, request, "uuid", outboundVoiceProfile, func() ([]*opentact.VoiceProfile, error) {
		return s.vendor.ListVoiceProfiles(ctx)
	})
	if err != nil {
		return nil, err
	}
	return &pb.ListOutboundVoiceProfilesResponse{OutboundVoiceProfiles: page, NextPageToken: next}, nil
}

// GetOutboundVoiceProfile returns one voice profile.
func (s *ProfileService) GetOutboundVoiceProfile(ctx context.Context, request *pb.GetOutboundVoiceProfileRequest) (*pb.GetOutboundVoiceProfileResponse, error) {
	found, err := s.vendor.GetVoiceProfile(ctx, canonical(request.GetUuid()))
	if err != nil {
		return nil, err
	}
	return &pb.GetOutboundVoiceProfileResponse{OutboundVoiceProfile: outboundVoiceProfile(found)}, nil
}

// CreateOutboundVoiceProfile creates a voice profile.
func (s *ProfileService) CreateOutboundVoiceProfile(ctx context.Context, request *pb.CreateOutboundVoiceProfileRequest) (*pb.CreateOutboundVoiceProfileResponse, error) {
	created, err := outboundVoiceProfiles.create(request.GetOutboundVoiceProfile(), func(body opentact.Object) (*opentact.VoiceProfile, error) {
		return s.vendor.CreateVoiceProfile(ctx, body)
	})
	if err != nil {
		return nil, err
	}
	return &pb.CreateOutboundVoiceProfileResponse{OutboundVoiceProfile: created}, nil
}

// UpdateOutboundVoiceProfile changes what the mask names.
func (s *ProfileService) UpdateOutboundVoiceProfile(ctx context.Context, request *pb.UpdateOutboundVoiceProfileRequest) (*pb.UpdateOutboundVoiceProfileResponse, error) {
	updated, err := outboundVoiceProfiles.update(ctx, request.GetOutboundVoiceProfile(), request.GetUpdateMask(),
		s.vendor.UpdateVoiceProfile, s.vendor.GetVoiceProfile)
	if err != nil {
		return nil, err
	}
	return &pb.UpdateOutboundVoiceProfileResponse{OutboundVoiceProfile: updated}, nil
}

// DeleteOutboundVoiceProfile deletes a voice profile.
func (s *ProfileService) DeleteOutboundVoiceProfile(ctx context.Context, request *pb.DeleteOutboundVoiceProfileRequest) (*pb.DeleteOutboundVoiceProfileResponse, error) {
	if err := s.vendor.DeleteVoiceProfile(ctx, canonical(request.GetUuid())); err != nil {
		return nil, err
	}
	return &pb.DeleteOutboundVoiceProfileResponse{}, nil
}

func outboundVoiceProfile(from *opentact.VoiceProfile) *pb.OutboundVoiceProfile {
	if from == nil {
		return nil
	}
	to := &pb.OutboundVoiceProfile{
		Uuid:            from.UUID,
		Name:            from.Name,
		TechPrefix:      from.TechPrefix,
		ChannelLimit:    from.ChannelLimit,
		MaxRate:         from.MaxRate,
		RecordCalls:     from.RecordCalls,
		DailySpendLimit: from.DailySpendLimit,
		AudioTrackType:  from.AudioTrackType,
		Account:         account(from.Account),
		CreatedBy:       user(from.CreatedBy),
		ModifiedBy:      user(from.ModifiedBy),
		CreateTime:      instant(from.CreatedOn),
		UpdateTime:      instant(from.ModifiedOn),
	}
	if format, ok := enumOf[pb.FileFormat](fileFormats, from.Filemat); ok {
		to.FileFormat = &format
	}
	return to
}

// profileUUID is the UUID of the voice profile that a resource refers to.
func profileUUID(profile *opentact.VoiceProfile) *string {
	if profile == nil || profile.UUID == "" {
		return nil
	}
	return &profile.UUID
}
