package faults

import (
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/sipfacade/sipfacade/test/faults/rig"
)

// outcome is what an answer says about a call.
type outcome struct {
	code     codes.Code
	reason   string
	delivery string
}

// Outcomes of writes.
var (
	success = outcome{code: codes.OK}
	unknown = outcome{codes.Unknown, "OUTCOME_UNKNOWN", "UNKNOWN"}
)

func unsent(reason string) outcome { return outcome{codes.Unavailable, reason, "NOT_SENT"} }

// networkCase is one kind of bad network, and the outcomes of calls over it.
type networkCase struct {
	conditions rig.Conditions
	refuse     bool
	// cap is the upstream timeout; it is generous unless the calls are to exceed it.
	cap         time.Duration
	read, write outcome
	// merged is for writes that read first.
	merged outcome
	// bodies means that only answers with a body are affected.
	bodies bool
	// done is the fewest executions of a write; the most are one, or two if the
	// write is idempotent.
	done int
	// nothing means that no request reaches the vendor.
	nothing bool
}

const (
	patient = 30 * time.Second
	hasty   = 1500 * time.Millisecond
)

// networkCases returns all kinds.
func networkCases() map[string]networkCase {
	unreachable := outcome{codes.Unavailable, "UPSTREAM_UNREACHABLE", ""}
	late := outcome{codes.DeadlineExceeded, "UPSTREAM_TIMEOUT", ""}
	broken := outcome{codes.Unavailable, "UPSTREAM_BAD_RESPONSE", ""}
	well := func(w rig.Conditions) networkCase {
		return networkCase{conditions: w, cap: patient, read: success, write: success, merged: success, done: 1}
	}
	reset := func(w rig.Conditions, done int) networkCase {
		return networkCase{conditions: w, cap: patient, read: unreachable, write: unknown, merged: unsent("UPSTREAM_UNREACHABLE"), done: done, nothing: done == 0}
	}
	cut := func(w rig.Conditions) networkCase {
		return networkCase{conditions: w, cap: patient, read: broken, write: unknown, bodies: true, merged: unsent("UPSTREAM_BAD_RESPONSE"), done: 1}
	}
	slow := func(w rig.Conditions, nothing bool) networkCase {
		return networkCase{conditions: w, cap: hasty, read: late, write: unknown, merged: unsent("UPSTREAM_UNREACHABLE"), nothing: nothing}
	}
	return map[string]networkCase{
		"good":                         well(rig.Conditions{}),
		"latency":                      well(rig.Conditions{Latency: 50 * time.Millisecond}),
		"slow close":                   well(rig.Conditions{LateClose: time.Second}),
		"bandwidth":                    well(rig.Conditions{Rate: 40_000}),
		"refusing":                     {refuse: true, cap: patient, read: unreachable, write: unsent("UPSTREAM_UNREACHABLE"), merged: unsent("UPSTREAM_UNREACHABLE"), nothing: true},
		"half-open":                    slow(rig.Conditions{Silent: true}, true),
		"latency beyond the cap":       slow(rig.Conditions{Latency: 20 * time.Second}, true),
		"trickle":                      slow(rig.Conditions{Rate: 20}, false),
		"request reset after 20 bytes": reset(rig.Conditions{Request: &rig.Cut{After: 20, Reset: true}}, 0),
		"request cut after 20 bytes":   reset(rig.Conditions{Request: &rig.Cut{After: 20}}, 0),
		"answer reset before a byte":   reset(rig.Conditions{Answer: &rig.Cut{Reset: true}}, 1),
		"answer cut after 20 bytes":    reset(rig.Conditions{Answer: &rig.Cut{After: 20}}, 1),
		"answer reset in its body":     cut(rig.Conditions{Answer: &rig.Cut{After: 5, InBody: true, Reset: true}}),
		"answer cut in its body":       cut(rig.Conditions{Answer: &rig.Cut{After: 5, InBody: true}}),
	}
}

// wants returns the outcome of an action.
func (c networkCase) wants(a action) outcome {
	switch {
	case a.class == read:
		return c.read
	case a.merged:
		return c.merged
	case a.bare && c.bodies:
		return success
	default:
		return c.write
	}
}

// TestBadNetworks compares the outcome of each kind of call over each kind of network
// with what the vendor did. All calls over a network are made at the same time.
func TestBadNetworks(t *testing.T) {
	t.Parallel()
	for name, c := range networkCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newDisturbedFixture(t, c)
			var calls sync.WaitGroup
			for _, a := range append(onOpenTACT(), onInfinity()...) {
				for at, protocol := range s.facade.Protocols() {
					calls.Go(func() {
						answer, err := protocol.Call(t.Context(), a.call(at, markOf(a, at)))
						if err != nil {
							t.Errorf("%s %s: %v", markOf(a, at), protocol.Name, err)
							return
						}
						check(t, markOf(a, at)+" "+protocol.Name, protocol, c.wants(a), c.cap, answer)
					})
				}
			}
			calls.Wait()
			s.opentact.Settle()
			s.infinity.Settle()
			for _, a := range append(onOpenTACT(), onInfinity()...) {
				for at := range s.facade.Protocols() {
					s.account(t, c, a, at)
				}
			}
		})
	}
}

func newDisturbedFixture(t *testing.T, c networkCase) *fixture {
	t.Helper()
	capped := fmt.Sprintf("--upstream-timeout=%s", c.cap)
	if c.refuse {
		nowhere := refusing(t)
		return newFixture(t, capped, "--opentact-base-url=http://"+nowhere+"/rest", "--infinity-base-url=http://"+nowhere+"/config/v2")
	}
	s := newFixture(t, capped)
	s.opentact.Network.Set(c.conditions)
	s.infinity.Network.Set(c.conditions)
	return s
}

// refusing returns an address that refuses connections and that no other socket gets,
// because it is the local end of a connection.
func refusing(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() }) // nothing depends on it
	conn, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // nothing depends on it
	return conn.LocalAddr().String()
}

// slack is how much longer than its cap a call may take on a busy machine.
const slack = 15 * time.Second

// check compares one answer with the wanted outcome.
func check(t *testing.T, what string, protocol rig.Protocol, want outcome, limit time.Duration, got rig.Answer) {
	t.Helper()
	if (outcome{got.Code, got.Reason, got.Delivery}) != want {
		t.Errorf("%s: want %v, got %s", what, want, got)
	}
	if got.Took > 2*limit+slack {
		t.Errorf("%s: took %s with a cap of %s", what, got.Took, limit)
	}
	pushback := ""
	if want.reason == unknown.reason && protocol.Name == "grpc" {
		pushback = "-1"
	}
	if got.Pushback != pushback || got.RetryAfter != "" || got.Retry != 0 {
		t.Errorf("%s: want the pushback %q and no time to wait, got %s", what, pushback, got)
	}
	if want == success && got.Text == "" {
		t.Errorf("%s: answered nothing", what)
	}
}

// account compares what the vendor did with the outcome in the answer.
func (s *fixture) account(t *testing.T, c networkCase, a action, protocol int) {
	t.Helper()
	if a.class == read {
		return
	}
	did, want := s.writeCounts(a, protocol), c.wants(a)
	fewest, most := c.done, 1
	if a.class == idempotent {
		most = 2
	}
	if want.delivery == "NOT_SENT" || c.nothing {
		fewest, most = 0, 0
	}
	if did.Done < fewest || did.Done > most || did.Arrived > most {
		t.Errorf("%s was executed %d times of %d arrivals, want %d to %d", markOf(a, protocol), did.Done, did.Arrived, fewest, most)
	}
	if stored := s.stored(a, protocol); stored != (did.Done > 0) || want == success && !stored {
		t.Errorf("%s: the vendor shows %t after %d executions and %v", markOf(a, protocol), stored, did.Done, want)
	}
}
