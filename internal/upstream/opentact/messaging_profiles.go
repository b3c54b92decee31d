package opentact

import "context"

// ListMessagingProfiles is ListMessagingProfiles, GET
// /profile/messaging.
func (c *Client) ListMessagingProfiles(ctx context.Context) ([]*MessagingProfile, error) {
	return list(ctx, c, routeListMessagingProfiles, messagingProfileRows)
}

// GetMessagingProfile is GetMessagingProfileByUUID, GET
// /profile/messaging/{uuid}.
func (c *Client) GetMessagingProfile(ctx context.Context, uuid string) (*MessagingProfile, error) {
	return get(ctx, c, routeGetMessagingProfile, messagingProfileRows, uuid)
}

// CreateMessagingProfile is CreateMessagingProfile, POST
// /profile/messaging.
func (c *Client) CreateMessagingProfile(ctx context.Context, body Object) (*MessagingProfile, error) {
	return write(ctx, c, routeCreateMessagingProfile, messagingProfileRows, body)
}

// UpdateMessagingProfile is ModifyMessagingProfile, PATCH
// /profile/messaging/{uuid}.
func (c *Client) UpdateMessagingProfile(ctx context.Context, uuid string, body Object) (*MessagingProfile, error) {
	return write(ctx, c, routeUpdateMessagingProfile, messagingProfileRows, body, uuid)
}

// DeleteMessagingProfile is RemoveMessagingProfileByUUID, DELETE
// /profile/messaging/{uuid}.
func (c *Client) DeleteMessagingProfile(ctx context.Context, uuid string) error {
	return remove(ctx, c, routeDeleteMessagingProfile, uuid)
}
