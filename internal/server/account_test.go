package server

import (
	"context"
	"encoding/base64"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// jwtWith returns a JWT that nobody signed.
func jwtWith(claims string) string {
	return "e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".signature"
}

// account returns the account of a call with the credential that it brought, "" for none.
func account(t *testing.T, vendor, brought string, flags ...string) string {
	t.Helper()
	invocation, err := config.Parse(append([]string{"serve"}, flags...), nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if brought != "" {
		ctx = upstream.WithCallerCredential(ctx, vendor, brought)
	}
	return (&Server{config: invocation.Config}).accountOf(ctx, vendor)
}

// TestAccounts: what belongs to one vendor account never counts for another, and what does not
// change the account does not change what belongs to it.
func TestAccounts(t *testing.T) {
	t.Parallel()
	const brought = "caller"
	distinct := map[string]string{} // names by account
	for name, row := range map[string]struct {
		vendor, brought string
		credentials     [][]string // of one account
	}{
		"the sandbox's OpenTACT": {opentact.Vendor, "", [][]string{{"--sandbox"}}},
		"the sandbox's Infinity": {infinity.Vendor, "", [][]string{{"--sandbox"}}},
		"a token": {opentact.Vendor, "", [][]string{
			{"--opentact-token=" + jwtWith(`{"uuid":"u-1","exp":1}`)}, {"--opentact-token=" + jwtWith(`{"uuid":"u-1","exp":2}`)},
		}},
		"the token of another user": {opentact.Vendor, "", [][]string{{"--opentact-token=" + jwtWith(`{"uuid":"u-2","exp":1}`)}}},
		"a token of another place": {opentact.Vendor, "", [][]string{
			{"--opentact-token=" + jwtWith(`{"uuid":"u-1","exp":1}`), "--opentact-base-url=https://stage.example/rest"},
		}},
		"a token without claims":   {opentact.Vendor, "", [][]string{{"--opentact-token=opaque"}}},
		"another one":              {opentact.Vendor, "", [][]string{{"--opentact-token=opaque-2"}}},
		"a token that is an email": {opentact.Vendor, "", [][]string{{"--opentact-token=a@example.com"}}},
		"a login": {opentact.Vendor, "", [][]string{
			{"--opentact-email=a@example.com", "--opentact-password=one"}, {"--opentact-email=a@example.com", "--opentact-password=two"},
		}},
		"another login":     {opentact.Vendor, "", [][]string{{"--opentact-email=b@example.com", "--opentact-password=one"}}},
		"an API key":        {infinity.Vendor, "", [][]string{{"--infinity-api-key=one"}}},
		"another API key":   {infinity.Vendor, "", [][]string{{"--infinity-api-key=two"}}},
		"the key elsewhere": {infinity.Vendor, "", [][]string{{"--infinity-api-key=one", "--infinity-base-url=https://stage.example"}}},
		"a user": {infinity.Vendor, "", [][]string{
			{"--infinity-username=one", "--infinity-password=one"}, {"--infinity-username=one", "--infinity-password=two"},
		}},
		"a caller's token":         {opentact.Vendor, brought, [][]string{{"--opentact-credentials=caller"}}},
		"one in the sandbox":       {opentact.Vendor, brought, [][]string{{"--opentact-credentials=caller", "--sandbox"}}},
		"a caller's header":        {infinity.Vendor, brought, [][]string{{"--infinity-credentials=caller"}}},
		"a caller's other header":  {infinity.Vendor, brought + "2", [][]string{{"--infinity-credentials=caller"}}},
		"a caller's renewed token": {opentact.Vendor, jwtWith(`{"uuid":"u-1","exp":2}`), [][]string{{"--opentact-credentials=caller"}}},
		"a caller's claim to be another": {
			opentact.Vendor, jwtWith(`{"uuid":"u-1","exp":3}`), [][]string{{"--opentact-credentials=caller"}},
		},
	} {
		for _, flags := range row.credentials {
			made := account(t, row.vendor, row.brought, flags...)
			if before, known := distinct[made]; known && before != name {
				t.Errorf("%s and %s are one account", name, before)
			}
			distinct[made] = name
		}
	}
	if len(distinct) != 20 {
		t.Errorf("%d accounts: those of one row differ, or two rows are the same: %v", len(distinct), distinct)
	}
}

// TestAccountFollowsTheFile: a token that is replaced while the server runs counts from then on.
func TestAccountFollowsTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	write := func(value string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(value), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("one")
	invocation, err := config.Parse([]string{"serve", "--infinity-api-key-file=" + path}, nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{config: invocation.Config}
	first := s.accountOf(t.Context(), infinity.Vendor)
	write("another")
	if second := s.accountOf(t.Context(), infinity.Vendor); second == first {
		t.Error("another key is the same account")
	}
}
