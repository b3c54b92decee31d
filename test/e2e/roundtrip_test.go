package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// roundTrip is a resource of the sandbox with a member to change.
type roundTrip struct {
	path, member string
	value        any
}

// roundTrips are resources by the RPC that updates them: each update has one.
var roundTrips = map[string]roundTrip{
	"SipConnectionService.UpdateSipUserInvite": {
		"/v1/sip-connections/" + sandbox.ConnectionUUID(1) + "/invites/" + sandbox.InviteUUID(1), "name", "Renamed",
	},
	"SipConnectionService.UpdateSipConnection":  {"/v1/sip-connections/" + sandbox.ConnectionUUID(6), "port", 5090.0},
	"SipAppService.UpdateSipApp":                {"/v1/sip-apps/" + sandbox.AppUUID(1), "active", false},
	"ProfileService.UpdateMessagingProfile":     {"/v1/messaging-profiles/" + sandbox.MessagingProfileUUID(1), "longCodeWeight", 0.0},
	"ProfileService.UpdateOutboundVoiceProfile": {"/v1/outbound-voice-profiles/" + sandbox.VoiceProfileUUID(3), "recordingFormat", "mp3"},
	"PbxConfigService.UpdatePbxDomain":          {"/v1/pbx/domains/1", "displayName", "Renamed"},
	"PbxConfigService.UpdatePbxUser":            {"/v1/pbx/domains/1/users/1", "mobileFollow", false},
	"PbxConfigService.UpdatePbxGroup":           {"/v1/pbx/domains/1/groups/1", "ringRetry", false},
	"PbxConfigService.UpdatePbxQueue":           {"/v1/pbx/domains/1/queues/1", "displayName", "Renamed"},
	"PbxConfigService.UpdatePbxQueueMember":     {"/v1/pbx/domains/1/queues/1/members/1", "ringSeconds", 0.0},
	"PbxConfigService.UpdatePbxTrustedNetwork":  {"/v1/pbx/domains/1/trusted-networks/1", "description", "Renamed"},
	"PbxConfigService.UpdatePbxDevice":          {"/v1/pbx/domains/1/devices/1", "pbxDeviceName", "Renamed"},
}

// TestWhatWasReadCanBeSentBack: of every resource that has an update, the whole body of a
// GET can be changed and sent back, and nothing else is changed by that.
func TestWhatWasReadCanBeSentBack(t *testing.T) {
	t.Parallel()
	base, _ := startSandbox(t)
	for _, method := range methods() {
		if !strings.HasPrefix(string(method.Name()), "Update") || sinceGeneration2(method) {
			continue
		}
		trip, ok := roundTrips[shortName(method)]
		if !ok {
			t.Errorf("%s has no resource in the table", shortName(method))
			continue
		}
		t.Run(shortName(method), func(t *testing.T) {
			t.Parallel()
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
