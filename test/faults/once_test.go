package faults

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

// mustCall makes a call that must get an answer, which may be an error.
func mustCall(t *testing.T, protocol rig.Protocol, call rig.Call) rig.Answer {
	t.Helper()
	answer, err := protocol.Call(t.Context(), call)
	if err != nil {
		t.Errorf("%s: %v", protocol.Name, err)
	}
	return answer
}

// TestOneBrokenConnection: one connection breaks when the vendor has executed the call.
// A call that may be repeated succeeds with the second attempt; any other is executed
// once, and its outcome is unknown.
func TestOneBrokenConnection(t *testing.T) {
	t.Parallel()
	for at, name := range []string{"grpc", "json"} {
		for _, all := range [][]action{onOpenTACT(), onInfinity()} {
			t.Run(fmt.Sprint(name, " infinity:", all[0].infinity), func(t *testing.T) {
				t.Parallel()
				s := newFixture(t)
				protocol, retries := s.facade.Protocols()[at], 0
				for _, a := range all {
					if retries++; a.class != once && retries > 3 {
						continue // the retry budget of a service with few calls is spent
					}
					before := s.vendorOf(a).Network.Connections()
					s.vendorOf(a).Network.ApplyToNext(rig.Conditions{Answer: &rig.Cut{Reset: true}}, 1)
					answer, want, connections := mustCall(t, protocol, a.call(at, markOf(a, at))), success, int64(2)
					if a.class == once {
						want, connections = unknown, 1
					}
					if a.class == idempotent && a.bare && !a.gone {
						connections++ // it is read back
					}
					if a.merged {
						connections++ // and read before
					}
					check(t, markOf(a, at), protocol, want, patient, answer)
					if got := s.vendorOf(a).Network.Connections() - before; got != connections {
						t.Errorf("%s: %d connections, want %d", markOf(a, at), got, connections)
					}
				}
				s.opentact.Settle()
				s.infinity.Settle()
				for _, a := range all {
					if a.class == once && (s.writeCounts(a, at) != rig.WriteCounts{Arrived: 1, Done: 1} || !s.stored(a, at)) {
						t.Errorf("%s: %+v, stored %t; want it once", markOf(a, at), s.writeCounts(a, at), s.stored(a, at))
					}
				}
			})
		}
	}
}

// TestRefusalAfterAnUnknownTry: the first attempt of a write is executed and its answer
// is lost; the second is refused. The caller must not read that the write was refused.
func TestRefusalAfterAnUnknownTry(t *testing.T) {
	t.Parallel()
	for name, second := range map[string]fault.Fault{
		"429": {Kind: fault.RateLimited}, "403": {Kind: fault.Status, Status: http.StatusForbidden},
		"400": {Kind: fault.Status, Status: http.StatusBadRequest}, "redirect": {Kind: fault.Redirect},
		"401": {Kind: fault.Unauthorized}, "404 of a proxy": {Kind: fault.Status, Status: http.StatusNotFound, Body: "<html>"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newFixture(t)
			a := onOpenTACT()[1]
			for at, protocol := range s.facade.Protocols() {
				if at == 1 && second.Kind == fault.RateLimited {
					continue // the vendor's pause is not over
				}
				for _, f := range []fault.Fault{{Kind: fault.ResetAfter, Times: 1, Route: "ModifyMessagingProfile"}, second} {
					f.Times, f.Route = 1, "ModifyMessagingProfile"
					if _, err := s.openTACTEmulator.Faults().Add(f); err != nil {
						t.Fatal(err)
					}
				}
				answer := mustCall(t, protocol, a.call(at, markOf(a, at)))
				if !s.stored(a, at) {
					t.Errorf("%s: the first try was not done", protocol.Name)
				}
				if answer.Reason != unknown.reason || answer.Delivery != unknown.delivery || answer.Code == codes.Unavailable {
					t.Errorf("%s: the write was done, and the caller got %s", protocol.Name, answer)
				}
			}
		})
	}
}

// movable is a clock that a test moves forward.
type movable struct{ ahead atomic.Int64 }

func (m *movable) now() time.Time { return time.Now().Add(time.Duration(m.ahead.Load())) }

// TestExpiredTokenOneLogin: however many calls find that the token has expired, one
// login is made, and all of them succeed.
func TestExpiredTokenOneLogin(t *testing.T) {
	t.Parallel()
	clock := &movable{}
	emulator := opentact.New(opentact.Options{Seed: true, Clock: clock.now})
	facade, _ := behind(t, emulator, rig.Login()...)
	protocols := facade.Protocols()
	mustCall(t, protocols[0], rig.GetSipConnection(opentact.ConnectionUUID(1)))
	if logins := emulator.Calls("Auth"); logins != 1 {
		t.Fatalf("%d logins at first", logins)
	}
	clock.ahead.Store(int64(48 * time.Hour))
	var calls sync.WaitGroup
	for i := range 100 {
		calls.Go(func() {
			call := rig.GetSipConnection(opentact.ConnectionUUID(1 + i%7))
			if i%4 == 0 {
				call = rig.CreateMessagingProfile("mark-login-" + strconv.Itoa(i))
			}
			if answer := mustCall(t, protocols[i%2], call); answer.Code != codes.OK {
				t.Errorf("%d: %s", i, answer)
			}
		})
	}
	calls.Wait()
	if logins := emulator.Calls("Auth"); logins != 2 {
		t.Errorf("%d logins, want one more than the first", logins-1)
	}
	profiles := rig.Ask(emulator, "/rest/profile/messaging", http.Header{"X-Auth-Token": {opentact.DefaultToken}})
	for i := 0; i < 100; i += 4 {
		if stored := strings.Count(profiles, `"https://example.com/mark-login-`+strconv.Itoa(i)+`"`); stored != 1 {
			t.Errorf("the profile of call %d is stored %d times", i, stored)
		}
	}
}

// TestVendorAsksToWait: both protocols pass on the time that the vendor asks to wait, and
// no call is made before it has passed.
func TestVendorAsksToWait(t *testing.T) {
	t.Parallel()
	for at, name := range []string{"grpc", "json"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			emulator := opentact.New(opentact.Options{Seed: true})
			if _, err := emulator.Faults().Add(fault.Fault{Kind: fault.RateLimited, RetryAfter: "7", Times: 1}); err != nil {
				t.Fatal(err)
			}
			facade, _ := behind(t, emulator, rig.StaticToken())
			protocols := facade.Protocols()
			answer := mustCall(t, protocols[at], rig.CreateMessagingProfile("mark-wait"))
			limited := outcome{codes.ResourceExhausted, "UPSTREAM_RATE_LIMITED", "REJECTED"}
			pushback := map[string]string{"grpc": "7000", "json": ""}[name]
			if (outcome{answer.Code, answer.Reason, answer.Delivery}) != limited || answer.Retry != 7*time.Second ||
				answer.RetryAfter != "7" || answer.Pushback != pushback {
				t.Errorf("want %v and 7 seconds, got %s", limited, answer)
			}
			limited.delivery = "NOT_SENT"
			for _, protocol := range protocols {
				answer := mustCall(t, protocol, rig.CreateMessagingProfile("mark-wait"))
				seconds, _ := strconv.Atoi(answer.RetryAfter)
				if (outcome{answer.Code, answer.Reason, answer.Delivery}) != limited || answer.Retry <= 0 || seconds < 1 || seconds > 7 {
					t.Errorf("%s within the pause: want %v and at most 7 seconds, got %s", protocol.Name, limited, answer)
				}
			}
			if calls := emulator.Calls(fault.AnyRoute); calls != 1 {
				t.Errorf("the vendor was called %d times, want once", calls)
			}
		})
	}
}

// TestVendorDown: a vendor that always answers 503 gets few more requests than there are
// calls, and none when the breaker is open.
func TestVendorDown(t *testing.T) {
	t.Parallel()
	emulator := opentact.New(opentact.Options{Seed: true})
	if _, err := emulator.Faults().Add(fault.Fault{Kind: fault.Status, Status: http.StatusServiceUnavailable}); err != nil {
		t.Fatal(err)
	}
	facade, _ := behind(t, emulator, rig.StaticToken())
	protocols, calls, open := facade.Protocols(), 0, 0
	for ; calls < 60; calls++ {
		answer := mustCall(t, protocols[calls%2], rig.GetSipConnection(opentact.ConnectionUUID(1)))
		switch answer.Reason {
		case "UPSTREAM_BREAKER_OPEN":
			open++
			seconds, _ := strconv.Atoi(answer.RetryAfter)
			if answer.Code != codes.Unavailable || answer.Retry <= 0 || answer.Retry > 5*time.Second || seconds < 1 || seconds > 5 {
				t.Errorf("call %d: want a time to wait, got %s", calls, answer)
			}
		case "UPSTREAM_ERROR":
			if answer.Code != codes.Unavailable {
				t.Errorf("call %d: %s", calls, answer)
			}
		default:
			t.Errorf("call %d: %s", calls, answer)
		}
		if attempts := emulator.Calls(fault.AnyRoute); float64(attempts) >= 1.1*float64(calls+1)+3 {
			t.Errorf("%d attempts for %d calls", attempts, calls+1)
		}
	}
	if open == 0 {
		t.Error("the breaker never opened")
	}
}

// holding is a vendor that answers no call, and reports when a call begins and when its
// caller has cancelled it.
type holding struct{ begun, ended chan struct{} }

func newHolding() holding {
	return holding{make(chan struct{}, 100), make(chan struct{}, 100)}
}

func (h holding) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // the end of the connection is seen only after the body
	h.begun <- struct{}{}
	<-r.Context().Done()
	h.ended <- struct{}{}
}

// TestCancelledRead: when a caller cancels a read, the facade cancels it at the vendor.
func TestCancelledRead(t *testing.T) {
	t.Parallel()
	vendor := newHolding()
	facade, _ := behind(t, vendor, rig.StaticToken())
	for _, protocol := range facade.Protocols() {
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = protocol.Call(ctx, rig.GetSipConnection(opentact.ConnectionUUID(1))) // the caller has gone
		}()
		<-vendor.begun
		cancel()
		<-done
		select {
		case <-vendor.ended:
		case <-time.After(20 * time.Second): // less than the time limit of a call
			t.Errorf("%s: the exchange goes on without the caller", protocol.Name)
		}
	}
}

// TestNothingOutlivesItsCall: when all calls to a silent vendor have been given up,
// and the grace of writes is over, no goroutine of the pipeline is left. It does not
// run beside other tests, whose goroutines it would see.
func TestNothingOutlivesItsCall(t *testing.T) {
	s := newFixture(t)
	s.opentact.Network.Set(rig.Conditions{Silent: true})
	s.infinity.Network.Set(rig.Conditions{Silent: true})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	var calls sync.WaitGroup
	for _, a := range append(onOpenTACT(), onInfinity()...) {
		for at, protocol := range s.facade.Protocols() {
			calls.Go(func() {
				answer, err := protocol.Call(ctx, a.call(at, markOf(a, at)))
				if err == nil && answer.Code == codes.OK {
					t.Errorf("%s: %s", markOf(a, at), answer)
				}
			})
		}
	}
	calls.Wait()
	deadline, tick := time.After(time.Minute), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for {
		stacks := pipelineStacks()
		if len(stacks) == 0 {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%d goroutines of the pipeline are left, the first:\n%s", len(stacks), stacks[0])
		}
	}
}

// pipelineStacks are the goroutines that are in the pipeline or on a connection to a
// vendor.
func pipelineStacks() []string {
	all := make([]byte, 8<<20)
	var found []string
	for stack := range strings.SplitSeq(string(all[:runtime.Stack(all, true)]), "\n\n") {
		if strings.Contains(stack, "sipfacade/internal/upstream") {
			found = append(found, stack)
		}
	}
	return found
}
