package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/opentactapi"
	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// roundTrip is a resource of the sandbox with a member to change.
type roundTrip struct {
	rpc string
	// generations are those of OpenTACT that have the member; none means all that serve the
	// RPC.
	generations  []int
	path, member string
	value        any
}

// roundTrips are resources with the RPC that updates them: each update has one.
var roundTrips = []roundTrip{
	{
		"SipConnectionService.UpdateSipUserInvite", nil,
		"/v1/sip-connections/" + sandbox.ConnectionUUID(1) + "/invites/" + sandbox.InviteUUID(1), "name", "Renamed",
	},
	{"SipConnectionService.UpdateSipConnection", nil, "/v1/sip-connections/" + sandbox.ConnectionUUID(6), "port", 5090.0},
	{"SipConnectionService.UpdateSipDomain", nil, "/v1/sip-domains/" + someDomain, "outboundVoiceProfileUuid", sandbox.VoiceProfileUUID(2)},
	{
		"SipConnectionService.UpdateSipUser", nil,
		"/v1/sip-domains/" + someDomain + "/users/" + sandbox.SIPUserUUID(1), "sameDomainCallsOnly", true,
	},
	{"SipAppService.UpdateSipApp", nil, "/v1/sip-apps/" + sandbox.AppUUID(1), "active", false},
	{"ProfileService.UpdateMessagingProfile", nil, "/v1/messaging-profiles/" + sandbox.MessagingProfileUUID(1), "longCodeWeight", 0.0},
	{"ProfileService.UpdateOutboundVoiceProfile", []int{1}, "/v1/outbound-voice-profiles/" + sandbox.VoiceProfileUUID(3), "recordingFormat", "mp3"},
	{"ProfileService.UpdateOutboundVoiceProfile", []int{2, 3}, "/v1/outbound-voice-profiles/" + sandbox.VoiceProfileUUID(3), "active", false},
	{"PbxConfigService.UpdatePbxDomain", nil, "/v1/pbx/domains/1", "displayName", "Renamed"},
	{"PbxConfigService.UpdatePbxUser", nil, "/v1/pbx/domains/1/users/1", "mobileFollow", false},
	{"PbxConfigService.UpdatePbxGroup", nil, "/v1/pbx/domains/1/groups/1", "ringRetry", false},
	{"PbxConfigService.UpdatePbxQueue", nil, "/v1/pbx/domains/1/queues/1", "displayName", "Renamed"},
	{"PbxConfigService.UpdatePbxQueueMember", nil, "/v1/pbx/domains/1/queues/1/members/1", "ringSeconds", 0.0},
	{"PbxConfigService.UpdatePbxTrustedNetwork", nil, "/v1/pbx/domains/1/trusted-networks/1", "description", "Renamed"},
	{"PbxConfigService.UpdatePbxDevice", nil, "/v1/pbx/domains/1/devices/1", "pbxDeviceName", "Renamed"},
}

// runsIn are the generations that a round trip is made in.
func (r roundTrip) runsIn(t *testing.T) []int {
	t.Helper()
	if len(r.generations) > 0 {
		return r.generations
	}
	return generationsOf(t, r.rpc)
}

// eachRoundTrip runs a test of each round trip in each of its generations, at a sandbox
// whose URL it passes on.
func eachRoundTrip(t *testing.T, test func(t *testing.T, trip roundTrip, base string)) {
	t.Helper()
	bases := sandboxes(t)
	for _, trip := range roundTrips {
		for _, generation := range trip.runsIn(t) {
			t.Run(fmt.Sprintf("%s/generation %d", trip.rpc, generation), func(t *testing.T) {
				t.Parallel()
				test(t, trip, bases[generation])
			})
		}
	}
}

// sandboxes are the URLs of a sandbox of each generation.
func sandboxes(t *testing.T) map[int]string {
	t.Helper()
	bases := map[int]string{}
	for _, generation := range opentactapi.Generations() {
		bases[int(generation)], _ = startSandbox(t, generationFlag(int(generation)))
	}
	return bases
}

// TestEveryUpdateHasRoundTrips: the table has each update in each generation that serves it.
func TestEveryUpdateHasRoundTrips(t *testing.T) {
	t.Parallel()
	tried := map[string][]int{}
	for _, trip := range roundTrips {
		tried[trip.rpc] = append(tried[trip.rpc], trip.runsIn(t)...)
	}
	for _, method := range methods() {
		name := shortName(method)
		if !strings.HasPrefix(string(method.Name()), "Update") {
			continue
		}
		if want := generationsOf(t, name); !slices.Equal(tried[name], want) {
			t.Errorf("%s has resources in the table for the generations %v, want %v", name, tried[name], want)
		}
	}
}

// TestWhatWasReadCanBeSentBack: of every resource that has an update, the whole body of a
// GET can be changed and sent back, and nothing else is changed by that.
func TestWhatWasReadCanBeSentBack(t *testing.T) {
	t.Parallel()
	eachRoundTrip(t, func(t *testing.T, trip roundTrip, base string) {
		want := resource(t, http.MethodGet, base+trip.path, nil)
		if want[trip.member] == trip.value {
			t.Fatalf("%s has the value already", trip.member)
		}
		want[trip.member] = trip.value
		got := resource(t, http.MethodPatch, base+trip.path, want)
		again := resource(t, http.MethodGet, base+trip.path, nil)
		if got["etag"] != again["etag"] || got["etag"] == want["etag"] {
			t.Errorf("etags: %v before, %v answered, %v read back", want["etag"], got["etag"], again["etag"])
		}
		for _, answered := range []map[string]any{got, again} {
			if diff := cmp.Diff(whatCallersWrote(want, want), whatCallersWrote(answered, want)); diff != "" {
				t.Error(diff)
			}
		}
	})
}

// whatCallersWrote are the members of a resource that was read, without its etag, without
// when and by whom it was changed, and without the further members of PBX rows, which state that too. What is
// answered to an update may show relations that the read does not.
func whatCallersWrote(resource, read map[string]any) map[string]any {
	kept := map[string]any{}
	for name := range read {
		if !slices.Contains([]string{"etag", "updateTime", "updatedBy", "additionalFields"}, name) {
			kept[name] = resource[name]
		}
	}
	return kept
}

// resource sends a resource, if there is one, and returns the one that is answered.
func resource(t *testing.T, method, url string, body map[string]any) (answered map[string]any) {
	t.Helper()
	sent, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	if body == nil {
		sent = nil
	}
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(string(sent)))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }() // the content is all that counts
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %s, %v: %s", method, url, response.Status, err, text)
	}
	if err := json.Unmarshal(text, &answered); err != nil {
		t.Fatalf("%s %s: %v", method, url, err)
	}
	return answered
}
