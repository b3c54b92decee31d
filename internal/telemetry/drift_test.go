package telemetry

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/tolerant"
)

// TestDrift: each difference is counted and logged once; names that look like data are not
// shown.
func TestDrift(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	drift := NewDrift(NewLogger(&log, slog.LevelInfo, "json"), "opentact")
	for range 3 {
		drift.Found(finding(tolerant.Finding{Difference: tolerant.UnknownMember, Member: "color"}, 2))
		drift.Found(finding(tolerant.Finding{Difference: tolerant.UnknownWord, Member: "mode", Word: "random order"}, 1))
		drift.Found(finding(tolerant.Finding{Difference: tolerant.Misread, Member: "port"}, 1))
	}
	for _, data := range []string{"+4930123456", "0d5f6c1e-6f0e-4c43-9d0a-5e8f4f4e0a01", "a@example.com", "Authorization: Bearer abc", "{}", "a\nb", strings.Repeat("x", 49)} {
		drift.Found(finding(tolerant.Finding{Difference: tolerant.UnknownMember, Member: data}, 1))
		drift.Found(finding(tolerant.Finding{Difference: tolerant.UnknownWord, Member: "mode", Word: data}, 1))
	}
	route := &upstream.Route{Operation: "GetThing", Method: "GET", Path: "/things/{id}"}
	for _, status := range []int{200, 404, 200, 404, 500} {
		outcome := map[bool]string{true: "ok", false: "status"}[status == 200]
		drift.Exchanged(upstream.Observation{Route: route, Status: status, Outcome: outcome})
	}
	want := DriftReport{
		UnknownMembers: []Difference{{"GetThing", "(other)", "", 7}, {"GetThing", "color", "", 6}},
		UnknownWords:   []Difference{{"GetThing", "mode", "(other)", 7}, {"GetThing", "mode", "random order", 3}},
		MisreadValues:  []Difference{{"GetThing", "port", "", 3}},
		MissingRoutes:  []MissingRoute{{"GetThing", "GET /things/{id}", 2, 1}},
	}
	if diff := cmp.Diff(want, drift.Report()); diff != "" {
		t.Error(diff)
	}
	if lines := strings.Count(log.String(), "\n"); lines != 6 || !strings.Contains(log.String(), `"upstream":"opentact","operation":"GetThing","member":"mode","word":"random order"`) {
		t.Errorf("%d lines:\n%s", lines, log.String())
	}
}

// TestDriftIsBounded: a vendor that makes up names takes a bounded amount of memory and of
// log.
func TestDriftIsBounded(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	drift := NewDrift(NewLogger(&log, slog.LevelInfo, "json"), "opentact")
	for i := range 3 * maxDrift {
		name := "m" + strings.NewReplacer("0", "a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "f", "6", "g", "7", "h", "8", "i", "9", "j").Replace(fmt.Sprint(i))
		drift.Found(finding(tolerant.Finding{Difference: tolerant.UnknownMember, Member: name}, 1))
	}
	members := drift.Report().UnknownMembers
	if len(members) != maxDrift+1 || members[0] != (Difference{"", tolerant.OtherName, "", 2 * maxDrift}) {
		t.Errorf("%d members, the first is %+v", len(members), members[0])
	}
	if lines := strings.Count(log.String(), "\n"); lines != maxDrift+1 {
		t.Errorf("%d lines", lines)
	}
}
