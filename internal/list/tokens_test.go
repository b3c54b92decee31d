package list_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"

	sipfacadev1 "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/list"
)

// named is an account of that name.
func named(account string) func() string { return func() string { return account } }

func firstToken(t testing.TB, request *sipfacadev1.ListSipUserInvitesRequest) string {
	t.Helper()
	_, next := prepareInvites(t, request).Page([]*sipfacadev1.SipUserInvite{invite("a", "x", 0), invite("b", "x", 0)})
	if next == "" {
		t.Fatal("no token")
	}
	return next
}

func TestTokenIsBoundToArguments(t *testing.T) {
	t.Parallel()
	original := &sipfacadev1.ListSipUserInvitesRequest{
		SipConnectionUuid: connection, PageSize: 1, Filter: `name = "x"`, OrderBy: "name",
	}
	token := firstToken(t, original)
	const changed = "page_token: the arguments changed: the token belongs to a request with another parent, filter or order"
	for name, edit := range map[string]func(*sipfacadev1.ListSipUserInvitesRequest){
		"parent": func(r *sipfacadev1.ListSipUserInvitesRequest) { r.SipConnectionUuid = "" },
		"filter": func(r *sipfacadev1.ListSipUserInvitesRequest) { r.Filter = `name:"x"` },
		"order":  func(r *sipfacadev1.ListSipUserInvitesRequest) { r.OrderBy = "name desc" },
		"shift":  func(r *sipfacadev1.ListSipUserInvitesRequest) { r.Filter, r.OrderBy = "", r.Filter+r.OrderBy },
	} {
		request := proto.CloneOf(original)
		request.PageToken = token
		edit(request)
		_, err := list.Prepare[*sipfacadev1.SipUserInvite](newTokens(t), request, "uuid")
		if got := violationsOf(t, err); got[len(got)-1] != changed {
			t.Errorf("%s: %q", name, got)
		}
	}
	_, err := list.Prepare[*sipfacadev1.SipConnection](newTokens(t), &sipfacadev1.ListSipConnectionsRequest{
		PageToken: token, OrderBy: "name", Filter: original.GetFilter(),
	}, "uuid")
	if diff := cmp.Diff([]string{changed}, violationsOf(t, err)); diff != "" {
		t.Error(diff)
	}
}

func TestTokenIsBoundToMethod(t *testing.T) {
	t.Parallel()
	query, err := list.Prepare[*sipfacadev1.SipConnection](newTokens(t), &sipfacadev1.ListSipConnectionsRequest{PageSize: 1}, "uuid")
	if err != nil {
		t.Fatal(err)
	}
	_, token := query.Page(connections())
	_, err = list.Prepare[*sipfacadev1.SipConnectionProduct](newTokens(t),
		&sipfacadev1.ListSipConnectionProductsRequest{PageToken: token}, "id")
	if got := violationsOf(t, err); len(got) != 1 || !strings.HasPrefix(got[0], "page_token: the arguments changed") {
		t.Errorf("got %q", got)
	}
}

func TestTokenSurvives(t *testing.T) {
	t.Parallel()
	request := &sipfacadev1.ListSipUserInvitesRequest{SipConnectionUuid: connection, PageSize: 1}
	request.PageToken = firstToken(t, request)
	request.PageSize = 20
	page, next := prepareInvites(t, request).Page([]*sipfacadev1.SipUserInvite{invite("0", "x", 0), invite("c", "x", 0)})
	if diff := cmp.Diff([]string{"c"}, invites(page)); diff != "" || next != "" {
		t.Errorf("another page size or instance: next %q, %s", next, diff)
	}
}

func TestForgedTokens(t *testing.T) {
	t.Parallel()
	request := &sipfacadev1.ListSipUserInvitesRequest{PageSize: 1}
	token := firstToken(t, request)
	foreign, err := list.NewTokens([]byte("another key"))
	if err != nil {
		t.Fatal(err)
	}
	flipped := []byte(token)
	flipped[len(flipped)/2] ^= 1
	cases := map[string]struct {
		tokens *list.Tokens
		token  string
	}{
		"foreign key": {foreign, token},
		"an account":  {newTokens(t).For(named("account")), token},
		"flipped":     {newTokens(t), string(flipped)},
		"cut":         {newTokens(t), token[:len(token)-4]},
		"padded":      {newTokens(t), token + "="},
		"longer":      {newTokens(t), token + "AAAA"},
		"newline":     {newTokens(t), token + "\n"},
		"garbage":     {newTokens(t), "garbage!"},
		"short":       {newTokens(t), "AAAA"},
		"too long":    {newTokens(t), base64.RawURLEncoding.EncodeToString(make([]byte, 12<<10+3))},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := list.Prepare[*sipfacadev1.SipUserInvite](c.tokens,
				&sipfacadev1.ListSipUserInvitesRequest{PageSize: 1, PageToken: c.token}, "uuid")
			want := []string{"page_token: is not a token that this service gave out for this vendor account"}
			if diff := cmp.Diff(want, violationsOf(t, err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestTokensDoNotRepeatThemselves(t *testing.T) {
	t.Parallel()
	request := &sipfacadev1.ListSipUserInvitesRequest{PageSize: 1}
	first, second := firstToken(t, request), firstToken(t, request)
	if first == second {
		t.Error("two seals of the same cursor are equal: the nonce is not random")
	}
}

func TestNewTokensNeedsAKey(t *testing.T) {
	t.Parallel()
	if _, err := list.NewTokens(nil); err == nil {
		t.Error("no error for an empty key")
	}
}

// TestAccounts: a token is opened for the account that it was made for, and for no other, also
// after a change of the key.
func TestAccounts(t *testing.T) {
	t.Parallel()
	tokens := newTokens(t)
	rows := []*sipfacadev1.SipUserInvite{invite("a", "x", 0), invite("b", "x", 0)}
	_, token := prepare(t, tokens.For(named("one")), &sipfacadev1.ListSipUserInvitesRequest{PageSize: 1}).Page(rows)
	for _, key := range []string{"a key for tests", "another key"} {
		if err := tokens.Rotate([]byte(key)); err != nil {
			t.Fatal(err)
		}
		for account, opens := range map[string]bool{"one": true, "another": false, "": false} {
			_, err := list.Prepare[*sipfacadev1.SipUserInvite](tokens.For(named(account)),
				&sipfacadev1.ListSipUserInvitesRequest{PageSize: 1, PageToken: token}, "uuid")
			if (err == nil) != opens {
				t.Errorf("with %q for %q: %v", key, account, err)
			}
		}
	}
}

// TestRotate: after a change of the key, tokens of the key before are opened, older ones are not.
func TestRotate(t *testing.T) {
	t.Parallel()
	tokens, request := newTokens(t), &sipfacadev1.ListSipUserInvitesRequest{PageSize: 1}
	request.PageToken = firstToken(t, request)
	for _, row := range []struct {
		key   string
		opens bool
	}{{"another key", true}, {"a third key", false}} {
		if err := tokens.Rotate([]byte(row.key)); err != nil {
			t.Fatal(err)
		}
		if _, err := list.Prepare[*sipfacadev1.SipUserInvite](tokens, request, "uuid"); (err == nil) != row.opens {
			t.Errorf("after %s: %v", row.key, err)
		}
	}
	if err := tokens.Rotate(nil); err == nil {
		t.Error("no error for an empty key")
	}
}
