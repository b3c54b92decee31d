package opentact

import "context"

// ListApps is ListSIPControlApps, GET /sip/app.
func (c *Client) ListApps(ctx context.Context) ([]*App, error) {
	return list(ctx, c, routeListApps, appRows)
}

// GetApp is GetSIPControlAppByUUID, GET /sip/app/{uuid}.
func (c *Client) GetApp(ctx context.Context, uuid string) (*App, error) {
	return get(ctx, c, routeGetApp, appRows, uuid)
}

// CreateApp is CreateSIPControlApp, POST /sip/app.
func (c *Client) CreateApp(ctx context.Context, body Object) (*App, error) {
	return write(ctx, c, routeCreateApp, appRows, body)
}

// UpdateApp is ModifySIPControlApp, PATCH /sip/app/{uuid}.
func (c *Client) UpdateApp(ctx context.Context, uuid string, body Object) (*App, error) {
	return write(ctx, c, routeUpdateApp, appRows, body, uuid)
}

// DeleteApp is RemoveSIPControlAppByUUID, DELETE /sip/app/{uuid}.
func (c *Client) DeleteApp(ctx context.Context, uuid string) error {
	return remove(ctx, c, routeDeleteApp, uuid)
}
