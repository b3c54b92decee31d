package opentact

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// ListMessagingProfiles lists the account's messaging profiles.
func (s *ProfileService) ListMessagingProfiles(ctx context.Context, request *pb.ListMessagingProfilesRequest) (*pb.ListMessagingProfilesResponse, error) {
	rows, next, err := messagingProfiles.list(ctx, s.Backend, request)
	if err != nil {
		return nil, err
	}
	return &pb.ListMessagingProfilesResponse{MessagingProfiles: rows, NextPageToken: next}, nil
}

// GetMessagingProfile returns one messaging profile.
func (s *ProfileService) GetMessagingProfile(ctx context.Context, request *pb.GetMessagingProfileRequest) (*pb.GetMessagingProfileResponse, error) {
	found, err := messagingProfiles.get(ctx, s.Backend, request, request.GetUuid())
	if err != nil {
		return nil, err
	}
	return &pb.GetMessagingProfileResponse{MessagingProfile: found}, nil
}

// CreateMessagingProfile creates a messaging profile.
func (s *ProfileService) CreateMessagingProfile(ctx context.Context, request *pb.CreateMessagingProfileRequest) (*pb.CreateMessagingProfileResponse, error) {
	created, err := messagingProfiles.create(ctx, s.Backend, request, request.GetMessagingProfile())
	if err != nil {
		return nil, err
	}
	return &pb.CreateMessagingProfileResponse{MessagingProfile: created}, nil
}

// UpdateMessagingProfile changes what the mask names.
func (s *ProfileService) UpdateMessagingProfile(ctx context.Context, request *pb.UpdateMessagingProfileRequest) (*pb.UpdateMessagingProfileResponse, error) {
	updated, err := messagingProfiles.update(ctx, s.Backend, request, request.GetMessagingProfile())
	if err != nil {
		return nil, err
	}
	return &pb.UpdateMessagingProfileResponse{MessagingProfile: updated}, nil
}

// DeleteMessagingProfile deletes a messaging profile.
func (s *ProfileService) DeleteMessagingProfile(ctx context.Context, request *pb.DeleteMessagingProfileRequest) (*pb.DeleteMessagingProfileResponse, error) {
	if err := messagingProfiles.remove(ctx, s.Backend, request, request.GetUuid()); err != nil {
		return nil, err
	}
	return &pb.DeleteMessagingProfileResponse{}, nil
}
