package e2e

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/sipfacade/sipfacade/internal/config"
	infinitysandbox "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/internal/server"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// routedCall is a call of a server with routes files.
type routedCall struct {
	rpc     string
	request map[string]any
	// receives is the request that the vendor gets: method and path.
	receives string
	// body is a part of what is sent with it.
	body string
}

// routesFiles are the files of one server, what moves at the vendor, and calls.
type routesFiles struct {
	generation         int
	opentact, infinity string
	// moved are paths of the files as the emulators have them, by their beginning.
	moved map[string]string
	// header carries OpenTACT's token.
	header string
	// renamed are members of bodies by the names of the files, with the emulator's names.
	renamed []string
	calls   []routedCall
}

// The paths of one domain of Infinity, where the emulators have it, and where the files move it.
const (
	domainPath      = infinityBase + "/sip/domains/1"
	movedDomainPath = infinityBase + "/pbx/1"
)

// routesOfTests are servers with routes files.
func routesOfTests() map[string]routesFiles {
	connection := map[string]any{"name": "Fremont", "class4EgressTrunkSettings": map[string]any{"mediaType": "TRUNK_MEDIA_TYPE_PROXY_MEDIA"}}
	network := map[string]any{"network": "10.0.20.10/24"}
	return map[string]routesFiles{
		"generation 1, and one spelling of trusted networks": {
			generation: 1,
			opentact: `
ListSIPUserInvites: /sip/v2/connection/{sip_connection_uuid}/invites
CreateSIPUserInvite: /sip/v2/connection/{sip_connection_uuid}/invites
ExecuteSIPControlAppCallExecuteCallFlow: /call/sca/{uuid}
header: authorization
keys:
  class4_egress_trunk_settings: class4_egress_trunk_settings
`,
			infinity: "trusted_networks: networks\n",
			moved: map[string]string{
				vendorBase + "/sip/v2/connection/": vendorBase + "/sip/connection/",
				vendorBase + "/call/sca/":          vendorBase + "/sip/app/call/",
				domainPath + "/networks":           domainPath + "/trustedNetworks",
			},
			header: "Authorization",
			calls: []routedCall{
				{"SipConnectionService.ListSipUserInvites", map[string]any{"sipConnectionUuid": someConnection}, "GET /rest/sip/v2/connection/" + someConnection + "/invites", ""},
				{"SipConnectionService.GetSipUserInvite", map[string]any{"sipConnectionUuid": someConnection, "uuid": someInvite}, "GET /rest/sip/v2/connection/" + someConnection + "/invites", ""},
				{"SipConnectionService.CreateSipUserInvite", map[string]any{"sipConnectionUuid": someConnection, "sipUserInvite": map[string]any{"name": "Desk"}}, "POST /rest/sip/v2/connection/" + someConnection + "/invites", `"name":"Desk"`},
				{"SipConnectionService.UpdateSipUserInvite", map[string]any{"sipConnectionUuid": someConnection, "sipUserInvite": map[string]any{"uuid": someInvite, "name": "Desk"}}, "PATCH /rest/sip/connection/" + someConnection + "/invites/" + someInvite, ""},
				{"SipConnectionService.CreateSipConnection", map[string]any{"sipConnection": connection}, "POST /rest/sip/connection", `"class4_egress_trunk_settings":{"media_type"`},
				{"SipAppService.ExecuteCallFlow", map[string]any{"callUuid": someCall, "callFlowXml": goodFlow}, "POST /rest/call/sca/" + someCall, `name="file"`},
				{"PbxConfigService.ListPbxTrustedNetworks", map[string]any{"domainId": 1}, "GET " + domainPath + "/networks", ""},
				{"PbxConfigService.GetPbxTrustedNetwork", map[string]any{"domainId": 1, "trustedNetworkId": 1}, "GET " + domainPath + "/networks/1", ""},
				{"PbxConfigService.CreatePbxTrustedNetwork", map[string]any{"domainId": 1, "pbxTrustedNetwork": network}, "POST " + domainPath + "/networks", "network=10.0.20.10"},
				{"PbxConfigService.UpdatePbxTrustedNetwork", map[string]any{"domainId": 1, "pbxTrustedNetwork": map[string]any{"trustedNetworkId": 1, "description": "Yard"}}, "POST " + domainPath + "/networks/1", "description=Yard"},
			},
		},
		"generation 3, and single routes of Infinity": {
			generation: 3,
			opentact: `
ListSIPUsers: /sip/domain/{domain}/users
ModifySIPUser: /sip/domain/{domain}/users/{uuid}
ExecuteSIPControlAppCallExecuteCallFlow: /sip/app/call/{uuid}
keys: {first_name: given_name}
`,
			infinity: `
ReadSIPUser: /pbx/{domain}/users/{user}
UpdateSIPUser: /pbx/{domain}/users/{user}
CreateSIPTrustedNetwork: /pbx/{domain}/trustedNetworks
`,
			moved: map[string]string{
				vendorBase + "/sip/domain/" + someDomain + "/users": vendorBase + "/sip/domain/" + someDomain + "/user",
				vendorBase + "/sip/app/call/":                       vendorBase + "/call/sca/",
				movedDomainPath + "/":                               domainPath + "/",
			},
			header:  "X-Auth-Token",
			renamed: []string{"given_name", "first_name"},
			calls: []routedCall{
				{"SipConnectionService.ListSipUsers", map[string]any{"sipDomain": someDomain}, "GET /rest/sip/domain/" + someDomain + "/users", ""},
				{"SipConnectionService.UpdateSipUser", map[string]any{"sipDomain": someDomain, "sipUser": map[string]any{"uuid": sandbox.SIPUserUUID(1), "firstName": "Jo"}}, "PATCH /rest/sip/domain/" + someDomain + "/users/" + sandbox.SIPUserUUID(1), `{"given_name":"Jo"}`},
				{"SipConnectionService.GetSipUser", map[string]any{"sipDomain": someDomain, "uuid": sandbox.SIPUserUUID(1)}, "GET /rest/sip/domain/" + someDomain + "/user/" + sandbox.SIPUserUUID(1), ""},
				{"SipAppService.ExecuteCallFlow", map[string]any{"callUuid": someCall, "callFlowXml": goodFlow}, "POST /rest/sip/app/call/" + someCall, `name="file"`},
				{"PbxConfigService.GetPbxUser", map[string]any{"domainId": 1, "userId": 1}, "GET " + movedDomainPath + "/users/1", ""},
				{"PbxConfigService.UpdatePbxUser", map[string]any{"domainId": 1, "pbxUser": map[string]any{"userId": 1, "displayName": "Jo"}}, "POST " + movedDomainPath + "/users/1", "displayName=Jo"},
				{"PbxConfigService.CreatePbxTrustedNetwork", map[string]any{"domainId": 1, "pbxTrustedNetwork": network}, "POST " + movedDomainPath + "/trustedNetworks", "network=10.0.20.10"},
				{"PbxConfigService.ListPbxTrustedNetworks", map[string]any{"domainId": 1}, "GET " + domainPath + "/trustednetworks", ""},
			},
		},
	}
}

// TestRoutesFiles: every call goes where the routes files say, over both protocols.
func TestRoutesFiles(t *testing.T) {
	t.Parallel()
	for name, files := range routesOfTests() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := startVendor(t, files.vendor())
			f := startFacade(t, v.url(), withToken(), generationFlag(files.generation),
				"--opentact-routes-file="+routesFile(t, files.opentact), "--infinity-routes-file="+routesFile(t, files.infinity))
			for _, c := range files.calls {
				for _, way := range f.protocols() {
					v.take()
					made := ask(t, way, mustCall(t, c.rpc, c.request))
					files.check(t, c, way, made, v.take())
				}
			}
		})
	}
}

// check checks that a call succeeded, and what the vendor received.
func (files routesFiles) check(t *testing.T, c routedCall, way protocol, made outcome, requests []received) {
	t.Helper()
	if made.status != nil {
		t.Errorf("%s over %s: %v", c.rpc, way.name(), made.status)
	}
	found := slices.IndexFunc(requests, func(r received) bool { return r.method+" "+withoutQuery(r.target) == c.receives })
	if found < 0 {
		t.Errorf("%s over %s: want %s, the vendor got %q", c.rpc, way.name(), c.receives, targets(requests))
		return
	}
	if !strings.Contains(string(requests[found].body), c.body) {
		t.Errorf("%s over %s: the vendor got the body %s, without %s", c.rpc, way.name(), requests[found].body, c.body)
	}
	for _, r := range requests {
		ofOpenTACT := strings.HasPrefix(r.target, vendorBase+"/")
		if ofOpenTACT && (r.header.Get(files.header) != vendorToken || len(r.header.Values("Authorization"))+len(r.header.Values("X-Auth-Token")) != 1) {
			t.Errorf("%s over %s: the token is not in %s: %v", c.rpc, way.name(), files.header, r.header)
		}
	}
}

// withoutQuery returns the path of a target.
func withoutQuery(target string) string {
	path, _, _ := strings.Cut(target, "?")
	return path
}

// vendor returns emulators of both vendors, which take the moved paths, the header and the
// members of bodies that the files name.
func (files routesFiles) vendor() http.Handler {
	emulators := byVendor(
		sandbox.New(sandbox.Options{Seed: true, Tokens: []string{vendorToken}, Generation: sandbox.Generation(files.generation)}),
		infinitysandbox.New(infinitysandbox.Options{Seed: true, Username: infinityUsername, Password: infinityPassword}),
	)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for from, to := range files.moved {
			if rest, ok := strings.CutPrefix(r.URL.Path, from); ok {
				r.URL.Path = to + rest
				break
			}
		}
		if files.header != "X-Auth-Token" && strings.HasPrefix(r.URL.Path, vendorBase+"/") {
			r.Header.Set("X-Auth-Token", r.Header.Get(files.header))
			r.Header.Del(files.header)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // the client is gone
		}
		r.Body = io.NopCloser(strings.NewReader(strings.NewReplacer(files.renamed...).Replace(string(body))))
		emulators.ServeHTTP(w, r)
	})
}

// routesFile writes a routes file.
func routesFile(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "routes.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// How a mistake in a routes file begins: with the setting that names the file.
const (
	ofOpenTACTFile = "opentact_routes_file (SIPFACADE_OPENTACT_ROUTES_FILE): "
	ofInfinityFile = "infinity_routes_file (SIPFACADE_INFINITY_ROUTES_FILE): "
)

// refusedRoutes are routes files that a server does not start with, and what it says. The
// first is OpenTACT's, the second Infinity's.
func refusedRoutes() map[string]struct {
	files [2]string
	want  []string
} {
	return map[string]struct {
		files [2]string
		want  []string
	}{
		"an unknown operation": {
			[2]string{"ListSIPUserInvite: /sip/invites", "ReadPBXDevices: /devices"},
			[]string{
				ofOpenTACTFile + "ListSIPUserInvite is not an operation; did you mean ListSIPUserInvites?",
				ofInfinityFile + "ReadPBXDevices is not an operation; did you mean ReadPBXDevice?",
			},
		},
		"an operation of a later generation": {
			[2]string{"ListSIPDomains: /sip/domains", ""},
			[]string{ofOpenTACTFile + "ListSIPDomains is not an operation"},
		},
		"a missing variable": {
			[2]string{"ModifySIPUserInvite: /sip/connection/{sip_connection_uuid}/invites", "DeletePBXDevice: /sip/domains/{domain}/devices"},
			[]string{
				ofOpenTACTFile + "ModifySIPUserInvite must have the parameters {sip_connection_uuid}, {uuid} in this order and no other",
				ofInfinityFile + "DeletePBXDevice must have the parameters {domain}, {device} in this order and no other",
			},
		},
		"an extra variable": {
			[2]string{"ListSIPConnections: /sip/connection/{uuid}", "ListSIPDomains: /sip/domains/{domain}"},
			[]string{
				ofOpenTACTFile + "ListSIPConnections must have no parameter",
				ofInfinityFile + "ListSIPDomains must have no parameter",
			},
		},
		"no YAML": {
			[2]string{"ListSIPConnections: [", "- trusted_networks"},
			[]string{ofOpenTACTFile + "it is not a YAML object", ofInfinityFile + "it is not a YAML object"},
		},
		"no path": {
			[2]string{"ListSIPConnections: sip/connection\nheader: Cookie\nkeys: {name: a b}", "trusted_networks: a/b"},
			[]string{
				ofOpenTACTFile + "ListSIPConnections must be a path template", "header must be one of", "keys.name must be 1 to 64 letters",
				ofInfinityFile + "trusted_networks must be one path segment",
			},
		},
	}
}

// TestRoutesFilesAreCheckedAtTheStart: a server does not start with a routes file that is
// wrong, and names the setting and the key.
func TestRoutesFilesAreCheckedAtTheStart(t *testing.T) {
	t.Parallel()
	for name, c := range refusedRoutes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := startWithRoutes(t, routesFile(t, c.files[0]), routesFile(t, c.files[1]))
			for _, want := range c.want {
				if !strings.Contains(fmt.Sprint(err), want) {
					t.Errorf("%v does not say %q", err, want)
				}
			}
		})
	}
	missing := filepath.Join(t.TempDir(), "missing.yaml")
	err := startWithRoutes(t, missing, missing)
	for _, of := range []string{ofOpenTACTFile, ofInfinityFile} {
		if !strings.Contains(fmt.Sprint(err), of+"cannot be read") {
			t.Errorf("without the file: %v does not say that of %s", err, of)
		}
	}
	if err := startWithRoutes(t, routesFile(t, ""), routesFile(t, "")); err != nil {
		t.Errorf("with empty files: %v", err)
	}
}

// startWithRoutes makes a server whose environment names the routes files.
func startWithRoutes(t *testing.T, opentact, infinity string) error {
	t.Helper()
	invocation, err := config.Parse([]string{
		"serve", "--sandbox", "--grpc-address=127.0.0.1:0", "--http-address=127.0.0.1:0", "--admin-address=127.0.0.1:0",
	}, []string{"SIPFACADE_OPENTACT_ROUTES_FILE=" + opentact, "SIPFACADE_INFINITY_ROUTES_FILE=" + infinity}, io.Discard)
	if err != nil {
		return err
	}
	started, err := server.New(invocation.Config, server.Process{Version: "e2e"}, telemetry.NewLogger(io.Discard, slog.LevelError, "json"))
	if err == nil {
		run(t, started)()
	}
	return err
}

// TestRenamedKeysInRefusals: what the vendor says of a member that is sent under another name
// is said of our field.
func TestRenamedKeysInRefusals(t *testing.T) {
	t.Parallel()
	v := startVendor(t, sandbox.New(sandbox.Options{Seed: true, Tokens: []string{vendorToken}, Generation: sandbox.ThirdGeneration}))
	f := startFacade(t, v.url(), withToken(), generationFlag(3), "--opentact-routes-file="+routesFile(t, "keys: {first_name: given_name}"))
	want := wantError{
		Code: codeName{codes.InvalidArgument}, Reason: "UPSTREAM_VALIDATION",
		Violations: map[string]string{"sip_user.first_name": "not a known argument"},
	}
	for _, way := range f.protocols() {
		made := ask(t, way, mustCall(t, "SipConnectionService.UpdateSipUser", map[string]any{
			"sipDomain": someDomain, "sipUser": map[string]any{"uuid": sandbox.SIPUserUUID(1), "firstName": "Jo"},
		}))
		if problems := want.check(made); len(problems) > 0 {
			t.Errorf("%s: %q", way.name(), problems)
		}
	}
}
