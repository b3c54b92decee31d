package opentact

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/explain"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// TestPlans: what is planned is what is sent otherwise, and sends nothing.
func TestPlans(t *testing.T) {
	t.Parallel()
	body := Object{{"name", "Été"}, {"port", int32(5060)}}
	calls := map[string]struct {
		plan, do func(context.Context, *Client) error
	}{
		"write": {
			func(ctx context.Context, c *Client) error {
				return c.PlanWrite(ctx, Invites.Update, body, connectionID, inviteID)
			},
			func(ctx context.Context, c *Client) error {
				_, err := Write(ctx, c, Invites.Update, ofConnections, body, connectionID, inviteID)
				return err
			},
		},
		"assign": {
			func(ctx context.Context, c *Client) error {
				return c.PlanAssign(ctx, AssignConnectionLeases, []string{inviteID}, []string{otherID}, connectionID)
			},
			func(ctx context.Context, c *Client) error {
				_, err := Assign(ctx, c, AssignConnectionLeases, ofConnections, []string{inviteID}, []string{otherID}, connectionID)
				return err
			},
		},
		"remove": {
			func(ctx context.Context, c *Client) error {
				return c.PlanRemove(ctx, Invites.Delete, connectionID, inviteID)
			},
			func(ctx context.Context, c *Client) error {
				return c.Remove(ctx, Invites.Delete, connectionID, inviteID)
			},
		},
		"call flow": {
			func(ctx context.Context, c *Client) error { return c.PlanCallFlow(ctx, otherID, "<Response/>") },
			func(ctx context.Context, c *Client) error {
				_, err := ExecuteCallFlow(ctx, c, ofConnections, otherID, "<Response/>")
				return err
			},
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := always(ok(`{"success":true,"payload":[]}`))
			c := clientOf(t, v)
			planned := exchangeOf(t, c, call.plan)
			if len(v.seen) > 0 {
				t.Errorf("the plan was sent: %v", v.seen)
			}
			want := exchangeOf(t, c, call.do)
			if want.Status != 200 || len(v.seen) != 1 || want.Body != v.seen[0].Body || want.Path != v.seen[0].Path {
				t.Errorf("recorded %+v of %+v", want, v.seen)
			}
			want.Status, want.Attempt, want.Took, want.Planned = 0, 0, 0, true
			if diff := cmp.Diff(want, planned); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// exchangeOf returns the one exchange of a call.
func exchangeOf(t *testing.T, c *Client, call func(context.Context, *Client) error) explain.Exchange {
	t.Helper()
	ctx, recorder := explain.NewContext(t.Context())
	if err := call(ctx, c); err != nil {
		t.Fatal(err)
	}
	exchanges, _ := recorder.Exchanges()
	if len(exchanges) != 1 {
		t.Fatalf("recorded %v", exchanges)
	}
	return exchanges[0]
}

// TestPlanLogsIn: a plan needs a login as the call does, which is recorded before it and
// shows no credential. If the vendor refuses the login, the plan fails as the call would.
func TestPlanLogsIn(t *testing.T) {
	t.Parallel()
	withLogin := func(password string, a *account) func(*Options) {
		return func(o *Options) {
			o.Token, o.Email, o.Password, o.Now = nil, "m@example.com", func() string { return password }, a.clock.now
		}
	}
	a := newAccount()
	ctx, recorder := explain.NewContext(t.Context())
	if err := clientOf(t, a, withLogin("s3cret-password", a)).PlanRemove(ctx, Invites.Delete, connectionID, inviteID); err != nil {
		t.Fatal(err)
	}
	got, _ := recorder.Exchanges()
	for i := range got {
		got[i].Took = 0
	}
	want := []explain.Exchange{
		{Vendor: Vendor, Operation: "Auth", Method: "GET", Path: "/rest/auth", Status: 200, Attempt: 1},
		{Vendor: Vendor, Operation: Invites.Delete.Operation, Method: "DELETE", Path: "/rest/sip/connection/" + connectionID + "/invites/" + inviteID, Planned: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	refusing := always(answer{status: 401, body: `{"success":false,"message":"no"}`})
	failure := failureOf(t, clientOf(t, refusing, withLogin("wrong", a)).PlanRemove(t.Context(), Invites.Delete, connectionID, inviteID))
	if failure.Kind != upstream.KindCredentialRejected || failure.Delivery() != upstream.NotSent {
		t.Errorf("got %v", failure)
	}
}
