package e2e

import (
	"encoding/json"
	"mime"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/sipfacade/sipfacade/internal/contract"
)

// The tests below are named after the rows of docs/upstreams.md in which the vendor's
// documents differ from each other or from what is sent: those about apps and profiles
// that callers see. Package opentact has those that its client shows.

// sends makes a call through both protocols and returns the request that the vendor
// received, which must be one and the same.
func sends(t *testing.T, rpc string, request map[string]any) received {
	t.Helper()
	vendor := startVendor(t, json200(good+"}"))
	f := startFacade(t, vendor.url(), withToken())
	made := oneAnswer(t, f, rpc, request)
	if made.status != nil {
		t.Fatalf("%s: want a response, got %v", rpc, made.status)
	}
	got := vendor.take()
	if len(got) != 2 || got[0].String() != got[1].String() {
		t.Fatalf("%s: want the same request from each protocol, got %v", rpc, got)
	}
	return got[0]
}

// wantSent checks method, path and JSON body of a request.
func wantSent(t *testing.T, got received, method, path, body string) {
	t.Helper()
	if got.method != method || got.target != vendorBase+path {
		t.Errorf("want %s %s, got %s %s", method, path, got.method, got.target)
	}
	if string(got.body) != body {
		t.Errorf("want the body %s, got %s", body, got.body)
	}
}

// TestMisprint04EgressSettingsAreSentMisspelt: the misspelt key is the only one that
// generation 1 documents. The cases of the later generations hold theirs.
func TestMisprint04EgressSettingsAreSentMisspelt(t *testing.T) {
	t.Parallel()
	settings := map[string]any{"mediaType": "TRUNK_MEDIA_TYPE_PROXY_MEDIA", "otherSettings": map[string]any{"call_limit": 5}}
	const body = `"class4_egress_trunk_stings":{"call_limit":5,"media_type":"Proxy Media"}}`
	created := sends(t, "SipAppService.CreateSipApp", map[string]any{"sipApp": map[string]any{"name": "X", "class4EgressTrunkSettings": settings}})
	wantSent(t, created, "POST", "/sip/app", `{"name":"X",`+body)
	updated := sends(t, "SipAppService.UpdateSipApp", map[string]any{"sipApp": map[string]any{"uuid": someApp, "class4EgressTrunkSettings": settings}})
	wantSent(t, updated, "PATCH", "/sip/app/"+someApp, `{`+body)
}

func TestMisprint05FileFormatIsFilemat(t *testing.T) {
	t.Parallel()
	for ours, theirs := range map[string]string{"wav": "wav", "mp3": "mp3"} {
		got := sends(t, "ProfileService.CreateOutboundVoiceProfile", map[string]any{"outboundVoiceProfile": map[string]any{"name": "X", "recordingFormat": ours}})
		wantSent(t, got, "POST", "/profile/outbound_voice", `{"name":"X","filemat":"`+theirs+`"}`)
	}
}

func TestMisprint06AudioTrackTypeIsAnInteger(t *testing.T) {
	t.Parallel()
	for _, track := range []string{"0", "1"} {
		got := sends(t, "ProfileService.UpdateOutboundVoiceProfile", map[string]any{"outboundVoiceProfile": map[string]any{"uuid": someVoiceProfile, "audioTrackType": json.Number(track)}})
		wantSent(t, got, "PATCH", "/profile/outbound_voice/"+someVoiceProfile, `{"audio_track_type":`+track+`}`)
	}
}

func TestMisprint07DailySpendLimitIsANumber(t *testing.T) {
	t.Parallel()
	for _, limit := range []string{"0", "20.25", "1000000"} {
		got := sends(t, "ProfileService.CreateOutboundVoiceProfile", map[string]any{"outboundVoiceProfile": map[string]any{"name": "X", "dailySpendLimit": json.Number(limit)}})
		wantSent(t, got, "POST", "/profile/outbound_voice", `{"name":"X","daily_spend_limit":`+limit+`}`)
	}
}

func TestMisprint08PoolIsABooleanAndTheSecondURLIsCallbackURL2(t *testing.T) {
	t.Parallel()
	got := sends(t, "ProfileService.CreateMessagingProfile", map[string]any{"messagingProfile": map[string]any{
		"name": "X", "failoverCallbackUrl": "https://b.example/hook", "numberPoolEnabled": false,
	}})
	wantSent(t, got, "POST", "/profile/messaging", `{"name":"X","callback_url2":"https://b.example/hook","number_pool_enable":false}`)
}

func TestMisprint09TollFreeWeightIsTollfreeWeight(t *testing.T) {
	t.Parallel()
	got := sends(t, "ProfileService.UpdateMessagingProfile", map[string]any{"messagingProfile": map[string]any{"uuid": someMessagingProfile, "tollFreeWeight": 3}})
	wantSent(t, got, "PATCH", "/profile/messaging/"+someMessagingProfile, `{"tollfree_weight":3}`)
}

func TestMisprint10WeightsAreAValueRange(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(good+"}"))
	f := startFacade(t, vendor.url(), withToken())
	for field, ours := range map[string]string{"longCodeWeight": "long_code_weight", "tollFreeWeight": "toll_free_weight"} {
		for weight, right := range map[int]bool{-1: false, 0: true, 9: true, 10: false, 1234567: false} {
			made := oneAnswer(t, f, "ProfileService.CreateMessagingProfile", map[string]any{"messagingProfile": map[string]any{"name": "X", field: weight}})
			sent := len(vendor.take())
			switch {
			case right && (made.status != nil || sent != 2):
				t.Errorf("%s %d: want it to be sent, got %v", field, weight, made.status)
			case !right:
				want := wantError{Code: codeName{codes.InvalidArgument}, Reason: "REQUEST_INVALID", Violations: map[string]string{"messaging_profile." + ours: ""}}
				for _, problem := range want.check(made) {
					t.Errorf("%s %d: %s", field, weight, problem)
				}
				if sent != 0 {
					t.Errorf("%s %d: the vendor was called", field, weight)
				}
			}
		}
	}
}

// profilePaths are the calls whose path needs the UUID that the vendor's documents
// leave out.
func profilePaths() map[string]struct{ method, path string } {
	return map[string]struct{ method, path string }{
		"ProfileService.GetMessagingProfile":        {"GET", "/profile/messaging/"},
		"ProfileService.DeleteMessagingProfile":     {"DELETE", "/profile/messaging/"},
		"ProfileService.GetOutboundVoiceProfile":    {"GET", "/profile/outbound_voice/"},
		"ProfileService.DeleteOutboundVoiceProfile": {"DELETE", "/profile/outbound_voice/"},
	}
}

func TestMisprint12ProfilePathsHaveTheUUID(t *testing.T) {
	t.Parallel()
	for rpc, c := range profilePaths() {
		wantSent(t, sends(t, rpc, map[string]any{"uuid": strings.ToUpper(someMessagingProfile)}), c.method, c.path+someMessagingProfile, "")
	}
}

// TestMisprint12NeverTheBarePath: a DELETE of the bare path might delete everything.
func TestMisprint12NeverTheBarePath(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(good+"}"))
	f := startFacade(t, vendor.url(), withToken())
	for rpc := range profilePaths() {
		for _, id := range []string{"", " ", "/", "..", "%2e%2e", "*", someMessagingProfile + "/", "../messaging"} {
			made, err := grpcProtocol{f}.call(t.Context(), mustCall(t, rpc, map[string]any{"uuid": id}))
			if err != nil {
				t.Fatal(err)
			}
			want := wantError{Code: codeName{codes.InvalidArgument}, Reason: "REQUEST_INVALID", Violations: map[string]string{"uuid": ""}}
			for _, problem := range want.check(made) {
				t.Errorf("%s %q: %s", rpc, id, problem)
			}
		}
	}
	for _, path := range []string{"/v1/messaging-profiles", "/v1/messaging-profiles/", "/v1/messaging-profiles/%20", "/v1/messaging-profiles/%2e%2e", "/v1/outbound-voice-profiles/%2F"} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, f.base()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if made, err := (jsonProtocol{f}).send(request); err != nil || made.status == nil {
			t.Errorf("DELETE %s: want an error, got %v %v", path, made.response, err)
		}
	}
	if got := vendor.take(); len(got) > 0 {
		t.Errorf("the vendor received %q %s", operations(got), got)
	}
}

// TestMisprint13RemovalDeletes: although the vendor describes it as a read.
func TestMisprint13RemovalDeletes(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, json200(`{"success":true,"payload":{"uuid":"`+someMessagingProfile+`","name":"Reminders"}}`))
	f := startFacade(t, vendor.url(), withToken())
	made := oneAnswer(t, f, "ProfileService.DeleteMessagingProfile", map[string]any{"uuid": someMessagingProfile})
	if diff := cmp.Diff(any(map[string]any{}), made.response); diff != "" || made.status != nil {
		t.Errorf("want an empty response, got %v %v", made.response, made.status)
	}
}

func TestMisprint14VoiceProfileUpdatesHaveTheUUID(t *testing.T) {
	t.Parallel()
	got := sends(t, "ProfileService.UpdateOutboundVoiceProfile", map[string]any{"outboundVoiceProfile": map[string]any{"uuid": strings.ToUpper(someVoiceProfile), "name": "Clinics"}})
	wantSent(t, got, "PATCH", "/profile/outbound_voice/"+someVoiceProfile, `{"name":"Clinics"}`)
}

// TestMisprint15VoiceProfileIsNotDescribedAsMessaging: the vendor copied the
// description of a name.
func TestMisprint15VoiceProfileIsNotDescribedAsMessaging(t *testing.T) {
	t.Parallel()
	found, err := commented(t).FindDescriptorByName(contract.Package + ".OutboundVoiceProfile")
	if err != nil {
		t.Fatal(err)
	}
	message, ok := found.(protoreflect.MessageDescriptor)
	if !ok {
		t.Fatalf("%s is no message", found.FullName())
	}
	for i := range message.Fields().Len() {
		field := message.Fields().Get(i)
		if comment := field.ParentFile().SourceLocations().ByDescriptor(field).LeadingComments; strings.Contains(strings.ToLower(comment), "messag") {
			t.Errorf("%s: %q", field.FullName(), comment)
		}
	}
}

// TestMisprint16UpdatesOfMessagingProfilesDoNotAssignLeases: the vendor's sample
// posts to the leases of an app.
func TestMisprint16UpdatesOfMessagingProfilesDoNotAssignLeases(t *testing.T) {
	t.Parallel()
	got := sends(t, "ProfileService.UpdateMessagingProfile", map[string]any{"messagingProfile": map[string]any{"uuid": someMessagingProfile, "name": "Reminders"}})
	wantSent(t, got, "PATCH", "/profile/messaging/"+someMessagingProfile, `{"name":"Reminders"}`)
}

func TestMisprint19AssignToAppsSendsArrays(t *testing.T) {
	t.Parallel()
	for body, lists := range map[string][2][]any{
		`{"add":["` + someLease + `"]}`:                                 {{someLease}, nil},
		`{"remove":["` + someLease + `"]}`:                              {nil, {someLease}},
		`{"add":["` + someLease + `"],"remove":["` + someInvite + `"]}`: {{someLease}, {someInvite}},
	} {
		request := map[string]any{"sipAppUuid": someApp}
		for i, name := range []string{"addTnLeaseUuids", "removeTnLeaseUuids"} {
			if lists[i] != nil {
				request[name] = lists[i]
			}
		}
		wantSent(t, sends(t, "SipAppService.AssignSipAppTnLeases", request), "POST", "/sip/app/"+someApp+"/tnlease", body)
	}
}

// TestMisprint20CreateAppHasNoNamelessMember: the vendor's table of members ends in
// one without a name.
func TestMisprint20CreateAppHasNoNamelessMember(t *testing.T) {
	t.Parallel()
	got := sends(t, "SipAppService.CreateSipApp", map[string]any{"sipApp": map[string]any{
		"name": "X", "subdomain": "abc", "active": true, "class4EgressTrunkSettings": map[string]any{}, "outboundVoiceProfileUuid": someVoiceProfile,
	}})
	var members map[string]any
	if err := json.Unmarshal(got.body, &members); err != nil {
		t.Fatal(err)
	}
	for name := range members {
		if !slices.Contains([]string{"name", "subdomain", "is_active", "class4_egress_trunk_stings", "outbound_voice_profile"}, name) {
			t.Errorf("sent %q in %s", name, got.body)
		}
	}
	if len(members) != 5 {
		t.Errorf("want five members, got %s", got.body)
	}
}

func TestMisprint21ActiveIsABooleanOfAppsToo(t *testing.T) {
	t.Parallel()
	for active, body := range map[bool]string{true: `{"name":"X","is_active":true}`, false: `{"name":"X","is_active":false}`} {
		wantSent(t, sends(t, "SipAppService.CreateSipApp", map[string]any{"sipApp": map[string]any{"name": "X", "active": active}}), "POST", "/sip/app", body)
	}
	wantSent(t, sends(t, "SipAppService.CreateSipApp", map[string]any{"sipApp": map[string]any{"name": "X"}}), "POST", "/sip/app", `{"name":"X"}`)
	vendor := startVendor(t, http.NotFoundHandler())
	f := startFacade(t, vendor.url(), withToken())
	for form, want := range map[string]any{`"true"`: true, `true`: true, `"false"`: false, `false`: false, `null`: nil} {
		vendor.answer(json200(`{"success":true,"payload":{"uuid":"` + someApp + `","is_active":` + form + `}}`))
		made := oneAnswer(t, f, "SipAppService.GetSipApp", map[string]any{"uuid": someApp})
		if got, there := at(made.response, "sipApp.active"); got != want || there != (want != nil) {
			t.Errorf("%s: want %v, got %v", form, want, got)
		}
	}
}

// TestMisprint22CallFlowIsTheFileOfTheCall: the path has the UUID of the call, and
// the XML is the one part of a form, byte for byte.
func TestMisprint22CallFlowIsTheFileOfTheCall(t *testing.T) {
	t.Parallel()
	for name, flow := range map[string]string{
		"plain":          goodFlow,
		"with a mark":    "\uFEFF" + goodFlow,
		"with all bytes": "<?xml version='1.0'?>\r\n<Response>\n\t<Say>--sipfacade-x\r\n--\r\nZoë &#x1F600; &lt;</Say>\r</Response>\n\n",
		"like a form":    "<Response><Say>\r\n--boundary--\r\nContent-Disposition: form-data; name=\"file\"\r\n</Say></Response>",
	} {
		got := sends(t, "SipAppService.ExecuteCallFlow", map[string]any{"callUuid": strings.ToUpper(someCall), "callFlowXml": flow})
		if got.method != http.MethodPost || got.target != vendorBase+"/sip/app/call/"+someCall {
			t.Errorf("%s: sent %s %s", name, got.method, got.target)
		}
		media, parameters, err := mime.ParseMediaType(got.header.Get("Content-Type"))
		if err != nil || media != "multipart/form-data" {
			t.Fatalf("%s: Content-Type %q: %v", name, got.header.Get("Content-Type"), err)
		}
		form, err := multipart.NewReader(strings.NewReader(string(got.body)), parameters["boundary"]).ReadForm(1 << 20)
		if err != nil {
			t.Fatal(err)
		}
		if len(form.Value) != 0 || len(form.File) != 1 || len(form.File["file"]) != 1 {
			t.Fatalf("%s: want one part `file`, got %v", name, form)
		}
		whole := "--" + parameters["boundary"] + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"call_flow.xml\"\r\nContent-Type: application/xml\r\n\r\n" +
			flow + "\r\n--" + parameters["boundary"] + "--\r\n"
		if diff := cmp.Diff(whole, string(got.body)); diff != "" {
			t.Errorf("%s: the body differs (-want +got):\n%s", name, diff)
		}
	}
}

func TestMisprint24AssignToAppsAnswersLeasesOrUUIDs(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, http.NotFoundHandler())
	f := startFacade(t, vendor.url(), withToken())
	for name, payload := range map[string]string{
		"uuids": `["` + strings.ToUpper(someLease) + `","` + someInvite + `"]`,
		"rows":  `[{"uuid":"` + someLease + `","sip_control_app":{},"tn":{}},{"uuid":"` + someInvite + `"}]`,
		"both":  `["` + someLease + `",{"uuid":"` + someInvite + `"}]`,
		"app":   `{"uuid":"` + someApp + `","name":"the app itself"}`,
	} {
		vendor.answer(json200(`{"success":true,"payload":` + payload + `}`))
		made := oneAnswer(t, f, "SipAppService.AssignSipAppTnLeases", map[string]any{"sipAppUuid": someApp, "addTnLeaseUuids": []any{someLease}, "removeTnLeaseUuids": []any{someInvite}})
		want := map[string]any{"tnLeases": []any{
			map[string]any{"uuid": someLease, "sipAppUuid": someApp}, map[string]any{"uuid": someInvite},
		}}
		if diff := cmp.Diff(any(want), made.response); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestMisprint30StatusZeroOfAProfileIsAPlaceholder(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, reply(404, "application/json", `{"success":false,"message":"string","status":0}`))
	f := startFacade(t, vendor.url(), withToken())
	f.checkVerdict(t, action{"read", "ProfileService.GetMessagingProfile", map[string]any{"uuid": someMessagingProfile}},
		verdict{code: codes.NotFound, reason: "RESOURCE_NOT_FOUND", status: "404"})
}
