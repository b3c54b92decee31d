package opentact

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// ListSipUserInvites lists the invites of a connection.
func (s *SipConnectionService) ListSipUserInvites(ctx context.Context, request *pb.ListSipUserInvitesRequest) (*pb.ListSipUserInvitesResponse, error) {
	rows, next, err := sipUserInvites.list(ctx, s.Backend, request, request.GetSipConnectionUuid())
	if err != nil {
		return nil, err
	}
	return &pb.ListSipUserInvitesResponse{SipUserInvites: rows, NextPageToken: next}, nil
}

// GetSipUserInvite returns one invite.
func (s *SipConnectionService) GetSipUserInvite(ctx context.Context, request *pb.GetSipUserInviteRequest) (*pb.GetSipUserInviteResponse, error) {
	found, err := sipUserInvites.get(ctx, s.Backend, request, request.GetSipConnectionUuid(), request.GetUuid())
	if err != nil {
		return nil, err
	}
	return &pb.GetSipUserInviteResponse{SipUserInvite: found}, nil
}

// CreateSipUserInvite creates an invite.
func (s *SipConnectionService) CreateSipUserInvite(ctx context.Context, request *pb.CreateSipUserInviteRequest) (*pb.CreateSipUserInviteResponse, error) {
	created, err := sipUserInvites.create(ctx, s.Backend, request, request.GetSipUserInvite(), request.GetSipConnectionUuid())
	if err != nil {
		return nil, err
	}
	return &pb.CreateSipUserInviteResponse{SipUserInvite: created}, nil
}

// UpdateSipUserInvite changes what the mask names.
func (s *SipConnectionService) UpdateSipUserInvite(ctx context.Context, request *pb.UpdateSipUserInviteRequest) (*pb.UpdateSipUserInviteResponse, error) {
	updated, err := sipUserInvites.update(ctx, s.Backend, request, request.GetSipUserInvite(), request.GetSipConnectionUuid())
	if err != nil {
		return nil, err
	}
	return &pb.UpdateSipUserInviteResponse{SipUserInvite: updated}, nil
}

// DeleteSipUserInvite deletes an invite.
func (s *SipConnectionService) DeleteSipUserInvite(ctx context.Context, request *pb.DeleteSipUserInviteRequest) (*pb.DeleteSipUserInviteResponse, error) {
	if err := sipUserInvites.remove(ctx, s.Backend, request, request.GetSipConnectionUuid(), request.GetUuid()); err != nil {
		return nil, err
	}
	return &pb.DeleteSipUserInviteResponse{}, nil
}
