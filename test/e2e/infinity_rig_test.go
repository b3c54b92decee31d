package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	infinitysandbox "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
)

// infinityBase is the path that all of Infinity's routes begin with.
const infinityBase = infinitysandbox.BasePath

// The login at Infinity that a server gets unless its flags have another.
const (
	infinityUsername = "telephony@brightwater.example.com"
	infinityPassword = "SECRET-infinity-password"
)

// infinityLogin returns the flags of that login, or none if the given flags set a
// credential.
func infinityLogin(flags []string) []string {
	for _, flag := range flags {
		for _, about := range []string{"--infinity-credentials", "--infinity-api-key", "--infinity-username"} {
			if strings.HasPrefix(flag, about) {
				return nil
			}
		}
	}
	return []string{"--infinity-username=" + infinityUsername, "--infinity-password=" + infinityPassword}
}

// infinityFlags make a facade for Infinity, with the login unless the flags have
// another.
func infinityFlags(flags ...string) []string { return append(infinityLogin(flags), flags...) }

// withoutCredential returns an Authorization header without its secret.
func withoutCredential(authorization string) string {
	scheme, _, _ := strings.Cut(authorization, " ")
	return "<" + strings.ToLower(scheme) + ">"
}

// byVendor returns a handler with two vendors, each below its own path.
func byVendor(opentact, infinity http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, infinityBase+"/") {
			infinity.ServeHTTP(w, r)
			return
		}
		opentact.ServeHTTP(w, r)
	})
}

// infinitySwitches are how the emulated Infinity differs from its default.
type infinitySwitches struct {
	// Creates is what undocumented creates answer: `id`, `nothing` or `row`.
	Creates           string `yaml:"creates"`
	LocationHeader    bool   `yaml:"location_header"`
	ChangesAnswerRows bool   `yaml:"changes_answer_rows"`
	PartialUpdates    bool   `yaml:"partial_updates"`
	TrustedNetworkID  string `yaml:"trusted_network_id"`
	DomainName        string `yaml:"domain_name"`
	// Devices is how many more of them the first domain has.
	Devices int `yaml:"devices"`
}

// createAnswers are the words of the switch.
var createAnswers = map[string]infinitysandbox.CreateAnswer{
	"": infinitysandbox.CreatedID, "id": infinitysandbox.CreatedID,
	"nothing": infinitysandbox.CreatedNothing, "row": infinitysandbox.CreatedRow,
}

// infinity is a freshly seeded emulator of Infinity. It serves only the documented
// spellings, and its tokens are counted, so that both protocols see the same.
func (in *caseRun) infinity(t *testing.T, c *testCase, menu *fault.Menu) *infinitysandbox.Server {
	t.Helper()
	switches := c.Vendor.Infinity
	creates, known := createAnswers[switches.Creates]
	if !known {
		t.Fatalf("creates: %q is not one of id, nothing, row", switches.Creates)
	}
	var tokens atomic.Int64
	emulator := infinitysandbox.New(infinitysandbox.Options{
		Seed: true, Faults: menu, Clock: in.now, StrictSpelling: true,
		Username: infinityUsername, Password: infinityPassword,
		NewToken: func() string { return fmt.Sprintf("device-token-of-the-test-%04d", tokens.Add(1)) },
		Creates:  creates, LocationHeader: switches.LocationHeader,
		ChangesAnswerRows: switches.ChangesAnswerRows, PartialUpdates: switches.PartialUpdates,
		TrustedNetworkID: switches.TrustedNetworkID, DomainName: switches.DomainName,
	})
	if err := emulator.AddDevices(infinitysandbox.DomainUK, switches.Devices); err != nil {
		t.Fatal(err)
	}
	return emulator
}

// newInfinity returns an emulator for tests that are no cases.
func newInfinity() *infinitysandbox.Server {
	return infinitysandbox.New(infinitysandbox.Options{
		Seed: true, Username: infinityUsername, Password: infinityPassword, StrictSpelling: true,
	})
}

// startInfinity starts a server whose vendors are both the handler.
func startInfinity(t testing.TB, handler http.Handler, flags ...string) *rig {
	t.Helper()
	v := startVendor(t, handler)
	return &rig{startFacade(t, v.url(), infinityFlags(flags...)...), v}
}

// targets are the targets of the requests, in their order.
func targets(requests []received) []string {
	all := make([]string, len(requests))
	for i, r := range requests {
		all[i] = r.method + " " + strings.TrimPrefix(r.target, infinityBase)
	}
	return slices.Clip(all)
}
