package opentact

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// named is a row that has a name, and unnamed one that has none.
func named(uuid, name string) string { return `{"uuid":"` + uuid + `","name":"` + name + `"}` }

func unnamed(uuid string) string { return `{"uuid":"` + uuid + `"}` }

// TestSpareRowIsEmpty: the row that is overwritten keeps nothing of what was in it, and
// one that is kept is not overwritten.
func TestSpareRowIsEmpty(t *testing.T) {
	t.Parallel()
	body := `{"success":true,"payload":[` + strings.Join([]string{
		named(otherID, "first"), "{}", unnamed(inviteID), `"` + connectionID + `"`, named(inviteID, "kept"), "null", unnamed(otherID),
	}, ",") + `]}`
	var seen []row
	var kept *row
	distinct := map[*row]bool{}
	err := List(t.Context(), clientOf(t, always(ok(body))), Connections.List, ofConnections, func() Keep[row] {
		return func(found *row) *row {
			seen = append(seen, clone(found))
			distinct[found] = true
			if found.Name != nil && *found.Name == "kept" {
				kept = found
				return nil
			}
			return found
		}
	})
	first, last := "first", "kept"
	want := []row{{UUID: otherID, Name: &first}, {UUID: inviteID}, {UUID: connectionID}, {UUID: inviteID, Name: &last}, {UUID: otherID}}
	if diff := cmp.Diff(want, seen); err != nil || diff != "" {
		t.Errorf("%v, %s", err, diff)
	}
	if kept == nil || *kept.Name != "kept" || kept.UUID != inviteID {
		t.Errorf("the row that was kept is %+v", kept)
	}
	if len(distinct) != 3 { // the first one, the bare one and the one after the kept one
		t.Errorf("%d rows were made", len(distinct))
	}
}

// clone copies a row with its texts, whose memory is used again with that of the row.
func clone(of *row) row {
	copied := row{UUID: strings.Clone(of.UUID)}
	if of.Name != nil {
		copied.Name = new(strings.Clone(*of.Name))
	}
	return copied
}

// TestListBegins: what was kept of an answer that turned out to be of no use is void.
func TestListBegins(t *testing.T) {
	t.Parallel()
	good := `{"success":true,"payload":[` + rows(otherID) + `]}`
	for name, c := range map[string]struct {
		bodies []string
		begun  int
		want   []string // nil if the call fails
		kind   upstream.Kind
	}{
		"once":             {[]string{good}, 1, []string{otherID}, 0},
		"cut off":          {[]string{`{"success":true,"payload":[` + rows(inviteID, connectionID), good}, 2, []string{otherID}, 0},
		"two payloads":     {[]string{`{"payload":[` + rows(inviteID) + `],"success":true,"payload":[` + rows(otherID) + `]}`}, 2, []string{otherID}, 0},
		"refused behind":   {[]string{`{"payload":[` + rows(inviteID) + `],"success":false,"status":404}`}, 1, nil, upstream.KindStatus},
		"foreign behind":   {[]string{`{"success":true,"payload":[` + rows(inviteID) + `,{"tn":1}]}`}, 1, nil, upstream.KindBadResponse},
		"a part of a page": {[]string{`{"success":true,"payload":{"data":[` + rows(inviteID) + `],"total":2}}`}, 1, nil, upstream.KindBadResponse},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked, begun := 0, 0
			v := &vendor{reply: func(*http.Request, string) answer {
				asked++
				return ok(c.bodies[min(asked, len(c.bodies))-1])
			}}
			var found []*row
			begin := into(&found)
			err := List(t.Context(), clientOf(t, v), Connections.List, ofConnections, func() Keep[row] {
				begun++
				return begin()
			})
			if begun != c.begun {
				t.Errorf("begun %d times, want %d", begun, c.begun)
			}
			if c.want == nil {
				if failure := failureOf(t, err); failure.Kind != c.kind {
					t.Errorf("got %v", failure)
				}
				return
			}
			var got []string
			for _, row := range found {
				got = append(got, row.UUID)
			}
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%v, %s", err, diff)
			}
		})
	}
}

// TestListMemory: a list is charged with its size, since only rows that are kept stay; any
// other answer of the same size is charged with more.
func TestListMemory(t *testing.T) {
	t.Parallel()
	body := `{"success":true,"payload":[` + strings.Repeat(unnamed(otherID)+",", 4000) + unnamed(inviteID) + `]}`
	one := `{"success":true,"payload":{"uuid":"` + otherID + `","x":"` + strings.Repeat("x", len(body)) + `"}}`
	memory := upstream.NewMemory(64 << 20)
	held := func(body string, call func(ctx context.Context, c *Client) error) int64 {
		ctx, lease := memory.Lease(t.Context())
		defer lease.Release()
		c := clientOf(t, always(ok(body)), func(o *Options) { o.Memory = memory })
		if err := call(ctx, c); err != nil {
			t.Error(err)
		}
		return lease.Held()
	}
	size, step := int64(len(body)), int64(64<<10)
	inList := held(body, func(ctx context.Context, c *Client) error {
		return List(ctx, c, Connections.List, ofConnections, func() Keep[row] { return func(found *row) *row { return found } })
	})
	if inList < size-step || inList > size+step {
		t.Errorf("a list of %d bytes is charged with %d", size, inList)
	}
	asOne := held(one, func(ctx context.Context, c *Client) error {
		_, err := Get(ctx, c, Connections.Get, ofConnections, connectionID)
		return err
	})
	if asOne < 3*inList {
		t.Errorf("one object of %d bytes is charged with %d", len(one), asOne)
	}
}
