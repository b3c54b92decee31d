package list_test

import (
	"strings"
	"testing"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
)

func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		`name = "x" AND NOT (expire_time:* OR uuid != 'y')`, `account.balance > -1.5`, `-name:x`, `a.b.c = 010`,
		`f((g((h(x))))`, `name = "\u263A"`, "name:\n*", `AND(`, `FUZZY((a=1),(b=2))`, `((((`, `)`, `name = (-1)`, "\xff", `0x`,
	} {
		f.Add(seed)
	}
	tokens := newTokens(f)
	rows := connections()
	f.Fuzz(func(t *testing.T, filter string) {
		query, err := list.Prepare[*sipfacadev1.SipConnection](tokens, &sipfacadev1.ListSipConnectionsRequest{Filter: filter}, "uuid")
		if err != nil {
			if len(violationsOf(t, err)) == 0 {
				t.Errorf("no violation in %v", err)
			}
			return
		}
		page, _ := query.Page(rows)
		opposite, err := list.Prepare[*sipfacadev1.SipConnection](tokens,
			&sipfacadev1.ListSipConnectionsRequest{Filter: "NOT (" + filter + ")"}, "uuid")
		if err != nil {
			return // One level deeper may be too deep, and a blank filter has no opposite.
		}
		if rest, _ := opposite.Page(rows); len(page)+len(rest) != len(rows) {
			t.Errorf("%d rows pass and %d fail of %d", len(page), len(rest), len(rows))
		}
	})
}

func FuzzPageToken(f *testing.F) {
	request := &sipfacadev1.ListSipUserInvitesRequest{PageSize: 1}
	valid := firstToken(f, request)
	for _, seed := range []string{"", "AAAA", valid[:len(valid)-1], valid + "A", strings.Repeat("A", 17<<10)} {
		f.Add(seed)
	}
	tokens := newTokens(f)
	f.Fuzz(func(t *testing.T, token string) {
		_, err := list.Prepare[*sipfacadev1.SipUserInvite](tokens,
			&sipfacadev1.ListSipUserInvitesRequest{PageSize: 1, PageToken: token}, "uuid")
		if token == "" || token == valid {
			return
		}
		if got := violationsOf(t, err); len(got) != 1 {
			t.Errorf("%q for a forged token", got)
		}
	})
}
