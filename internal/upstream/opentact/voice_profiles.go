package opentact

import "context"

// ListVoiceProfiles is ListOutboundVoiceProfiles, GET
// /profile/outbound_voice.
func (c *Client) ListVoiceProfiles(ctx context.Context) ([]*VoiceProfile, error) {
	return list(ctx, c, routeListVoiceProfiles, voiceProfileRows)
}

// GetVoiceProfile is GetOutboundVoiceProfileByUUID, GET
// /profile/outbound_voice/{uuid}.
func (c *Client) GetVoiceProfile(ctx context.Context, uuid string) (*VoiceProfile, error) {
	return get(ctx, c, routeGetVoiceProfile, voiceProfileRows, uuid)
}

// CreateVoiceProfile is CreateOutboundVoiceProfile, POST
// /profile/outbound_voice.
func (c *Client) CreateVoiceProfile(ctx context.Context, body Object) (*VoiceProfile, error) {
	return write(ctx, c, routeCreateVoiceProfile, voiceProfileRows, body)
}

// UpdateVoiceProfile is ModifyOutboundVoiceProfile, PATCH
// /profile/outbound_voice/{uuid}.
func (c *Client) UpdateVoiceProfile(ctx context.Context, uuid string, body Object) (*VoiceProfile, error) {
	return write(ctx, c, routeUpdateVoiceProfile, voiceProfileRows, body, uuid)
}

// DeleteVoiceProfile is RemoveOutboundVoiceProfileByUUID, DELETE
// /profile/outbound_voice/{uuid}.
func (c *Client) DeleteVoiceProfile(ctx context.Context, uuid string) error {
	return remove(ctx, c, routeDeleteVoiceProfile, uuid)
}
