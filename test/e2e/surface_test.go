package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// httpSurface is the HTTP binding of every RPC, which clients rely on.
var httpSurface = map[string]string{
	"SipConnectionService.CreateSipUserInvite":         "POST /v1/sip-connections/{sip_connection_uuid}/invites",
	"SipConnectionService.ListSipUserInvites":          "GET /v1/sip-connections/{sip_connection_uuid}/invites",
	"SipConnectionService.GetSipUserInvite":            "GET /v1/sip-connections/{sip_connection_uuid}/invites/{uuid}",
	"SipConnectionService.UpdateSipUserInvite":         "PATCH /v1/sip-connections/{sip_connection_uuid}/invites/{sip_user_invite.uuid}",
	"SipConnectionService.DeleteSipUserInvite":         "DELETE /v1/sip-connections/{sip_connection_uuid}/invites/{uuid}",
	"SipConnectionService.AssignSipConnectionTnLeases": "POST /v1/sip-connections/{sip_connection_uuid}/tn-leases:assign",
	"SipConnectionService.ListSipConnectionTnLeases":   "GET /v1/sip-connections/{sip_connection_uuid}/tn-leases",
	"SipConnectionService.ListSipConnections":          "GET /v1/sip-connections",
	"SipConnectionService.GetSipConnection":            "GET /v1/sip-connections/{uuid}",
	"SipConnectionService.CreateSipConnection":         "POST /v1/sip-connections",
	"SipConnectionService.UpdateSipConnection":         "PATCH /v1/sip-connections/{sip_connection.uuid}",
	"SipConnectionService.DeleteSipConnection":         "DELETE /v1/sip-connections/{uuid}",
	"SipConnectionService.ListSipConnectionProducts":   "GET /v1/sip-connection-products",
	"SipConnectionService.ListTnLeases":                "GET /v1/tn-leases",
	"SipConnectionService.ListSipDomains":              "GET /v1/sip-domains",
	"SipConnectionService.GetSipDomain":                "GET /v1/sip-domains/{domain}",
	"SipConnectionService.CreateSipDomain":             "POST /v1/sip-domains",
	"SipConnectionService.UpdateSipDomain":             "PATCH /v1/sip-domains/{sip_domain.domain}",
	"SipConnectionService.DeleteSipDomain":             "DELETE /v1/sip-domains/{domain}",
	"SipConnectionService.ListSipUsers":                "GET /v1/sip-domains/{sip_domain}/users",
	"SipConnectionService.GetSipUser":                  "GET /v1/sip-domains/{sip_domain}/users/{uuid}",
	"SipConnectionService.CreateSipUser":               "POST /v1/sip-domains/{sip_domain}/users",
	"SipConnectionService.UpdateSipUser":               "PATCH /v1/sip-domains/{sip_domain}/users/{sip_user.uuid}",
	"SipConnectionService.DeleteSipUser":               "DELETE /v1/sip-domains/{sip_domain}/users/{uuid}",

	"SipAppService.CreateSipApp":         "POST /v1/sip-apps",
	"SipAppService.ListSipApps":          "GET /v1/sip-apps",
	"SipAppService.GetSipApp":            "GET /v1/sip-apps/{uuid}",
	"SipAppService.UpdateSipApp":         "PATCH /v1/sip-apps/{sip_app.uuid}",
	"SipAppService.DeleteSipApp":         "DELETE /v1/sip-apps/{uuid}",
	"SipAppService.AssignSipAppTnLeases": "POST /v1/sip-apps/{sip_app_uuid}/tn-leases:assign",
	"SipAppService.ListSipAppTnLeases":   "GET /v1/sip-apps/{sip_app_uuid}/tn-leases",
	"SipAppService.ExecuteCallFlow":      "POST /v1/calls/{call_uuid}:executeCallFlow",
	"SipAppService.ListSipAppCalls":      "GET /v1/sip-app-calls",

	"ProfileService.CreateMessagingProfile":     "POST /v1/messaging-profiles",
	"ProfileService.ListMessagingProfiles":      "GET /v1/messaging-profiles",
	"ProfileService.GetMessagingProfile":        "GET /v1/messaging-profiles/{uuid}",
	"ProfileService.UpdateMessagingProfile":     "PATCH /v1/messaging-profiles/{messaging_profile.uuid}",
	"ProfileService.DeleteMessagingProfile":     "DELETE /v1/messaging-profiles/{uuid}",
	"ProfileService.CreateOutboundVoiceProfile": "POST /v1/outbound-voice-profiles",
	"ProfileService.ListOutboundVoiceProfiles":  "GET /v1/outbound-voice-profiles",
	"ProfileService.GetOutboundVoiceProfile":    "GET /v1/outbound-voice-profiles/{uuid}",
	"ProfileService.UpdateOutboundVoiceProfile": "PATCH /v1/outbound-voice-profiles/{outbound_voice_profile.uuid}",
	"ProfileService.DeleteOutboundVoiceProfile": "DELETE /v1/outbound-voice-profiles/{uuid}",

	"PbxConfigService.ListPbxDomains":          "GET /v1/pbx/domains",
	"PbxConfigService.GetPbxDomain":            "GET /v1/pbx/domains/{domain_id}",
	"PbxConfigService.UpdatePbxDomain":         "PATCH /v1/pbx/domains/{pbx_domain.domain_id}",
	"PbxConfigService.ListPbxUsers":            "GET /v1/pbx/domains/{domain_id}/users",
	"PbxConfigService.GetPbxUser":              "GET /v1/pbx/domains/{domain_id}/users/{user_id}",
	"PbxConfigService.CreatePbxUser":           "POST /v1/pbx/domains/{domain_id}/users",
	"PbxConfigService.UpdatePbxUser":           "PATCH /v1/pbx/domains/{domain_id}/users/{pbx_user.user_id}",
	"PbxConfigService.DeletePbxUser":           "DELETE /v1/pbx/domains/{domain_id}/users/{user_id}",
	"PbxConfigService.ListPbxGroups":           "GET /v1/pbx/domains/{domain_id}/groups",
	"PbxConfigService.GetPbxGroup":             "GET /v1/pbx/domains/{domain_id}/groups/{group_id}",
	"PbxConfigService.CreatePbxGroup":          "POST /v1/pbx/domains/{domain_id}/groups",
	"PbxConfigService.UpdatePbxGroup":          "PATCH /v1/pbx/domains/{domain_id}/groups/{pbx_group.group_id}",
	"PbxConfigService.DeletePbxGroup":          "DELETE /v1/pbx/domains/{domain_id}/groups/{group_id}",
	"PbxConfigService.ListPbxGroupUsers":       "GET /v1/pbx/domains/{domain_id}/groups/{group_id}/users",
	"PbxConfigService.AddPbxGroupUsers":        "POST /v1/pbx/domains/{domain_id}/groups/{group_id}/users:add",
	"PbxConfigService.RemovePbxGroupUsers":     "POST /v1/pbx/domains/{domain_id}/groups/{group_id}/users:remove",
	"PbxConfigService.ListPbxUserDevices":      "GET /v1/pbx/domains/{domain_id}/users/{user_id}/devices",
	"PbxConfigService.GetPbxUserDevice":        "GET /v1/pbx/domains/{domain_id}/users/{user_id}/devices/{pbx_device_id}",
	"PbxConfigService.CreatePbxUserDevice":     "POST /v1/pbx/domains/{domain_id}/users/{user_id}/devices",
	"PbxConfigService.DeletePbxUserDevice":     "DELETE /v1/pbx/domains/{domain_id}/users/{user_id}/devices/{pbx_device_id}",
	"PbxConfigService.ListPbxUserGroups":       "GET /v1/pbx/domains/{domain_id}/users/{user_id}/groups",
	"PbxConfigService.AddPbxUserGroups":        "POST /v1/pbx/domains/{domain_id}/users/{user_id}/groups:add",
	"PbxConfigService.ListPbxQueues":           "GET /v1/pbx/domains/{domain_id}/queues",
	"PbxConfigService.GetPbxQueue":             "GET /v1/pbx/domains/{domain_id}/queues/{queue_id}",
	"PbxConfigService.CreatePbxQueue":          "POST /v1/pbx/domains/{domain_id}/queues",
	"PbxConfigService.UpdatePbxQueue":          "PATCH /v1/pbx/domains/{domain_id}/queues/{pbx_queue.queue_id}",
	"PbxConfigService.DeletePbxQueue":          "DELETE /v1/pbx/domains/{domain_id}/queues/{queue_id}",
	"PbxConfigService.ListPbxQueueMembers":     "GET /v1/pbx/domains/{domain_id}/queues/{queue_id}/members",
	"PbxConfigService.GetPbxQueueMember":       "GET /v1/pbx/domains/{domain_id}/queues/{queue_id}/members/{queue_member_id}",
	"PbxConfigService.CreatePbxQueueMember":    "POST /v1/pbx/domains/{domain_id}/queues/{queue_id}/members",
	"PbxConfigService.UpdatePbxQueueMember":    "PATCH /v1/pbx/domains/{domain_id}/queues/{queue_id}/members/{pbx_queue_member.queue_member_id}",
	"PbxConfigService.DeletePbxQueueMember":    "DELETE /v1/pbx/domains/{domain_id}/queues/{queue_id}/members/{queue_member_id}",
	"PbxConfigService.SetPbxQueueMemberOrder":  "POST /v1/pbx/domains/{domain_id}/queues/{queue_id}/members:setOrder",
	"PbxConfigService.ListPbxTrustedNetworks":  "GET /v1/pbx/domains/{domain_id}/trusted-networks",
	"PbxConfigService.GetPbxTrustedNetwork":    "GET /v1/pbx/domains/{domain_id}/trusted-networks/{trusted_network_id}",
	"PbxConfigService.CreatePbxTrustedNetwork": "POST /v1/pbx/domains/{domain_id}/trusted-networks",
	"PbxConfigService.UpdatePbxTrustedNetwork": "PATCH /v1/pbx/domains/{domain_id}/trusted-networks/{pbx_trusted_network.trusted_network_id}",
	"PbxConfigService.DeletePbxTrustedNetwork": "DELETE /v1/pbx/domains/{domain_id}/trusted-networks/{trusted_network_id}",
	"PbxConfigService.ListPbxDevices":          "GET /v1/pbx/domains/{domain_id}/devices",
	"PbxConfigService.GetPbxDevice":            "GET /v1/pbx/domains/{domain_id}/devices/{pbx_device_id}",
	"PbxConfigService.CreatePbxDevice":         "POST /v1/pbx/domains/{domain_id}/devices",
	"PbxConfigService.UpdatePbxDevice":         "PATCH /v1/pbx/domains/{domain_id}/devices/{pbx_device.pbx_device_id}",
	"PbxConfigService.DeletePbxDevice":         "DELETE /v1/pbx/domains/{domain_id}/devices/{pbx_device_id}",
}

// TestHTTPSurface: the bindings are the promised ones, and the served description has
// each of them.
func TestHTTPSurface(t *testing.T) {
	t.Parallel()
	described := descriptionOf(t)
	for _, method := range methods() {
		verb, path := verbAndPath(httpRule(method))
		if want := httpSurface[shortName(method)]; want != verb+" "+path {
			t.Errorf("%s: httpSurface has %q, the contract %s %s", shortName(method), want, verb, path)
		}
		if _, ok := described[withoutVariables(path)][strings.ToLower(verb)]; !ok {
			t.Errorf("/openapi.json lacks %s %s", verb, path)
		}
	}
}

// descriptionOf returns the operations of each path in /openapi.json.
func descriptionOf(t *testing.T) map[string]map[string]json.RawMessage {
	t.Helper()
	f := startFacade(t, startVendor(t, http.NotFoundHandler()).url(), withToken())
	response, err := f.client.Get(f.base() + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // the content is all that counts
	var description struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.NewDecoder(response.Body).Decode(&description); err != nil {
		t.Fatalf("read /openapi.json: %v", err)
	}
	paths := map[string]map[string]json.RawMessage{}
	for path, operations := range description.Paths {
		if paths[withoutVariables(path)] == nil {
			paths[withoutVariables(path)] = map[string]json.RawMessage{}
		}
		maps.Copy(paths[withoutVariables(path)], operations)
	}
	return paths
}

var pathVariable = regexp.MustCompile(`\{[^}]*\}`)

// withoutVariables returns a path without the names of its variables, which the
// description writes in its own way.
func withoutVariables(path string) string { return pathVariable.ReplaceAllString(path, "{}") }
