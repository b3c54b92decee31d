package opentact

import (
	"context"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// The functions of this file do for a call that only validates what Write, Assign, Remove
// and ExecuteCallFlow do before they send: they log in if need be, and record the request
// as planned; see upstream.Pipeline.Plan. Nothing is sent.

// PlanWrite is Write without sending.
func (c *Client) PlanWrite(ctx context.Context, route *upstream.Route, body Object, parameters ...string) error {
	encoded, err := c.table.spell(body).JSON()
	if err != nil {
		return err
	}
	return c.plan(ctx, &upstream.Call{Route: route, Parameters: parameters, Body: encoded, ContentType: jsonType})
}

// PlanAssign is Assign without sending.
func (c *Client) PlanAssign(ctx context.Context, route *upstream.Route, add, remove []string, parameters ...string) error {
	return c.PlanWrite(ctx, route, assignment(add, remove), parameters...)
}

// PlanRemove is Remove without sending.
func (c *Client) PlanRemove(ctx context.Context, route *upstream.Route, parameters ...string) error {
	return c.plan(ctx, &upstream.Call{Route: route, Parameters: parameters})
}

// PlanCallFlow is ExecuteCallFlow without sending.
func (c *Client) PlanCallFlow(ctx context.Context, call, xml string) error {
	planned, err := callFlowCall(call, xml)
	if err != nil {
		return err
	}
	return c.plan(ctx, planned)
}

func (c *Client) plan(ctx context.Context, call *upstream.Call) error {
	call.Route = c.table.route(call.Route)
	return c.pipeline.Plan(ctx, call)
}
