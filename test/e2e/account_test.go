package e2e

import (
	"path/filepath"
	"strings"
	"testing"

	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// TestAccountsDoNotMix: a server that comes back with the token of another account answers no
// call with what was made in the one before, and takes no page token of it.
func TestAccountsDoNotMix(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, sandbox.New(sandbox.Options{Seed: true, Tokens: []string{"one", "another"}}))
	ledger := []string{"--ledger=file:" + filepath.Join(t.TempDir(), "ledger"), "--ledger-key=" + strings.Repeat("k", 32)}
	create := map[string]any{"requestId": someRequestID, "sipApp": map[string]any{"name": "Mine"}}
	made, next := map[any]string{}, any("")
	for _, token := range []string{"one", "one", "another"} {
		f := startFacade(t, vendor.url(), append(ledger, "--opentact-token="+token)...)
		for _, way := range f.protocols() {
			answered := ask(t, way, mustCall(t, "SipAppService.CreateSipApp", create))
			app, _ := at(answered.response, "sipApp.uuid")
			if answered.status != nil || app == nil {
				t.Fatalf("%s over %s: %v", token, way.name(), answered.status)
			}
			if of := made[app]; of != "" && of != token {
				t.Errorf("%s over %s was answered what %s made", token, way.name(), of)
			}
			made[app] = token
			page := mustCall(t, "SipAppService.ListSipApps", map[string]any{"pageSize": 1.0, "pageToken": next})
			if refused := token == "another"; refused {
				if got, _ := f.reasonOf(t, way, page); got.reason != "REQUEST_INVALID" || got.violations["page_token"] == "" {
					t.Errorf("%s over %s takes the page token of the other: %v", token, way.name(), got)
				}
			} else if listed := ask(t, way, page); listed.status != nil {
				t.Errorf("%s over %s: %v", token, way.name(), listed.status)
			} else if next == "" {
				next, _ = at(listed.response, "nextPageToken")
			}
		}
		f.stop()
	}
	if len(made) != 2 {
		t.Errorf("two accounts made %d apps", len(made))
	}
}
