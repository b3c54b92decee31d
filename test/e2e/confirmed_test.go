package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/codes"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// profileCall is a call that answers one resource, under a name.
type profileCall struct {
	rpc, name string
	request   map[string]any
	write     bool
}

func profileCalls() []profileCall {
	messaging := map[string]any{"uuid": someMessagingProfile, "name": "Reminders"}
	voice := map[string]any{"uuid": someVoiceProfile, "name": "Clinics"}
	return []profileCall{
		{"ProfileService.GetMessagingProfile", "messagingProfile", map[string]any{"uuid": someMessagingProfile}, false},
		{"ProfileService.CreateMessagingProfile", "messagingProfile", map[string]any{"messagingProfile": map[string]any{"name": "Reminders"}}, true},
		{"ProfileService.UpdateMessagingProfile", "messagingProfile", map[string]any{"messagingProfile": messaging}, true},
		{"ProfileService.GetOutboundVoiceProfile", "outboundVoiceProfile", map[string]any{"uuid": someVoiceProfile}, false},
		{"ProfileService.CreateOutboundVoiceProfile", "outboundVoiceProfile", map[string]any{"outboundVoiceProfile": map[string]any{"name": "Clinics"}}, true},
		{"ProfileService.UpdateOutboundVoiceProfile", "outboundVoiceProfile", map[string]any{"outboundVoiceProfile": voice}, true},
	}
}

// foreignPayloads are what the vendor's documents show in place of a profile, and what
// else is none.
func foreignPayloads() map[string]string {
	one := `{"created_on":"2019-08-24T14:15:22Z","uuid":"` + someLease + `","tn":{"tn":12065550101},"tnorder":{"uuid":"x"},"name":"a lease","autorenew":true}`
	return map[string]string{
		"an array of one": `[` + one + `]`, "an array of two": `[` + one + `,` + one + `]`, "a lease without an array": one,
		"an array of none": `[]`, "leases whose relations are empty": `[{"uuid":"` + someLease + `","tn":{},"tnorder":{}}]`,
		"leases whose relations are null": `[{"uuid":"` + someLease + `","tn":null,"tnorder":null}]`,
	}
}

// TestMisprint11LeasesInPlaceOfProfiles: the vendor's documents show an array of leases
// in place of a profile. A lease is never shown as a profile. A read of it fails; a write
// that the vendor confirms so has succeeded, and answers what was sent if it cannot be
// read back.
func TestMisprint11LeasesInPlaceOfProfiles(t *testing.T) {
	t.Parallel()
	vendor := startVendor(t, http.NotFoundHandler())
	f := startFacade(t, vendor.url(), withToken())
	for name, payload := range foreignPayloads() {
		vendor.answer(json200(`{"success":true,"payload":` + payload + `}`))
		for _, c := range profileCalls() {
			t.Run(name+"/"+c.rpc, func(t *testing.T) { c.checkForeign(t, f) })
		}
		if name == "an array of none" {
			continue // which is a good answer of a list
		}
		for _, rpc := range []string{"ProfileService.ListMessagingProfiles", "ProfileService.ListOutboundVoiceProfiles", "SipAppService.ListSipApps"} {
			t.Run(name+"/"+rpc, func(t *testing.T) {
				f.checkVerdict(t, action{"read", rpc, nil}, verdict{code: codes.Internal, reason: "UPSTREAM_BAD_RESPONSE", status: "200"})
			})
		}
	}
}

// checkForeign makes the call to a vendor that shows leases in place of the profile.
func (c profileCall) checkForeign(t *testing.T, f *facade) {
	if !c.write {
		f.checkVerdict(t, action{"read", c.rpc, c.request}, verdict{code: codes.Internal, reason: "UPSTREAM_BAD_RESPONSE", status: "200"})
		return
	}
	sent, ok := c.request[c.name].(map[string]any)
	if !ok {
		t.Fatalf("%s sends no %s", c.rpc, c.name)
	}
	want := map[string]any{"uuid": ""} // of a create whose resource is not in the list
	maps.Copy(want, sent)
	made := oneAnswer(t, f, c.rpc, c.request)
	if diff := cmp.Diff(any(map[string]any{c.name: want}), made.response); diff != "" || made.status != nil {
		t.Errorf("want what was sent, got the status %v and (-want +got):\n%s", made.status, diff)
	}
}

// confirmedCreates are creates whose resource the list tells from all others, by the
// generations that take them.
func confirmedCreates() map[int][]profileCall {
	creates := map[int][]profileCall{1: {
		{"ProfileService.CreateOutboundVoiceProfile", "outboundVoiceProfile", map[string]any{"outboundVoiceProfile": map[string]any{"name": "Only here", "recordingFormat": "mp3"}}, true},
		{"SipAppService.CreateSipApp", "sipApp", map[string]any{"sipApp": map[string]any{"name": "Only here", "subdomain": "only.here"}}, true},
		{"SipConnectionService.CreateSipConnection", "sipConnection", map[string]any{"sipConnection": map[string]any{"name": "Only here", "ip": "192.0.2.77"}}, true},
	}}
	for _, generation := range []int{2, 3} {
		creates[generation] = []profileCall{
			{"SipConnectionService.CreateSipDomain", "sipDomain", map[string]any{"sipDomain": map[string]any{"domain": "only.here.example.com", "sipConnectionUuid": someConnection}}, true},
			{"SipConnectionService.CreateSipUser", "sipUser", map[string]any{"sipDomain": someDomain, "sipUser": map[string]any{"login": "only-here", "password": "SECRET-of-one", "dob": "1990-05-01"}}, true},
			{"ProfileService.CreateOutboundVoiceProfile", "outboundVoiceProfile", map[string]any{"outboundVoiceProfile": map[string]any{"name": "Only here", "productId": 2, "class4IngressTrunkSettings": map[string]any{}}}, true},
		}
	}
	for generation := range creates {
		creates[generation] = append(creates[generation],
			profileCall{"ProfileService.CreateMessagingProfile", "messagingProfile", map[string]any{"messagingProfile": map[string]any{"name": "Only here", "longCodeWeight": 3}}, true},
			profileCall{"SipConnectionService.CreateSipUserInvite", "sipUserInvite", map[string]any{"sipConnectionUuid": someConnection, "sipUserInvite": map[string]any{"name": "Only here"}}, true},
		)
	}
	return creates
}

// TestForeignAnswersOfWritesAreReadBack: whatever a confirmed create shows in place of the
// resource, also its bare UUID, the resource is read and answered as stored.
func TestForeignAnswersOfWritesAreReadBack(t *testing.T) {
	t.Parallel()
	for _, shape := range []string{"delete_other_shape", "null_payload", "uuid"} {
		for generation, calls := range confirmedCreates() {
			for _, c := range calls {
				if shape == "delete_other_shape" && c.name == "sipUser" || shape == "uuid" && c.name == "sipDomain" {
					continue // SIP users are no foreign resources here, and SIP domains have no UUID
				}
				for way := range 2 {
					t.Run(fmt.Sprint(shape, "/", c.rpc, "/generation ", generation, "/", way), func(t *testing.T) {
						t.Parallel()
						c.checkFound(t, shape, generation, way)
					})
				}
			}
		}
	}
}

// checkFound creates through one protocol at an emulator whose clock is right, and which
// answers the create with another shape.
func (c profileCall) checkFound(t *testing.T, shape string, generation, way int) {
	menu := sandbox.NewFaultMenu()
	if _, err := menu.Add(fault.Fault{Kind: fault.Reshape, Shape: shape, Route: vendorOperations[c.rpc]}); err != nil {
		t.Fatal(err)
	}
	vendor := startVendor(t, sandbox.New(sandbox.Options{
		Seed: true, Faults: menu, Tokens: []string{vendorToken}, Generation: sandbox.Generation(generation),
	}))
	f := startFacade(t, vendor.url(), withToken(), generationFlag(generation))
	made, err := f.protocols()[way].call(t.Context(), mustCall(t, c.rpc, c.request))
	if err != nil || made.status != nil {
		t.Fatalf("want a response, got %v %v", made.status, err)
	}
	want, ok := c.request[c.name].(map[string]any)
	if !ok {
		t.Fatalf("%s sends no %s", c.rpc, c.name)
	}
	want = maps.Clone(want)
	delete(want, "password") // which is never shown
	shown, _ := at(made.response, c.name)
	for _, problem := range differences(c.name, asJSON(t, want), shown) {
		t.Error(problem)
	}
	for _, given := range []string{"etag", "createTime"} {
		if value, there := at(made.response, c.name+"."+given); !there || value == "" {
			t.Errorf("the stored %s is not answered: %v", given, made.response)
		}
	}
	sent := operations(vendor.take())
	if writes := writesAmong(sent); len(writes) != 1 || sent[len(sent)-1] == writes[0] {
		t.Errorf("want one write and then reads, got %q", sent)
	}
}

// asJSON returns a value as a decoder of JSON does.
func asJSON(t *testing.T, value any) any {
	t.Helper()
	same, err := plain(value)
	if err != nil {
		t.Fatal(err)
	}
	return same
}
