package infinity

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/explain"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// TestPlan: what is planned is what is sent otherwise, without secrets, and sends nothing.
func TestPlan(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		route *upstream.Route
		form  Form
		want  explain.Exchange
	}{
		"form": {Users.Update, Form{{"displayName", "Zoë"}, {"pin", "4711"}}, explain.Exchange{
			Operation: "UpdateSIPUser", Method: "POST", Path: "/config/v2/sip/domains/7/users/8", Body: "displayName=Zo%C3%AB&pin=[redacted]",
		}},
		"form on DELETE": {RemoveGroupUsers, IDs("userSpec", []uint32{1, 2}), explain.Exchange{
			Operation: RemoveGroupUsers.Operation, Method: "DELETE", Path: "/config/v2/sip/domains/7/groups/8/users", Body: "userSpec%5B%5D=1&userSpec%5B%5D=2",
		}},
		"nothing to send": {Users.Delete, nil, explain.Exchange{
			Operation: "DeleteSIPUser", Method: "DELETE", Path: "/config/v2/sip/domains/7/users/8",
		}},
	} {
		client, h := clientOf(t, keyed(), answering(204, ""))
		ctx, recorder := explain.NewContext(t.Context())
		if err := client.Plan(ctx, c.route, c.form, "7", "8"); err != nil || len(h.lines()) > 0 {
			t.Errorf("%s: %v, sent %q", name, err, h.lines())
		}
		if _, err := client.Write(ctx, c.route, c.form, "7", "8"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		planned, written := c.want, c.want
		planned.Vendor, written.Vendor = Vendor, Vendor
		planned.Planned, written.Attempt, written.Status = true, 1, 204
		got, _ := recorder.Exchanges()
		for i := range got {
			got[i].Took = 0
		}
		if diff := cmp.Diff([]explain.Exchange{planned, written}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
