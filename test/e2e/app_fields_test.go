package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// appAnsweredCalls are the calls of apps and profiles whose documented answers are
// compared with what callers get.
func appAnsweredCalls() map[string]answered {
	app := map[string]any{"sipAppUuid": someApp}
	lease := map[string]any{"sipAppUuid": someApp, "addTnLeaseUuids": []any{someLease}}
	return map[string]answered{
		"GetSipApp":                  {"GetSIPControlAppByUUID", "SipAppService.GetSipApp", map[string]any{"uuid": "a9900000-0000-4000-8000-000000200320"}},
		"CreateSipApp":               {"CreateSIPControlApp", "SipAppService.CreateSipApp", map[string]any{"sipApp": map[string]any{"name": "Reminders"}}},
		"ListSipApps":                {"ListSIPControlApps", "SipAppService.ListSipApps", map[string]any{}},
		"AssignSipAppTnLeases":       {"AssignTNLeasesToSIPControlApp", "SipAppService.AssignSipAppTnLeases", lease},
		"AssignSipAppTnLeases.uuids": {"AssignTNLeasesToSIPControlApp.uuids", "SipAppService.AssignSipAppTnLeases", lease},
		"ListSipAppTnLeases":         {"GetSIPControlAppTNLeasesList", "SipAppService.ListSipAppTnLeases", app},
		"ExecuteCallFlow":            {"ExecuteSIPControlAppCallExecuteCallFlow", "SipAppService.ExecuteCallFlow", map[string]any{"callUuid": someCall, "callFlowXml": goodFlow}},
		"GetMessagingProfile":        {"GetMessagingProfileByUUID", "ProfileService.GetMessagingProfile", map[string]any{"uuid": "3e55a9e0-0000-4000-8000-000000201740"}},
		"CreateMessagingProfile":     {"CreateMessagingProfile", "ProfileService.CreateMessagingProfile", map[string]any{"messagingProfile": map[string]any{"name": "Reminders"}}},
		"ListMessagingProfiles":      {"ListMessagingProfiles", "ProfileService.ListMessagingProfiles", map[string]any{}},
		"GetOutboundVoiceProfile":    {"GetOutboundVoiceProfileByUUID", "ProfileService.GetOutboundVoiceProfile", map[string]any{"uuid": "701ce000-0000-4000-8000-000000201890"}},
		"UpdateOutboundVoiceProfile": {"ModifyOutboundVoiceProfile", "ProfileService.UpdateOutboundVoiceProfile", map[string]any{"outboundVoiceProfile": map[string]any{"uuid": "701ce000-0000-4000-8000-000000201943", "name": "Clinics"}}},
		"ListOutboundVoiceProfiles":  {"ListOutboundVoiceProfiles", "ProfileService.ListOutboundVoiceProfiles", map[string]any{}},
	}
}

// TestAppAndProfileFields: every documented member of an answer arrives under its
// name in the contract, and no secret arrives anywhere.
func TestAppAndProfileFields(t *testing.T) {
	t.Parallel()
	for name, c := range appAnsweredCalls() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.run(t, name)
		})
	}
}

// oneAnswer makes a call through both protocols to a vendor that answers every call
// with the payload, and returns the outcome, which must be the same.
func oneAnswer(t *testing.T, f *facade, rpc string, request map[string]any) outcome {
	t.Helper()
	var made []outcome
	for _, way := range f.protocols() {
		one, err := way.call(t.Context(), mustCall(t, rpc, request))
		if err != nil {
			t.Fatalf("%s %s: %v", way.name(), rpc, err)
		}
		for _, problem := range promises(one) {
			t.Errorf("%s %s: %s", way.name(), rpc, problem)
		}
		made = append(made, one)
	}
	if diff := cmp.Diff(made[0].response, made[1].response); diff != "" {
		t.Errorf("%s: the protocols show different responses (-grpc +json):\n%s", rpc, diff)
	}
	compareErrors(t, made)
	return made[0]
}

// TestProfileSpellings: each spelling and type that the vendor's documents have for
// a member of a profile.
func TestProfileSpellings(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, http.NotFoundHandler())
	f := startFacade(t, vendor.url(), withToken())
	for _, c := range []struct {
		resource, members, path string
		want                    any
	}{
		{"messagingProfile", `"tollfree_weight":5`, "tollFreeWeight", 5.0},
		{"messagingProfile", `"toll_free_weight":5`, "tollFreeWeight", 5.0},
		{"messagingProfile", `"toll_free_weight":"5","tollfree_weight":null`, "tollFreeWeight", 5.0},
		{"messagingProfile", `"number_pool_enable":true`, "numberPoolEnabled", true},
		{"messagingProfile", `"number_pool_enable":"true"`, "numberPoolEnabled", true},
		{"messagingProfile", `"number_pool_enable":false`, "numberPoolEnabled", false},
		{"messagingProfile", `"number_pool_enable":"false"`, "numberPoolEnabled", false},
		{"messagingProfile", `"number_pool_enable":null`, "numberPoolEnabled", nil},
		{"messagingProfile", `"callback_url2":"https://b.example/hook"`, "failoverCallbackUrl", "https://b.example/hook"},
		{"messagingProfile", `"callback_url2":null`, "failoverCallbackUrl", nil},
		{"messagingProfile", `"skip_unhealthy_tns":0`, "skipUnhealthyTns", false},
		{"outboundVoiceProfile", `"daily_spend_limit":20.5`, "dailySpendLimit", 20.5},
		{"outboundVoiceProfile", `"daily_spent_limit":20.5`, "dailySpendLimit", 20.5},
		{"outboundVoiceProfile", `"daily_spent_limit":"20.5","daily_spend_limit":null`, "dailySpendLimit", 20.5},
		{"outboundVoiceProfile", `"filemat":"wav"`, "recordingFormat", "wav"},
		{"outboundVoiceProfile", `"format":"mp3"`, "recordingFormat", "mp3"},
		{"outboundVoiceProfile", `"file_format":"mp3"`, "recordingFormat", "mp3"},
		{"outboundVoiceProfile", `"filemat":"MP3"`, "recordingFormat", "MP3"},
		{"outboundVoiceProfile", `"filemat":"flac"`, "recordingFormat", "flac"},
		{"outboundVoiceProfile", `"filemat":null`, "recordingFormat", nil},
		{"outboundVoiceProfile", `"filemat":""`, "recordingFormat", nil},
		{"outboundVoiceProfile", `"audio_track_type":true`, "audioTrackType", 1.0},
		{"outboundVoiceProfile", `"audio_track_type":"0"`, "audioTrackType", 0.0},
		{"outboundVoiceProfile", `"record_calls":"2"`, "recordCalls", 2.0},
	} {
		object := `{"uuid":"` + someInvite + `","name":"Reminders",` + c.members + `}`
		for form, payload := range map[string]string{"an object": object, "an array of one": `[` + object + `]`} {
			vendor.answer(json200(`{"success":true,"payload":` + payload + `}`))
			for _, call := range profileCalls() {
				if call.name != c.resource {
					continue
				}
				made := oneAnswer(t, f, call.rpc, call.request)
				if got, there := at(made.response, c.resource+"."+c.path); got != c.want || there != (c.want != nil) {
					t.Errorf("%s, %s as %s: want %s to be %v, got %v %v", call.rpc, c.members, form, c.path, c.want, got, made.status)
				}
				if name, _ := at(made.response, c.resource+".name"); name != "Reminders" {
					t.Errorf("%s as %s: the profile did not arrive: %v", call.rpc, form, made.response)
				}
			}
		}
	}
}

// TestUnknownMediaTypeIsKept: a media type that the contract does not know is shown
// among the other settings; one that states nothing is not shown.
func TestUnknownMediaTypeIsKept(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, http.NotFoundHandler())
	f := startFacade(t, vendor.url(), withToken())
	for _, member := range []string{"class4_egress_trunk_settings", "class4_egress_trunk_stings"} {
		for word, known := range map[string]string{
			`"Carrier Pigeon"`: "", `""`: "", `null`: "", `7`: "", `["Proxy Media"]`: "",
			`"Proxy Media"`: "TRUNK_MEDIA_TYPE_PROXY_MEDIA", `"bypass media"`: "TRUNK_MEDIA_TYPE_BYPASS_MEDIA",
		} {
			vendor.answer(json200(fmt.Sprintf(`{"success":true,"payload":{"uuid":%q,%q:{"media_type":%s,"call_limit":5,"reg_user":[{"password":"SECRET"}]}}}`, someApp, member, word)))
			made := oneAnswer(t, f, "SipAppService.GetSipApp", map[string]any{"uuid": someApp})
			const settings = "sipApp.class4EgressTrunkSettings."
			var plainWord any
			if err := json.Unmarshal([]byte(word), &plainWord); err != nil {
				t.Fatal(err)
			}
			media, hasMedia := at(made.response, settings+"mediaType")
			left, isLeft := at(made.response, settings+"otherSettings.media_type")
			isOther := known == "" && plainWord != nil && plainWord != ""
			if hasMedia != (known != "") || hasMedia && media != known || isLeft != isOther || isLeft && !cmp.Equal(left, plainWord) {
				t.Errorf("%s %s: want %q, or the vendor's own word in otherSettings, got %v and %v", member, word, known, media, left)
			}
			if limit, _ := at(made.response, settings+"otherSettings.call_limit"); limit != 5.0 {
				t.Errorf("%s %s: the other settings are lost: %v", member, word, made.response)
			}
			if strings.Contains(made.raw, secretMark) {
				t.Errorf("%s: the registration's password is shown: %s", member, made.raw)
			}
		}
	}
}

// TestUnknownMediaTypeIsSentBack: settings that were read can be sent back, whatever media type
// the vendor states, and get it as it was.
func TestUnknownMediaTypeIsSentBack(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, http.NotFoundHandler())
	f := startFacade(t, vendor.url(), withToken())
	for word, want := range map[string]string{
		`"Carrier Pigeon"`: `{"call_limit":5,"media_type":"Carrier Pigeon"}`,
		`7`:                `{"call_limit":5,"media_type":7}`,
		`"Proxy Media"`:    `{"call_limit":5,"media_type":"Proxy Media"}`,
		`null`:             `{"call_limit":5}`,
		`""`:               `{"call_limit":5}`,
	} {
		vendor.answer(json200(fmt.Sprintf(`{"success":true,"payload":{"uuid":%q,"class4_egress_trunk_settings":{"media_type":%s,"call_limit":5}}}`, someApp, word)))
		read := oneAnswer(t, f, "SipAppService.GetSipApp", map[string]any{"uuid": someApp})
		settings, _ := at(read.response, "sipApp.class4EgressTrunkSettings")
		app := map[string]any{"uuid": someApp, "class4EgressTrunkSettings": settings}
		oneAnswer(t, f, "SipAppService.UpdateSipApp", map[string]any{"sipApp": app})
		writes := 0
		for _, sent := range vendor.take() {
			if sent.method == http.MethodPatch && bytes.Contains(sent.body, []byte(":"+want+"}")) {
				writes++
			}
		}
		if writes != len(f.protocols()) {
			t.Errorf("%s: not sent back as %s over each protocol, but %d times", word, want, writes)
		}
	}
}

// TestAppRelations: each form of each relation of an app, a call and both profiles.
func TestAppRelations(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, http.NotFoundHandler())
	f := startFacade(t, vendor.url(), withToken())
	owned := []string{"account:account", "created_by:createdBy", "modified_by:updatedBy"}
	for rpc, c := range map[string]struct {
		resource string
		request  map[string]any
		members  []string
	}{
		"SipAppService.GetSipApp":                {"sipApp", map[string]any{"uuid": someApp}, append([]string{"outbound_voice_profile:outboundVoiceProfile"}, owned...)},
		"SipAppService.ExecuteCallFlow":          {"sipAppCall", map[string]any{"callUuid": someCall, "callFlowXml": goodFlow}, []string{"sip_control_app:sipApp"}},
		"ProfileService.GetMessagingProfile":     {"messagingProfile", map[string]any{"uuid": someMessagingProfile}, owned},
		"ProfileService.GetOutboundVoiceProfile": {"outboundVoiceProfile", map[string]any{"uuid": someVoiceProfile}, owned},
	} {
		for form, there := range relationForms() {
			row := strings.TrimSuffix(strings.Replace(rowWith(c.members, form), "[", "", 1), "]}") + "}"
			vendor.answer(json200(row))
			made := oneAnswer(t, f, rpc, c.request)
			if made.status != nil {
				t.Errorf("%s with %s: want a response, got %v", rpc, form, made.status)
				continue
			}
			for _, member := range c.members {
				_, ours, _ := strings.Cut(member, ":")
				uuid, found := at(made.response, c.resource+"."+ours+".uuid")
				if found != there || there && uuid != "abcdef00-0000-4000-8000-00000000000a" {
					t.Errorf("%s: %s as %s: want it there: %t, got %v", rpc, ours, form, there, uuid)
				}
				if _, exists := at(made.response, c.resource+"."+ours); exists != there {
					t.Errorf("%s: %s as %s: want it there: %t", rpc, ours, form, there)
				}
			}
		}
	}
}

// TestCallNumberForms: the number of a call, in each form that numbers come in.
func TestCallNumberForms(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, http.NotFoundHandler())
	f := startFacade(t, vendor.url(), withToken())
	for form, want := range map[string]string{
		`{"tn":12065550119}`: "+12065550119", `{"tn":"12065550119"}`: "+12065550119", `12065550119`: "+12065550119",
		`"12065550119"`: "+12065550119", `{"tn":2065550119}`: "2065550119", `{}`: "", `null`: "",
	} {
		vendor.answer(json200(`{"success":true,"payload":{"uuid":"` + someCall + `","tn":` + form + `,"state":"online"}}`))
		made := oneAnswer(t, f, "SipAppService.ExecuteCallFlow", map[string]any{"callUuid": someCall, "callFlowXml": goodFlow})
		if got, _ := at(made.response, "sipAppCall.phoneNumber"); got != want {
			t.Errorf("%s: want %q, got %v %v", form, want, got, made.status)
		}
	}
}

// TestAnswersAreDistinct: each value is in a vendor's answer once, so that no value
// hides that another is missing.
func TestAnswersAreDistinct(t *testing.T) {
	t.Parallel()
	repeated := map[string]bool{ // there are few words for these
		"mp3": true, "Bypass Media": true, "Proxy Media + Transcoding": true, "Carrier Pigeon": true, "1": true, "2": true,
		"7": true, "8": true, "198.51.100.7": true, "41999": true, "dob": true,
	}
	for name, c := range appAnsweredCalls() {
		body, err := os.ReadFile("testdata/answers/" + c.answer + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var answer map[string]any
		if err := json.Unmarshal(body, &answer); err != nil {
			t.Fatal(err)
		}
		seen := map[string]string{}
		eachScalar("", answer["payload"], nil, func(path, text string) {
			if first, twice := seen[text]; twice && !repeated[text] && !strings.HasSuffix(path, ".dob") && text != "0" {
				t.Errorf("%s: %s and %s are both %q", name, first, path, text)
			}
			seen[text] = path
		})
	}
}
