package opentact

import (
	"errors"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// TestRowTooLarge: one row has its own bound, in a list and by itself. What is not in the
// row does not count.
func TestRowTooLarge(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", tolerant.MaxRowBytes)
	list := func(c *Client) error { _, err := c.listConnections(t.Context()); return err }
	get := func(c *Client) error { _, err := c.getConnection(t.Context()); return err }
	for name, c := range map[string]struct {
		body string
		call func(*Client) error
		ok   bool
	}{
		"in a list":           {`[` + rows(otherID) + `,` + named(inviteID, long) + `]`, list, false},
		"in a page":           {`{"total":1,"data":[` + named(inviteID, long) + `]}`, list, false},
		"by itself":           {named(inviteID, long), get, false},
		"in an array of one":  {`[` + named(inviteID, long) + `]`, get, false},
		"beside the rows":     {`[` + rows(otherID) + `],"x":"` + long + `"`, list, true},
		"in a value of a row": {`[{"uuid":"` + inviteID + `","x":{"y":"` + long + `"}}]`, list, false},
	} {
		err := c.call(clientOf(t, always(ok(`{"success":true,"payload":`+c.body+`}`))))
		var failure *upstream.Error
		if c.ok != (err == nil) || !c.ok && (!errors.As(err, &failure) || failure.Kind != upstream.KindBadResponse || !errors.Is(err, tolerant.ErrRowTooLarge)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
