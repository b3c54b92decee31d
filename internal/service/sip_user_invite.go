package service

import (
	"context"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// CreateSipUserInvite creates an invite.
func (s *SipConnectionService) CreateSipUserInvite(ctx context.Context, request *pb.CreateSipUserInviteRequest) (*pb.CreateSipUserInviteResponse, error) {
	connection := canonical(request.GetSipConnectionUuid())
	created, err := sipUserInvites.create(request.GetSipUserInvite(), func(body opentact.Object) (*opentact.Invite, error) {
		return s.vendor.CreateInvite(ctx, connection, body)
	})
	if err != nil {
		return nil, err
	}
	return &pb.CreateSipUserInviteResponse{SipUserInvite: created}, nil
}

// ListSipUserInvites lists the invites of a connection.
func (s *SipConnectionService) ListSipUserInvites(ctx context.Context, request *pb.ListSipUserInvitesRequest) (*pb.ListSipUserInvitesResponse, error) {
	page, next, err := pageOf(s.tokens, request, "uuid", sipUserInvite, func() ([]*opentact.Invite, error) {
		return s.vendor.ListInvites(ctx, canonical(request.GetSipConnectionUuid()))
	})
	if err != nil {
		return nil, err
	}
	return &pb.ListSipUserInvitesResponse{SipUserInvites: page, NextPageToken: next}, nil
}

// GetSipUserInvite returns one invite.
func (s *SipConnectionService) GetSipUserInvite(ctx context.Context, request *pb.GetSipUserInviteRequest) (*pb.GetSipUserInviteResponse, error) {
	found, err := s.vendor.GetInvite(ctx, canonical(request.GetSipConnectionUuid()), canonical(request.GetUuid()))
	if err != nil {
		return nil, err
	}
	return &pb.GetSipUserInviteResponse{SipUserInvite: sipUserInvite(found)}, nil
}

// UpdateSipUserInvite changes what the mask names.
func (s *SipConnectionService) UpdateSipUserInvite(ctx context.Context, request *pb.UpdateSipUserInviteRequest) (*pb.UpdateSipUserInviteResponse, error) {
	connection := canonical(request.GetSipConnectionUuid())
	updated, err := sipUserInvites.update(ctx, request.GetSipUserInvite(), request.GetUpdateMask(),
		func(ctx context.Context, uuid string, body opentact.Object) (*opentact.Invite, error) {
			return s.vendor.UpdateInvite(ctx, connection, uuid, body)
		},
		func(ctx context.Context, uuid string) (*opentact.Invite, error) {
			return s.vendor.GetInvite(ctx, connection, uuid)
		})
	if err != nil {
		return nil, err
	}
	return &pb.UpdateSipUserInviteResponse{SipUserInvite: updated}, nil
}

// DeleteSipUserInvite deletes an invite.
func (s *SipConnectionService) DeleteSipUserInvite(ctx context.Context, request *pb.DeleteSipUserInviteRequest) (*pb.DeleteSipUserInviteResponse, error) {
	if err := s.vendor.DeleteInvite(ctx, canonical(request.GetSipConnectionUuid()), canonical(request.GetUuid())); err != nil {
		return nil, err
	}
	return &pb.DeleteSipUserInviteResponse{}, nil
}

func sipUserInvite(from *opentact.Invite) *pb.SipUserInvite {
	if from == nil {
		return nil
	}
	return &pb.SipUserInvite{
		Uuid:          from.UUID,
		Name:          from.Name,
		ExpireTime:    instant(from.ExpiredOn),
		Token:         from.Token,
		SipConnection: sipConnection(from.SIPConnection),
		Account:       account(from.Account),
		CreatedBy:     user(from.CreatedBy),
		ModifiedBy:    user(from.ModifiedBy),
		CreateTime:    instant(from.CreatedOn),
		UpdateTime:    instant(from.ModifiedOn),
	}
}
