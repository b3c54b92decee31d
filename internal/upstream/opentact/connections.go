package opentact

import (
	"context"
	"errors"
	"net/http"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// ListConnections is ListSIPConnections, GET /sip/connection.
func (c *Client) ListConnections(ctx context.Context) ([]*Connection, error) {
	return list(ctx, c, routeListConnections, connectionRows)
}

// GetConnection is GetSIPConnectionByUUID, GET /sip/connection/{uuid}.
func (c *Client) GetConnection(ctx context.Context, uuid string) (*Connection, error) {
	return get(ctx, c, routeGetConnection, connectionRows, uuid)
}

// CreateConnection is CreateSIPConnection, POST /sip/connection.
func (c *Client) CreateConnection(ctx context.Context, body Object) (*Connection, error) {
	return write(ctx, c, routeCreateConnection, connectionRows, body)
}

// UpdateConnection is ModifySIPConnection, PATCH /sip/connection/{uuid}.
func (c *Client) UpdateConnection(ctx context.Context, uuid string, body Object) (*Connection, error) {
	return write(ctx, c, routeUpdateConnection, connectionRows, body, uuid)
}

// DeleteConnection is RemoveSIPConnectionByID, DELETE /sip/connection/{uuid}.
func (c *Client) DeleteConnection(ctx context.Context, uuid string) error {
	return remove(ctx, c, routeDeleteConnection, uuid)
}

// ListProducts is GetSIPConnectionProductsList, GET /sip/connection/product. Later
// generations of the vendor's API moved it to /sip/product, so a 404 of any form
// is followed by a call there.
func (c *Client) ListProducts(ctx context.Context) ([]*Product, error) {
	rows, err := list(ctx, c, routeListProducts, productRows)
	var failure *upstream.Error
	if errors.As(err, &failure) && failure.Kind == upstream.KindStatus && failure.Status == http.StatusNotFound {
		return list(ctx, c, routeListProductsSinceGen2, productRows)
	}
	return rows, err
}
