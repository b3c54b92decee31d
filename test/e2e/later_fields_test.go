package e2e

import (
	"fmt"
	"testing"
)

// laterAnsweredCalls are the calls that only later generations have, with the vendor's whole
// answers to them.
func laterAnsweredCalls() map[string]answered {
	user := map[string]any{"sipDomain": someDomain, "uuid": "0005e400-0000-4000-8000-000000000901"}
	return map[string]answered{
		"GetSipDomain":    {"GetSIPDomain", "SipConnectionService.GetSipDomain", map[string]any{"domain": "domain1.example.com"}},
		"ListSipDomains":  {"ListSIPDomains", "SipConnectionService.ListSipDomains", map[string]any{}},
		"UpdateSipDomain": {"ModifySIPDomain", "SipConnectionService.UpdateSipDomain", map[string]any{"sipDomain": map[string]any{"domain": "domain9.example.com", "sipAppUuid": someApp}}},
		"GetSipUser":      {"GetSIPUser", "SipConnectionService.GetSipUser", user},
		"ListSipUsers":    {"ListSIPUsers", "SipConnectionService.ListSipUsers", map[string]any{"sipDomain": someDomain}},
		"CreateSipUser":   {"CreateSIPUser", "SipConnectionService.CreateSipUser", map[string]any{"sipDomain": someDomain, "sipUser": map[string]any{"login": "login5", "password": "SECRET-word"}}},
	}
}

// TestFieldsOfLaterGenerations: every documented member of a domain and of a user arrives
// under its name in the contract, in each generation, and no secret arrives anywhere.
func TestFieldsOfLaterGenerations(t *testing.T) {
	t.Parallel()
	for name, c := range laterAnsweredCalls() {
		for _, generation := range generationsOf(t, c.rpc) {
			t.Run(fmt.Sprintf("%s/generation %d", name, generation), func(t *testing.T) {
				t.Parallel()
				c.run(t, name, generationFlag(generation))
			})
		}
	}
}
