package opentact

import (
	"context"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// CreateInvite is CreateSIPUserInvite, POST
// /sip/connection/{sip_connection_uuid}/invites.
func (c *Client) CreateInvite(ctx context.Context, connection string, body Object) (*Invite, error) {
	return write(ctx, c, routeCreateInvite, inviteRows, body, connection)
}

// ListInvites is ListSIPUserInvites, GET
// /sip/connection/{sip_connection_uuid}/invites.
func (c *Client) ListInvites(ctx context.Context, connection string) ([]*Invite, error) {
	return list(ctx, c, routeListInvites, inviteRows, connection)
}

// GetInvite lists the invites of the connection and picks one: the vendor has no
// call of its own for it.
func (c *Client) GetInvite(ctx context.Context, connection, uuid string) (*Invite, error) {
	rows, err := c.ListInvites(ctx, connection)
	if err != nil {
		return nil, err
	}
	for _, invite := range rows {
		if invite.UUID == uuid {
			return invite, nil
		}
	}
	return nil, upstream.NotListed(Vendor, routeListInvites)
}

// UpdateInvite is ModifySIPUserInvite, PATCH
// /sip/connection/{sip_connection_uuid}/invites/{uuid}.
func (c *Client) UpdateInvite(ctx context.Context, connection, uuid string, body Object) (*Invite, error) {
	return write(ctx, c, routeUpdateInvite, inviteRows, body, connection, uuid)
}

// DeleteInvite is RemoveSIPUserInviteByUUID, DELETE
// /sip/connection/{sip_connection_uuid}/invites/{uuid}.
func (c *Client) DeleteInvite(ctx context.Context, connection, uuid string) error {
	return remove(ctx, c, routeDeleteInvite, connection, uuid)
}
