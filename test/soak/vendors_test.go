//go:build soak

package soak

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

// replaceable is an emulator that can be replaced, which frees its memory.
type replaceable struct{ current atomic.Pointer[http.Handler] }

func (r *replaceable) set(handler http.Handler) { r.current.Store(&handler) }

// ServeHTTP implements http.Handler.
func (r *replaceable) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	(*r.current.Load()).ServeHTTP(w, request)
}

const domain = infinity.DomainUK

func newOpenTACT(t *testing.T) (*vendor, *replaceable) {
	emulator, handler := opentact.New(opentact.Options{Seed: true}), &replaceable{}
	handler.set(emulator)
	v := &vendor{
		Vendor: rig.ServeOpenTACT(t, handler, true), menu: emulator.Faults(), name: "opentact", login: "Auth",
		operations: []string{
			"CreateMessagingProfile", "GetMessagingProfileByUUID", "ModifyMessagingProfile", "ModifyMessagingProfile",
			"RemoveMessagingProfileByUUID", "AssignTNLeasesToSIPConnection",
		},
		create: func(_ int, mark string) rig.Call { return rig.CreateMessagingProfile(mark) },
		read:   rig.GetMessagingProfile, remove: rig.DeleteMessagingProfile, update: rig.RenameMessagingProfile,
		id: "uuid", value: "name", moves: true,
		assign: func(pair, turn int) (rig.Call, string, string) {
			connection, lease := opentact.ConnectionUUID(1+turn%7), opentact.LeaseUUID(1+pair)
			return rig.AssignLease(connection, lease), connection, lease
		},
	}
	v.rows = func() []row { return profilesOf(t, v.Ask("/rest/profile/messaging")) }
	v.assigned = func(pair int) map[string]bool {
		held := map[string]bool{}
		for n := 1; n <= 7; n++ {
			leases := v.Ask("/rest/sip/connection/" + opentact.ConnectionUUID(n) + "/tnlease")
			if strings.Contains(leases, `"uuid":"`+opentact.LeaseUUID(1+pair)+`"`) {
				held[opentact.ConnectionUUID(n)] = true
			}
		}
		return held
	}
	return v, handler
}

func profilesOf(t *testing.T, text string) []row {
	var answer struct {
		Payload []struct {
			UUID, Name string
			Callback   string `json:"callback_url"`
		}
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		t.Fatalf("the list of profiles: %v", err)
	}
	var rows []row
	for _, p := range answer.Payload {
		rows = append(rows, row{p.UUID, p.Name, numberIn(p.Callback)})
	}
	return rows
}

var createMark = regexp.MustCompile(`mark-\d+-c(\d+)`)

// numberIn returns the number in a create's mark, or 0.
func numberIn(text string) int {
	found := createMark.FindStringSubmatch(text)
	if found == nil {
		return 0
	}
	number, _ := strconv.Atoi(found[1]) // only digits
	return number
}

func newInfinity(t *testing.T) (*vendor, *replaceable) {
	emulator, handler := infinity.New(infinity.Options{Seed: true}), &replaceable{}
	handler.set(emulator)
	number := func(id string) uint32 {
		n, err := strconv.ParseUint(id, 10, 32)
		if err != nil {
			t.Errorf("the id %q: %v", id, err)
		}
		return uint32(n)
	}
	path := func(rest string) string { return fmt.Sprintf("/config/v2/sip/domains/%d/%s", domain, rest) }
	v := &vendor{
		Vendor: rig.ServeInfinity(t, handler, true), menu: emulator.Faults(), name: "infinity",
		operations: []string{
			"CreateSIPTrustedNetwork", "ReadSIPTrustedNetwork", "UpdateSIPTrustedNetwork", "UpdateSIPTrustedNetwork",
			"DeleteSIPTrustedNetwork", "AddSIPGroupUsers",
		},
		create: func(n int, mark string) rig.Call {
			return rig.CreatePbxTrustedNetwork(domain, fmt.Sprintf("10.%d.%d.%d/32", n>>16&255, n>>8&255, n&255), mark)
		},
		read:   func(id string) rig.Call { return rig.GetPbxTrustedNetwork(domain, number(id)) },
		remove: func(id string) rig.Call { return rig.DeletePbxTrustedNetwork(domain, number(id)) },
		update: func(id, value string) rig.Call { return rig.DescribePbxTrustedNetwork(domain, number(id), value) },
		id:     "trustedNetworkId", value: "description",
		assign: func(pair, turn int) (rig.Call, string, string) {
			user := uint32(1 + turn%26)
			return rig.AddPbxGroupUser(domain, uint32(1+pair), user), fmt.Sprint(user), path(fmt.Sprintf("groups/%d/users", 1+pair))
		},
	}
	v.rows = func() []row { return networksOf(t, v.Ask(path("trustednetworks"))) }
	v.assigned = func(pair int) map[string]bool {
		held := map[string]bool{}
		for _, line := range lines(v.Ask(path(fmt.Sprintf("groups/%d/users", 1+pair)))) {
			var member struct{ UserID string }
			if err := json.Unmarshal([]byte(line), &member); err != nil {
				t.Fatalf("a member %q: %v", line, err)
			}
			held[member.UserID] = true
		}
		return held
	}
	return v, handler
}

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' })
}

func networksOf(t *testing.T, text string) []row {
	var rows []row
	for _, line := range lines(text) {
		var n struct{ TrustedNetworkID, Network, Description string }
		if err := json.Unmarshal([]byte(line), &n); err != nil {
			t.Fatalf("a trusted network %q: %v", line, err)
		}
		var a, b, c int
		if _, err := fmt.Sscanf(n.Network, "10.%d.%d.%d/32", &a, &b, &c); err != nil {
			continue // one that was there before
		}
		rows = append(rows, row{n.TrustedNetworkID, n.Description, a<<16 | b<<8 | c})
	}
	return rows
}
