package opentact

import (
	"context"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// ListConnectionLeases is GETSIPConnectionTNLeasesList, GET
// /sip/connection/{uuid}/tnlease.
func (c *Client) ListConnectionLeases(ctx context.Context, connection string) ([]*Lease, error) {
	return list(ctx, c, routeListConnectionLeases, leaseRows, connection)
}

// AssignConnectionLeases is AssignTNLeasesToSIPConnection, POST
// /sip/connection/{uuid}/tnlease. Some generations answer UUID strings: then the
// leases have no more than their UUIDs.
func (c *Client) AssignConnectionLeases(ctx context.Context, connection string, add, remove []string) ([]*Lease, error) {
	return c.assignLeases(ctx, routeAssignConnectionLeases, connection, add, remove)
}

// ListAppLeases is GetSIPControlAppTNLeasesList, GET /sip/app/{uuid}/tnlease.
func (c *Client) ListAppLeases(ctx context.Context, app string) ([]*Lease, error) {
	return list(ctx, c, routeListAppLeases, leaseRows, app)
}

// AssignAppLeases is AssignTNLeasesToSIPControlApp, POST /sip/app/{uuid}/tnlease.
// It answers as AssignConnectionLeases does.
func (c *Client) AssignAppLeases(ctx context.Context, app string, add, remove []string) ([]*Lease, error) {
	return c.assignLeases(ctx, routeAssignAppLeases, app, add, remove)
}

// assignLeases sends the lists that are not empty.
func (c *Client) assignLeases(ctx context.Context, route *upstream.Route, uuid string, add, remove []string) ([]*Lease, error) {
	var body Object
	if len(add) > 0 {
		body = append(body, Member{"add", add})
	}
	if len(remove) > 0 {
		body = append(body, Member{"remove", remove})
	}
	encoded, err := body.JSON()
	if err != nil {
		return nil, err
	}
	return ask(ctx, c, &upstream.Call{Route: route, Parameters: []string{uuid}, Body: encoded}, leaseRows.many)
}
