package list_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
)

func TestPageSize(t *testing.T) {
	t.Parallel()
	var rows []*sipfacadev1.SipUserInvite
	for i := range 1200 {
		rows = append(rows, invite(fmt.Sprint(i), "x", 0))
	}
	for size, want := range map[int32]int{0: 50, 1: 1, 999: 999, 1000: 1000, 1001: 1000, 1<<31 - 1: 1000} {
		page, next := prepareInvites(t, &sipfacadev1.ListSipUserInvitesRequest{PageSize: size}).Page(rows)
		if len(page) != want || next == "" {
			t.Errorf("size %d: %d rows, want %d", size, len(page), want)
		}
	}
}

func TestEveryViolationAtOnce(t *testing.T) {
	t.Parallel()
	_, err := list.Prepare[*sipfacadev1.SipUserInvite](newTokens(t), &sipfacadev1.ListSipUserInvitesRequest{
		PageSize: -1, PageToken: "?", Filter: "name =", OrderBy: "name,name",
	}, "uuid")
	want := []string{
		"page_size: must not be negative",
		"filter: syntax error: the filter ends too early",
		`order_by: names "name" twice`,
		"page_token: is not a token that this service gave out for this vendor account",
	}
	if diff := cmp.Diff(want, violationsOf(t, err)); diff != "" {
		t.Error(diff)
	}
}

func TestKeyMustFit(t *testing.T) {
	t.Parallel()
	_, err := list.Prepare[*sipfacadev1.SipUserInvite](newTokens(t), &sipfacadev1.ListSipUserInvitesRequest{}, "id")
	if err == nil || !strings.Contains(err.Error(), `key of sipfacade.v1.SipUserInvite: unknown field "id"`) {
		t.Errorf("got %v", err)
	}
}

func TestPageLeavesRowsAlone(t *testing.T) {
	t.Parallel()
	rows := []*sipfacadev1.SipUserInvite{invite("b", "x", 0), invite("a", "x", 0)}
	before := slices.Clone(rows)
	page, next := prepareInvites(t, &sipfacadev1.ListSipUserInvitesRequest{}).Page(rows)
	if diff := cmp.Diff([]string{"a", "b"}, invites(page)); diff != "" || next != "" {
		t.Errorf("next %q, %s", next, diff)
	}
	if !slices.Equal(before, rows) || page[0] != rows[1] {
		t.Error("the rows were reordered or copied")
	}
}

func TestPageOfNothing(t *testing.T) {
	t.Parallel()
	page, next := prepareInvites(t, &sipfacadev1.ListSipUserInvitesRequest{}).Page(nil)
	if len(page) != 0 || next != "" {
		t.Errorf("got %v, %q", page, next)
	}
}

func TestNextTokenOnlyIfRowsFollow(t *testing.T) {
	t.Parallel()
	request := &sipfacadev1.ListSipUserInvitesRequest{PageSize: 2}
	rows := []*sipfacadev1.SipUserInvite{invite("a", "x", 0), invite("b", "x", 0), invite("c", "x", 0)}
	if _, next := prepareInvites(t, request).Page(rows[:2]); next != "" {
		t.Error("a full last page has a token")
	}
	if _, next := prepareInvites(t, request).Page(rows); next == "" {
		t.Error("a page with a row behind it has no token")
	}
}

// walk pages through rows to the end. Before each page but the first, change
// may replace the rows.
func walk(t rapid.TB, tokens *list.Tokens, request *sipfacadev1.ListSipUserInvitesRequest,
	rows []*sipfacadev1.SipUserInvite, change func([]*sipfacadev1.SipUserInvite) []*sipfacadev1.SipUserInvite,
) []*sipfacadev1.SipUserInvite {
	t.Helper()
	request = proto.CloneOf(request)
	var seen []*sipfacadev1.SipUserInvite
	for {
		page, next := prepare(t, tokens, request).Page(rows)
		if size := request.GetPageSize(); size > 0 && len(page) > int(size) {
			t.Fatalf("%d rows on a page of %d", len(page), size)
		}
		seen = append(seen, page...)
		if next == "" {
			return seen
		}
		request.PageToken = next
		rows = change(rows)
	}
}

func unchanged(rows []*sipfacadev1.SipUserInvite) []*sipfacadev1.SipUserInvite { return rows }

func TestRowsWithoutKey(t *testing.T) {
	t.Parallel()
	var rows []*sipfacadev1.SipUserInvite
	for i := range 7 {
		rows = append(rows, &sipfacadev1.SipUserInvite{Name: proto.String("same"), Token: proto.String(fmt.Sprint(i))})
	}
	for size := range int32(8) {
		request := &sipfacadev1.ListSipUserInvitesRequest{PageSize: size + 1}
		seen := walk(t, newTokens(t), request, rows, unchanged)
		if !slices.Equal(seen, rows) {
			t.Errorf("pages of %d: %d rows of %d, or in another order", size+1, len(seen), len(rows))
		}
	}
}

func TestLongSortValues(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20)
	var rows []*sipfacadev1.SipUserInvite
	for i := range 9 {
		rows = append(rows, invite(fmt.Sprint(i), long+fmt.Sprint(i%3), 0))
	}
	rows = append(rows, invite("short", strings.Repeat("x", 512), 0), invite("last", "y", 0))
	request := &sipfacadev1.ListSipUserInvitesRequest{PageSize: 2, OrderBy: "name"}
	seen := walk(t, newTokens(t), request, rows, unchanged)
	uuids := invites(seen)
	if uuids[0] != "short" || uuids[len(uuids)-1] != "last" {
		t.Errorf("order %v", uuids)
	}
	slices.Sort(uuids)
	if diff := cmp.Diff([]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "last", "short"}, uuids); diff != "" {
		t.Error(diff)
	}
}

func TestLongestTokenOpens(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<10)
	user := &sipfacadev1.OpentactUser{
		Uuid: long, Email: long, PhoneNumber: long, FirstName: long, LastName: long, Avatar: long, Gender: long, Dob: long,
		Role: long, GmailUserId: long, FacebookUserId: long, AppleUserId: long, WechatUserId: long,
	}
	var rows []*sipfacadev1.SipUserInvite
	for i := range 3 {
		row := invite(long+fmt.Sprint(i), long, 0)
		row.CreatedBy, row.Account = user, &sipfacadev1.OpentactAccount{Uuid: long, Name: long, Email: long, Level: long}
		rows = append(rows, row)
	}
	order := "created_by.uuid,created_by.email,created_by.phone_number,created_by.first_name,created_by.last_name," +
		"created_by.avatar,created_by.gender,created_by.dob,created_by.role,created_by.gmail_user_id," +
		"created_by.facebook_user_id,created_by.apple_user_id,created_by.wechat_user_id,account.uuid,account.name,name"
	request := &sipfacadev1.ListSipUserInvitesRequest{PageSize: 1, OrderBy: order}
	if seen := walk(t, newTokens(t), request, rows, unchanged); len(seen) != len(rows) {
		t.Errorf("%d rows of %d", len(seen), len(rows))
	}
}

// TestUnchangedRowsAppearOnce is the promise of the API: whatever comes and goes
// between pages, a row that is there throughout is returned exactly once.
func TestUnchangedRowsAppearOnce(t *testing.T) {
	t.Parallel()
	tokens := newTokens(t)
	orders := []string{"", "name", "name desc", "create_time desc, name", "expire_time, uuid desc", "account.balance desc"}
	rapid.Check(t, func(t *rapid.T) {
		count := 0
		draw := func(prefix string) *sipfacadev1.SipUserInvite {
			count++
			row := invite(fmt.Sprintf("%d%s%d", rapid.IntRange(0, 9).Draw(t, "spread"), prefix, count),
				rapid.SampledFrom([]string{"", "a", "b", "B", "é"}).Draw(t, "name"), rapid.IntRange(0, 3).Draw(t, "created"))
			if rapid.Bool().Draw(t, "expires") {
				row.ExpireTime = at(rapid.IntRange(0, 2).Draw(t, "expire"))
				row.Account = &sipfacadev1.OpentactAccount{Balance: proto.Float64(rapid.Float64().Draw(t, "balance"))}
			}
			return row
		}
		drawMany := func(prefix string, most int) []*sipfacadev1.SipUserInvite {
			return rapid.SliceOfN(rapid.Custom(func(*rapid.T) *sipfacadev1.SipUserInvite { return draw(prefix) }), 0, most).Draw(t, prefix)
		}
		kept := drawMany("keep", 25)
		change := func([]*sipfacadev1.SipUserInvite) []*sipfacadev1.SipUserInvite {
			return rapid.Permutation(append(slices.Clone(kept), drawMany("come", 6)...)).Draw(t, "rows")
		}
		request := &sipfacadev1.ListSipUserInvitesRequest{
			PageSize: rapid.Int32Range(1, 8).Draw(t, "size"), OrderBy: rapid.SampledFrom(orders).Draw(t, "order"),
		}
		times := map[string]int{}
		for _, row := range walk(t, tokens, request, change(nil), change) {
			times[row.GetUuid()]++
		}
		for _, row := range kept {
			if times[row.GetUuid()] != 1 {
				t.Errorf("%s appears %d times", row.GetUuid(), times[row.GetUuid()])
			}
		}
	})
}

// TestPagesAddUp holds pages against one big page, which is sorted at once.
func TestPagesAddUp(t *testing.T) {
	t.Parallel()
	var rows []*sipfacadev1.SipUserInvite
	for i := range 900 {
		rows = append(rows, invite(fmt.Sprintf("%03d", (i*541)%900), fmt.Sprint(i%7), i%11))
	}
	whole := walk(t, newTokens(t), &sipfacadev1.ListSipUserInvitesRequest{PageSize: 1000, OrderBy: "name desc"}, rows, unchanged)
	for _, size := range []int32{1, 7, 100, 899, 900} {
		request := &sipfacadev1.ListSipUserInvitesRequest{PageSize: size, OrderBy: "name desc"}
		if seen := walk(t, newTokens(t), request, rows, unchanged); !slices.Equal(seen, whole) {
			t.Errorf("pages of %d differ from the whole", size)
		}
	}
}
