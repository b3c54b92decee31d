package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"google.golang.org/grpc/codes"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// The ids of the calls below; the emulator has them from the start.
const (
	someApp              = "a9900000-0000-4000-8000-000000000001"
	someCall             = "ca110000-0000-4000-8000-000000000001"
	someMessagingProfile = "3e55a9e0-0000-4000-8000-000000000001"
	someVoiceProfile     = "701ce000-0000-4000-8000-000000000001"
)

// goodFlow is a call flow without a mistake.
const goodFlow = `<Response><Say>Good morning</Say></Response>`

// appAndProfileActions returns reads and writes of apps, calls and profiles. Their
// errors follow the same table.
func appAndProfileActions() []action {
	return []action{
		{"read", "SipAppService.GetSipApp", map[string]any{"uuid": someApp}},
		{"create", "SipAppService.CreateSipApp", map[string]any{"sipApp": map[string]any{"name": "Reminders"}}},
		{"assign", "SipAppService.ExecuteCallFlow", map[string]any{"callUuid": someCall, "callFlowXml": goodFlow}},
		{"read", "ProfileService.GetMessagingProfile", map[string]any{"uuid": someMessagingProfile}},
		{"create", "ProfileService.CreateMessagingProfile", map[string]any{"messagingProfile": map[string]any{"name": "Reminders"}}},
		{"read", "ProfileService.GetOutboundVoiceProfile", map[string]any{"uuid": someVoiceProfile}},
		{"update", "ProfileService.UpdateOutboundVoiceProfile", map[string]any{"outboundVoiceProfile": map[string]any{"uuid": someVoiceProfile, "name": "Clinics"}}},
	}
}

// checkOnOwnServers is checkVerdict with a server of its own for each protocol: a
// server that the vendor has asked for a pause sends it nothing until the pause is
// over.
func checkOnOwnServers(t *testing.T, v *vendor, flags []string, a action, want verdict) {
	t.Helper()
	var outcomes []outcome
	for i := range 2 {
		way := startFacade(t, v.url(), flags...).protocols()[i]
		made, err := way.call(t.Context(), mustCall(t, a.rpc, a.request))
		if err != nil {
			t.Fatalf("%s: %v", way.name(), err)
		}
		for _, problem := range want.check(made) {
			t.Errorf("%s: %s", way.name(), problem)
		}
		outcomes = append(outcomes, made)
	}
	compareErrors(t, outcomes)
}

// faultRow is a kind of fault, and the verdicts on a read and on a write. A verdict of
// OK is a response.
type faultRow struct {
	fault       fault.Fault
	read, write verdict
}

// faultRows returns every kind of fault.
func faultRows() map[fault.Kind]faultRow {
	refused := func(code codes.Code, reason, status, retry string) faultRow {
		return faultRow{
			read:  verdict{code: code, reason: reason, status: status, retry: retry},
			write: verdict{code: code, reason: reason, status: status, retry: retry, delivery: "REJECTED"},
		}
	}
	unclear := func(code codes.Code, reason, status string) faultRow {
		return faultRow{
			read:  verdict{code: code, reason: reason, status: status},
			write: verdict{code: codes.Unknown, reason: "OUTCOME_UNKNOWN", status: status, delivery: "UNKNOWN"},
		}
	}
	const bad = "UPSTREAM_BAD_RESPONSE"
	rows := map[fault.Kind]faultRow{
		fault.Latency:       {},
		fault.Status:        unclear(codes.Unavailable, "UPSTREAM_ERROR", "502"),
		fault.Unauthorized:  refused(codes.Internal, "UPSTREAM_CREDENTIAL_REJECTED", "401", ""),
		fault.RateLimited:   refused(codes.ResourceExhausted, "UPSTREAM_RATE_LIMITED", "429", "1s"),
		fault.MalformedJSON: unclear(codes.Internal, bad, "200"),
		fault.Truncated:     unclear(codes.Unavailable, bad, "200"),
		fault.HTML:          unclear(codes.Internal, bad, "200"),
		fault.NotSuccess:    refused(codes.Unknown, "UPSTREAM_REJECTED", "200", ""),
		fault.Redirect:      refused(codes.Internal, bad, "302", ""),
		fault.ResetBefore:   unclear(codes.Unavailable, "UPSTREAM_UNREACHABLE", ""),
		fault.ResetAfter:    unclear(codes.Unavailable, "UPSTREAM_UNREACHABLE", ""),
		fault.Empty:         {read: verdict{code: codes.Internal, reason: bad, status: "200"}},
		fault.Oversize:      unclear(codes.Internal, bad, "200"),
		fault.Reshape:       {read: verdict{code: codes.Internal, reason: bad, status: "200"}},
	}
	given := map[fault.Kind]fault.Fault{
		fault.Latency: {DelayMS: 5}, fault.Status: {Status: 502}, fault.Truncated: {Bytes: 20},
		fault.Oversize: {Bytes: 128 << 10}, fault.Reshape: {Shape: "delete_other_shape"},
	}
	for kind, row := range rows {
		row.fault = given[kind]
		row.fault.Kind = kind
		rows[kind] = row
	}
	return rows
}

// TestFaultMenu: every kind of fault affects reads and writes of apps, calls and
// profiles, and both protocols report it in the same way.
func TestFaultMenu(t *testing.T) {
	t.Parallel()
	rows := faultRows()
	for _, kind := range fault.Kinds() {
		if _, ok := rows[kind.Kind]; !ok {
			t.Errorf("no row for the fault %s", kind.Kind)
		}
	}
	for kind, row := range rows {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			row.run(t)
		})
	}
}

func (r faultRow) run(t *testing.T) {
	menu := sandbox.NewFaultMenu()
	if _, err := menu.Add(r.fault); err != nil {
		t.Fatal(err)
	}
	vendor := startVendor(t, sandbox.New(sandbox.Options{Seed: true, Faults: menu, Tokens: []string{vendorToken}}))
	flags := []string{withToken(), "--upstream-max-bytes=64KiB"}
	f := startFacade(t, vendor.url(), flags...)
	for _, a := range appAndProfileActions() {
		t.Run(a.rpc, func(t *testing.T) {
			want := r.write
			if a.name == "read" {
				want = r.read
			}
			switch {
			case want.code == codes.OK:
				f.accept(t, a)
			case r.fault.Kind == fault.RateLimited:
				checkOnOwnServers(t, vendor, flags, a, r.of(a, want))
			default:
				f.checkVerdict(t, a, r.of(a, want))
			}
			sent := slices.DeleteFunc(vendor.take(), func(one received) bool { return one.method == http.MethodGet })
			if a.name != "read" && !a.repeatable() && len(sent) != 2 {
				t.Errorf("want one write of each protocol, got %q", operations(sent))
			}
		})
	}
}

// of is the verdict with the vendor's status of this call: creates that succeed before
// the fault takes effect are answered with 201.
func (r faultRow) of(a action, want verdict) verdict {
	handled := []fault.Kind{fault.MalformedJSON, fault.Truncated, fault.Oversize}
	if a.name == "create" && slices.Contains(handled, r.fault.Kind) {
		want.status = "201"
	}
	return want
}

// TestWritesThatFailTookEffect: after a fault that takes effect when the vendor has
// handled the call, the outcome is reported as unknown, and the write has taken effect.
func TestWritesThatFailTookEffect(t *testing.T) {
	t.Parallel()
	for _, kind := range []fault.Kind{fault.ResetAfter, fault.MalformedJSON, fault.HTML, fault.Truncated} {
		for way := range 2 {
			t.Run(fmt.Sprint(kind, way), func(t *testing.T) {
				t.Parallel()
				menu := sandbox.NewFaultMenu()
				if _, err := menu.Add(fault.Fault{Kind: kind, Route: "CreateMessagingProfile", Bytes: 10}); err != nil {
					t.Fatal(err)
				}
				vendor := startVendor(t, sandbox.New(sandbox.Options{Seed: true, Faults: menu, Tokens: []string{vendorToken}}))
				f := startFacade(t, vendor.url(), withToken())
				create := mustCall(t, "ProfileService.CreateMessagingProfile", map[string]any{"messagingProfile": map[string]any{"name": "Only once"}})
				made, err := f.protocols()[way].call(t.Context(), create)
				if err != nil {
					t.Fatal(err)
				}
				want := wantError{Code: codeName{codes.Unknown}, Reason: "OUTCOME_UNKNOWN", Metadata: map[string]string{"delivery": "UNKNOWN"}}
				for _, problem := range want.check(made) {
					t.Error(problem)
				}
				listed, err := f.protocols()[way].call(t.Context(), mustCall(t, "ProfileService.ListMessagingProfiles", map[string]any{"filter": `name = "Only once"`}))
				if err != nil || listed.status != nil {
					t.Fatalf("want a list, got %v %v", listed.status, err)
				}
				if _, second := at(listed.response, "messagingProfiles[1]"); second {
					t.Error("the profile was created twice")
				}
				if _, first := at(listed.response, "messagingProfiles[0]"); !first {
					t.Error("the profile was not created")
				}
			})
		}
	}
}
