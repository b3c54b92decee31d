package faults

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

// class is what a repeated execution of a call would do.
type class int

const (
	read class = iota
	idempotent
	once
)

// action is one kind of call. Each protocol has its own object, by its index.
type action struct {
	name  string
	class class
	// merged updates read the row before they write it; bare ones are answered without
	// a body, which cannot be cut.
	merged, bare bool
	infinity     bool
	call         func(protocol int, mark string) rig.Call
	// key is the key of the write in the vendor's record; nil means the mark.
	key func(protocol int) string
	// resultPath returns the path at which the vendor shows the result, and shows
	// returns the text in it.
	resultPath func(protocol int) string
	shows      func(protocol int, mark string) string
	// gone actions are done when the text is no longer shown.
	gone bool
}

const (
	uk = infinity.DomainUK
	us = infinity.DomainUS
)

func onOpenTACT() []action {
	markOnly := func(_ int, mark string) string { return mark }
	return []action{
		{name: "read", class: read, call: func(protocol int, _ string) rig.Call {
			return rig.GetSipConnection(opentact.ConnectionUUID(1 + protocol))
		}},
		{
			name: "update", class: idempotent, shows: markOnly,
			call: func(protocol int, mark string) rig.Call {
				return rig.RenameMessagingProfile(opentact.MessagingProfileUUID(1+protocol), mark)
			},
			resultPath: func(protocol int) string {
				return "/rest/profile/messaging/" + opentact.MessagingProfileUUID(1+protocol)
			},
		},
		{
			name: "delete", class: idempotent, gone: true,
			call: func(protocol int, _ string) rig.Call {
				return rig.DeleteSipUserInvite(opentact.ConnectionUUID(1), opentact.InviteUUID(1+protocol))
			},
			key:        func(protocol int) string { return opentact.InviteUUID(1 + protocol) },
			resultPath: func(int) string { return "/rest/sip/connection/" + opentact.ConnectionUUID(1) + "/invites" },
			shows:      func(protocol int, _ string) string { return opentact.InviteUUID(1 + protocol) },
		},
		{
			name: "create", class: once, shows: markOnly,
			call:       func(_ int, mark string) rig.Call { return rig.CreateMessagingProfile(mark) },
			resultPath: func(int) string { return "/rest/profile/messaging" },
		},
		{
			name: "assign", class: once,
			call: func(protocol int, _ string) rig.Call {
				return rig.AssignLease(opentact.ConnectionUUID(7), opentact.LeaseUUID(23+protocol))
			},
			key:        func(protocol int) string { return opentact.LeaseUUID(23 + protocol) },
			resultPath: func(int) string { return "/rest/sip/connection/" + opentact.ConnectionUUID(7) + "/tnlease" },
			shows:      func(protocol int, _ string) string { return opentact.LeaseUUID(23 + protocol) },
		},
		{
			name: "call flow", class: once,
			call: func(protocol int, mark string) rig.Call {
				return rig.ExecuteCallFlow(opentact.CallUUID(1+protocol), mark)
			},
		},
	}
}

func onInfinity() []action {
	markOnly := func(_ int, mark string) string { return mark }
	return []action{
		{name: "read", infinity: true, class: read, call: func(protocol int, _ string) rig.Call { return rig.GetPbxUser(uk, uint32(1+protocol)) }},
		{
			name: "update", infinity: true, class: idempotent, bare: true, shows: markOnly,
			call:       func(protocol int, mark string) rig.Call { return rig.RenamePbxUser(uk, uint32(1+protocol), mark) },
			resultPath: func(protocol int) string { return fmt.Sprintf("/config/v2/sip/domains/%d/users/%d", uk, 1+protocol) },
		},
		{
			name: "merged update", infinity: true, class: idempotent, merged: true, bare: true, shows: markOnly,
			call:       func(protocol int, mark string) rig.Call { return rig.RenamePbxGroup(uk, uint32(1+protocol), mark) },
			resultPath: func(protocol int) string { return fmt.Sprintf("/config/v2/sip/domains/%d/groups/%d", uk, 1+protocol) },
		},
		{
			name: "delete", infinity: true, class: idempotent, bare: true, gone: true,
			call: func(protocol int, _ string) rig.Call { return rig.DeletePbxTrustedNetwork(uk, uint32(1+protocol)) },
			key: func(protocol int) string {
				return fmt.Sprintf("/config/v2/sip/domains/%d/trustedNetwork/%d", uk, 1+protocol)
			},
			resultPath: func(protocol int) string {
				return fmt.Sprintf("/config/v2/sip/domains/%d/trustedNetworks/%d", uk, 1+protocol)
			},
			shows: func(int, string) string { return "description" },
		},
		{
			name: "create", infinity: true, class: once, shows: markOnly,
			call: func(protocol int, mark string) rig.Call {
				return rig.CreatePbxTrustedNetwork(uk, fmt.Sprintf("198.51.100.%d/32", 100+protocol), mark)
			},
			resultPath: func(int) string { return fmt.Sprintf("/config/v2/sip/domains/%d/trustednetworks", uk) },
		},
		{
			name: "assign", infinity: true, class: once, bare: true,
			call: func(protocol int, _ string) rig.Call { return rig.AddPbxGroupUser(us, uint32(10+protocol), 27) },
			key: func(protocol int) string {
				return fmt.Sprintf("/config/v2/sip/domains/%d/groups/%d/users", us, 10+protocol)
			},
			resultPath: func(protocol int) string {
				return fmt.Sprintf("/config/v2/sip/domains/%d/groups/%d/users", us, 10+protocol)
			},
			shows: func(int, string) string { return "dana.whitfield" },
		},
	}
}

// fixture is a facade and both vendors.
type fixture struct {
	facade           *rig.Facade
	opentact         *rig.Vendor
	infinity         *rig.Vendor
	openTACTEmulator *opentact.Server
}

func newFixture(t *testing.T, flags ...string) *fixture {
	t.Helper()
	s := &fixture{openTACTEmulator: opentact.New(opentact.Options{Seed: true})}
	s.opentact = rig.ServeOpenTACT(t, s.openTACTEmulator, false)
	s.infinity = rig.ServeInfinity(t, infinity.New(infinity.Options{Seed: true}), false)
	s.facade = rig.Start(t, s.opentact.Network.Address(), s.infinity.Network.Address(), append(flags, rig.StaticToken())...)
	return s
}

// behind starts a facade whose OpenTACT is the handler.
func behind(t *testing.T, vendor http.Handler, flags ...string) (*rig.Facade, *rig.Vendor) {
	t.Helper()
	served := rig.ServeOpenTACT(t, vendor, true)
	return rig.Start(t, served.Network.Address(), "127.0.0.1:9", flags...), served
}

func (s *fixture) vendorOf(a action) *rig.Vendor {
	if a.infinity {
		return s.infinity
	}
	return s.opentact
}

// markOf returns a value that no other call of the test sends.
func markOf(a action, protocol int) string {
	vendor := "o"
	if a.infinity {
		vendor = "i"
	}
	return "mark-" + vendor + "-" + strings.ReplaceAll(a.name, " ", "-") + "-" + fmt.Sprint(protocol)
}

// writeCounts returns what the vendor's record has about a write.
func (s *fixture) writeCounts(a action, protocol int) rig.WriteCounts {
	if a.key != nil {
		return s.vendorOf(a).Writes.Of(a.key(protocol))
	}
	return s.vendorOf(a).Writes.Of(markOf(a, protocol))
}

// stored reports whether the vendor shows that the write was done.
func (s *fixture) stored(a action, protocol int) bool {
	if a.resultPath == nil {
		return strings.Contains(s.openTACTEmulator.CallFlow(opentact.CallUUID(1+protocol)), markOf(a, protocol))
	}
	return strings.Contains(s.vendorOf(a).Ask(a.resultPath(protocol)), a.shows(protocol, markOf(a, protocol))) != a.gone
}
