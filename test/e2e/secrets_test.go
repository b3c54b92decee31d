package e2e

import (
	"slices"
	"strings"
	"testing"

	infinitysandbox "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// secretMark is in every secret of the test data.
const secretMark = "SECRET"

// checkSecrets checks that callers see none of the secrets, and that the log has none
// of them and no invite's token.
func (in *caseRun) checkSecrets(t *testing.T, done trace) {
	t.Helper()
	secrets, logged := append(slices.Concat(sandbox.Secrets(), infinitysandbox.Secrets()), secretMark), in.logs.String()
	var seen []string
	for _, s := range done {
		for _, secret := range secrets {
			if strings.Contains(s.outcome.raw, secret) {
				t.Errorf("%s: a caller sees the secret %q", in.protocol.name(), secret)
			}
		}
		seen = append(seen, tokens(s.outcome.response)...)
	}
	for _, secret := range append(secrets, seen...) {
		if strings.Contains(logged, secret) {
			t.Errorf("%s: the log has the secret %q", in.protocol.name(), secret)
		}
	}
}

// tokens are the tokens of invites and user devices in a response.
func tokens(value any) (found []string) {
	switch v := value.(type) {
	case []any:
		for i := range v {
			found = append(found, tokens(v[i])...)
		}
	case map[string]any:
		for _, name := range []string{"token", "pbxDeviceToken"} {
			if token, ok := v[name].(string); ok && token != "" {
				found = append(found, token)
			}
		}
		for _, member := range v {
			found = append(found, tokens(member)...)
		}
	}
	return found
}
