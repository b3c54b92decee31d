package spelling_test

import (
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/spelling"
)

func TestNearestPath(t *testing.T) {
	t.Parallel()
	templates := []string{
		"/v1/sip-connections", "/v1/sip-connections/{uuid}", "/v1/sip-connections/{uuid}/invites",
		"/v1/sip-connections/{uuid}/tn-leases:assign", "/v1/sip-apps/{uuid}/tn-leases:assign", "/v1/tn-leases",
		"/v1/pbx/domains", "/v1/pbx/domains/{id}", "/v1/pbx/domains/{id}/users", "/v1/pbx/domains/{id}/groups/{group}/users:add",
	}
	for path, want := range map[string]string{
		"/v1/sip-connection":                  "/v1/sip-connections",
		"/v1/sip-connections/":                "/v1/sip-connections",
		"/V1/SIP_Connections":                 "/v1/sip-connections",
		"/sip-connections":                    "/v1/sip-connections",
		"/api/v1/sip-connections":             "/v1/sip-connections",
		"/v2/sip-connections/x":               "/v1/sip-connections/{uuid}",
		"/v1/sip-connections//invites":        "/v1/sip-connections/{uuid}/invites",
		"/v1/invites":                         "/v1/sip-connections/{uuid}/invites",
		"/v1/sip-app/x/tn-leases/assign":      "/v1/sip-apps/{uuid}/tn-leases:assign",
		"/v1/sip-connections/x/tn-lease:asgn": "/v1/sip-connections/{uuid}/tn-leases:assign",
		"/v1/pbx/users":                       "/v1/pbx/domains/{id}/users",
		"/v1/domains/7/users":                 "/v1/pbx/domains/{id}/users",
		"/v1/pbx/domain/7":                    "/v1/pbx/domains/{id}",
		"/v1/pbx/domains/7/group/1/user:add":  "/v1/pbx/domains/{id}/groups/{group}/users:add",
		"/":                                   "",
		"/v1":                                 "",
		"/v1/pbx":                             "/v1/pbx/domains",
		"/v1/nothing":                         "",
		"/favicon.ico":                        "",
		"/v1/a/b/c/d/e/f":                     "",
		"/v1/sip-connections" + strings.Repeat("/x", 20): "",
		strings.Repeat("/sip-connections", 40):           "",
	} {
		index, ok := spelling.NearestPath(path, templates)
		if got := templates[index]; ok != (want != "") || ok && got != want {
			t.Errorf("%s: got %s, %t, want %q", path, got, ok, want)
		}
	}
}
