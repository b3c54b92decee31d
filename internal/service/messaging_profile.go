package service

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// ProfileService serves messaging profiles and outbound voice profiles.
type ProfileService struct {
	pb.UnimplementedProfileServiceServer
	vendor *opentact.Client
	tokens *list.Tokens
}

// NewProfileService returns the service over the vendor's client; tokens seals its
// page tokens.
func NewProfileService(vendor *opentact.Client, tokens *list.Tokens) *ProfileService {
	return &ProfileService{vendor: vendor, tokens: tokens}
}

// ListMessagingProfiles lists the account's messaging profiles.
func (s *ProfileService) ListMessagingProfiles(ctx context.Context, request *pb.ListMessagingProfilesRequest) (*pb.ListMessagingProfilesResponse, error) {
	page, next, err := pageOf(s.tokens, request, "uuid", messagingProfile, func() ([]*opentact.MessagingProfile, error) {
		return s.vendor.ListMessagingProfiles(ctx)
	})
	if err != nil {
		return nil, err
	}
	return &pb.ListMessagingProfilesResponse{MessagingProfiles: page, NextPageToken: next}, nil
}

// GetMessagingProfile returns one messaging profile.
func (s *ProfileService) GetMessagingProfile(ctx context.Context, request *pb.GetMessagingProfileRequest) (*pb.GetMessagingProfileResponse, error) {
	found, err := s.vendor.GetMessagingProfile(ctx, canonical(request.GetUuid()))
	if err != nil {
		return nil, err
	}
	return &pb.GetMessagingProfileResponse{MessagingProfile: messagingProfile(found)}, nil
}

// CreateMessagingProfile creates a messaging profile.
func (s *ProfileService) CreateMessagingProfile(ctx context.Context, request *pb.CreateMessagingProfileRequest) (*pb.CreateMessagingProfileResponse, error) {
	created, err := messagingProfiles.create(request.GetMessagingProfile(), func(body opentact.Object) (*opentact.MessagingProfile, error) {
		return s.vendor.CreateMessagingProfile(ctx, body)
	})
	if err != nil {
		return nil, err
	}
	return &pb.CreateMessagingProfileResponse{MessagingProfile: created}, nil
}

// UpdateMessagingProfile changes what the mask names.
func (s *ProfileService) UpdateMessagingProfile(ctx context.Context, request *pb.UpdateMessagingProfileRequest) (*pb.UpdateMessagingProfileResponse, error) {
	updated, err := messagingProfiles.update(ctx, request.GetMessagingProfile(), request.GetUpdateMask(),
		s.vendor.UpdateMessagingProfile, s.vendor.GetMessagingProfile)
	if err != nil {
		return nil, err
	}
	return &pb.UpdateMessagingProfileResponse{MessagingProfile: updated}, nil
}

// DeleteMessagingProfile deletes a messaging profile.
func (s *ProfileService) DeleteMessagingProfile(ctx context.Context, request *pb.DeleteMessagingProfileRequest) (*pb.DeleteMessagingProfileResponse, error) {
	if err := s.vendor.DeleteMessagingProfile(ctx, canonical(request.GetUuid())); err != nil {
		return nil, err
	}
	return &pb.DeleteMessagingProfileResponse{}, nil
}

func messagingProfile(from *opentact.MessagingProfile) *pb.MessagingProfile {
	if from == nil {
		return nil
	}
	return &pb.MessagingProfile{
		Uuid:                from.UUID,
		Name:                from.Name,
		CallbackUrl:         from.CallbackURL,
		FailoverCallbackUrl: from.CallbackURL2,
		NumberPoolEnabled:   from.NumberPoolEnable,
		LongCodeWeight:      from.LongCodeWeight,
		TollFreeWeight:      from.TollfreeWeight,
		SkipUnhealthyTns:    from.SkipUnhealthyTNs,
		StickySender:        from.StickySender,
		TnLeases:            each(from.Leases, tnLease),
		Account:             account(from.Account),
		CreatedBy:           user(from.CreatedBy),
		ModifiedBy:          user(from.ModifiedBy),
		CreateTime:          instant(from.CreatedOn),
		UpdateTime:          instant(from.ModifiedOn),
	}
}
