package list_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
)

// TestSpareRows: a caller that reads each row into the message that is spare picks the
// same pages as one that keeps all rows, and never has more rows at hand than one page,
// the one behind it and the one that is read.
func TestSpareRows(t *testing.T) {
	t.Parallel()
	tokens := newTokens(t)
	rapid.Check(t, func(t *rapid.T) {
		rows := make([]*sipfacadev1.SipUserInvite, rapid.IntRange(0, 40).Draw(t, "rows"))
		for i := range rows {
			rows[i] = invite(fmt.Sprintf("%02d", i), "x", rapid.IntRange(0, 9).Draw(t, "created"))
		}
		request := &sipfacadev1.ListSipUserInvitesRequest{
			PageSize: rapid.Int32Range(1, 8).Draw(t, "size"), Filter: `uuid != "05"`,
			OrderBy: rapid.SampledFrom([]string{"", "create_time desc", "uuid", "uuid desc", "name"}).Draw(t, "order"),
		}
		seen := walk(t, tokens, request, rows, func(rows []*sipfacadev1.SipUserInvite) []*sipfacadev1.SipUserInvite {
			if rapid.Bool().Draw(t, "shuffle") {
				return rapid.Permutation(rows).Draw(t, "order of arrival")
			}
			return rows
		})
		if want := len(rows) - min(1, max(0, len(rows)-5)); len(seen) != want {
			t.Fatalf("%d rows, want %d", len(seen), want)
		}
		query := prepare(t, tokens, request)
		collector, made := query.Collect(), 0
		var spare *sipfacadev1.SipUserInvite
		for _, row := range rows {
			if spare == nil {
				spare, made = &sipfacadev1.SipUserInvite{}, made+1
			}
			proto.Reset(spare)
			proto.Merge(spare, row)
			spare = collector.Add(spare)
		}
		got, next := collector.Page()
		want, wantNext := query.Page(rows)
		if diff := cmp.Diff(invites(want), invites(got)); diff != "" || (next == "") != (wantNext == "") {
			t.Errorf("next %q, %s", next, diff)
		}
		if most := int(request.GetPageSize()) + 2; made > most {
			t.Errorf("%d rows at hand, want at most %d", made, most)
		}
	})
}

// TestArrival: in whatever order rows arrive, the pages are the same, also those behind
// the first.
func TestArrival(t *testing.T) {
	t.Parallel()
	ascending := make([]*sipfacadev1.SipUserInvite, 300)
	for i := range ascending {
		ascending[i] = invite(fmt.Sprintf("%03d", i), "x", i/2)
	}
	descending := slices.Clone(ascending)
	slices.Reverse(descending)
	late := append(slices.Clone(ascending[1:]), ascending[0])
	mixed := slices.Clone(ascending)
	for i := range mixed {
		mixed[i] = ascending[(i*97)%len(ascending)]
	}
	for name, rows := range map[string][]*sipfacadev1.SipUserInvite{
		"ascending": ascending, "descending": descending, "the first one late": late, "mixed": mixed,
	} {
		for _, size := range []int32{1, 2, 7, 150, 299, 300, 301} {
			seen := walk(t, newTokens(t), &sipfacadev1.ListSipUserInvitesRequest{PageSize: size}, rows, unchanged)
			if !slices.Equal(seen, ascending) {
				t.Errorf("%s, pages of %d: %d rows, or in another order", name, size, len(seen))
			}
		}
	}
}
