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

// told is what a caller is told of a failure.
type told struct {
	code     codes.Code
	reason   string
	delivery string
}

// What callers are told of writes.
var (
	success = told{code: codes.OK}
	unknown = told{codes.Unknown, "OUTCOME_UNKNOWN", "UNKNOWN"}
)

func unsent(reason string) told { return told{codes.Unavailable, reason, "NOT_SENT"} }

// networkCase is one kind of bad network, and what callers are told of it.
type networkCase struct {
	conditions rig.Conditions
	refuse     bool
	// cap is the facade's own on one call; it is generous where it is not to be met.
	cap         time.Duration
	read, write told
	// merged is for writes that read first.
	merged told
	// bodies says that only answers with a body are struck.
	bodies bool
	// done are the fewest executions of a write; the most are one, and two where a
	// repeat does no harm.
	done int
	// nothing says that nothing reaches the vendor.
	nothing bool
}

const (
	patient = 30 * time.Second
	hasty   = 1500 * time.Millisecond
)

// networkCases are all kinds.
func networkCases() map[string]networkCase {
	unreachable := told{codes.Unavailable, "UPSTREAM_UNREACHABLE", ""}
	late := told{codes.DeadlineExceeded, "UPSTREAM_TIMEOUT", ""}
	broken := told{codes.Unavailable, "UPSTREAM_BAD_RESPONSE", ""}
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

// wants is what callers of an action are told.
func (s networkCase) wants(a action) told {
	switch {
	case a.class == read:
		return s.read
	case a.merged:
		return s.merged
	case a.bare && s.bodies:
		return success
	default:
		return s.write
	}
}

// TestBadNetworks holds what callers are told of each kind of call over each kind of
// network against what the vendor did. All calls of a network are under way together.
func TestBadNetworks(t *testing.T) {
	t.Parallel()
	for name, networkCase := range networkCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newDisturbedFixture(t, networkCase)
			var calls sync.WaitGroup
			for _, a := range append(onOpenTACT(), onInfinity()...) {
				for at, protocol := range s.facade.Protocols() {
					calls.Go(func() {
						answer, err := protocol.Call(t.Context(), a.call(at, markOf(a, at)))
						if err != nil {
							t.Errorf("%s %s: %v", markOf(a, at), protocol.Name, err)
							return
						}
						check(t, markOf(a, at)+" "+protocol.Name, protocol, networkCase.wants(a), networkCase.cap, answer)
					})
				}
			}
			calls.Wait()
			s.opentact.Settle()
			s.infinity.Settle()
			for _, a := range append(onOpenTACT(), onInfinity()...) {
				for at := range s.facade.Protocols() {
					s.account(t, networkCase, a, at)
				}
			}
		})
	}
}

func newDisturbedFixture(t *testing.T, networkCase networkCase) *fixture {
	t.Helper()
	capped := fmt.Sprintf("--upstream-timeout=%s", networkCase.cap)
	if networkCase.refuse {
		nowhere := refusing(t)
		return newFixture(t, capped, "--opentact-base-url=http://"+nowhere+"/rest", "--infinity-base-url=http://"+nowhere+"/config/v2")
	}
	s := newFixture(t, capped)
	s.opentact.Network.Set(networkCase.conditions)
	s.infinity.Network.Set(networkCase.conditions)
	return s
}

// refusing is an address that refuses connections, and that nobody else is given: the
// near end of a connection.
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

// slack is how much longer than its cap a call may take on a busy machine. A call
// makes up to two exchanges, each with the cap: the write, and a read before or after.
const slack = 15 * time.Second

// check holds what one caller was told against what is wanted.
func check(t *testing.T, what string, protocol rig.Protocol, want told, limit time.Duration, got rig.Answer) {
	t.Helper()
	if (told{got.Code, got.Reason, got.Delivery}) != want {
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

// account holds what the vendor did against what the caller was told.
func (s *fixture) account(t *testing.T, networkCase networkCase, a action, protocol int) {
	t.Helper()
	if a.class == read {
		return
	}
	did, want := s.tally(a, protocol), networkCase.wants(a)
	fewest, most := networkCase.done, 1
	if a.class == idempotent {
		most = 2
	}
	if want.delivery == "NOT_SENT" || networkCase.nothing {
		fewest, most = 0, 0
	}
	if did.Done < fewest || did.Done > most || did.Arrived > most {
		t.Errorf("%s was executed %d times of %d arrivals, want %d to %d", markOf(a, protocol), did.Done, did.Arrived, fewest, most)
	}
	if stored := s.stored(a, protocol); stored != (did.Done > 0) || want == success && !stored {
		t.Errorf("%s: the vendor shows %t after %d executions and %v", markOf(a, protocol), stored, did.Done, want)
	}
}
