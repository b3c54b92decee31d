//go:build soak

package soak

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/health/grpc_health_v1"

	"github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

const (
	// stopWithin is how long a server may take after SIGTERM: the cap on a call, the
	// grace after it, and slack for a busy machine.
	stopWithin = limit + 2*time.Second + slack
	// answerWithin is the deadline of a call with its retries, over several restarts.
	answerWithin = 60 * time.Second
	// callersOfAKind is how many callers call at the same time in the same way.
	callersOfAKind = 4
	// mostRepeats is how often a JSON caller repeats a call that is answered with 503.
	mostRepeats = 8
)

// retryOnUnavailable is the service config of a caller that retries UNAVAILABLE.
const retryOnUnavailable = `{"methodConfig": [{"name": [{}], "waitForReady": true, "retryPolicy": {
	"maxAttempts": 5, "initialBackoff": "0.05s", "maxBackoff": "0.5s", "backoffMultiplier": 2,
	"retryableStatusCodes": ["UNAVAILABLE"]}}]}`

// slowVendor delays calls before and after their execution. It executes a call even
// if the caller has gone, as a real vendor does.
type slowVendor struct{ next http.Handler }

// ServeHTTP implements http.Handler.
func (v slowVendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	time.Sleep(randomDelay())
	v.next.ServeHTTP(w, r)
	time.Sleep(randomDelay())
}

// randomDelay is mostly short. One in ten outlasts the rest of most rounds, and one
// in a hundred outlasts the cap on a call.
func randomDelay() time.Duration {
	switch dice := rand.IntN(100); {
	case dice == 0:
		return limit + 500*time.Millisecond
	case dice < 10:
		return time.Duration(rand.IntN(1000)) * time.Millisecond
	default:
		return time.Duration(rand.IntN(20)) * time.Millisecond
	}
}

// create is a finished create: which vendor it was for, and its last answer.
type create struct {
	vendor *rig.Vendor
	mark   string
	caller string
	answer rig.Answer
	err    error // the connection ended without an answer
}

// callers create objects until they are stopped, and record the answers.
type callers struct {
	opentact, infinity *rig.Vendor

	mu      sync.Mutex
	created []create
}

// TestShutdownUnderLoad stops and restarts the server while callers create objects,
// some of whom repeat what is answered with UNAVAILABLE or 503. No create may be
// executed twice, and no answer may say something else than what the vendor did.
func TestShutdownUnderLoad(t *testing.T) {
	binary, at := rig.Build(t), rig.FreeAddresses(t)
	c := &callers{
		opentact: rig.ServeOpenTACT(t, slowVendor{opentact.New(opentact.Options{Seed: true})}, true),
		infinity: rig.ServeInfinity(t, slowVendor{infinity.New(infinity.Options{Seed: true})}, true),
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var running sync.WaitGroup
	ended := time.Now().Add(*duration / 4)
	rounds, longest := 0, time.Duration(0)
	for ; rounds < 2 || time.Now().Before(ended); rounds++ {
		server := rig.StartProcess(t, binary, at, c.opentact.Network.Address(), c.infinity.Network.Address(),
			append(rig.Login(), "--upstream-timeout="+limit.String())...)
		if rounds == 0 {
			c.start(ctx, t, &running, at)
		}
		watch(t, at.GRPC)
		wait(ctx, time.Duration(300+rand.IntN(1000))*time.Millisecond)
		took, err := server.Terminate(stopWithin)
		if err != nil {
			t.Errorf("round %d: %v", rounds, err)
		}
		longest = max(longest, took)
	}
	last := rig.StartProcess(t, binary, at, c.opentact.Network.Address(), c.infinity.Network.Address(), rig.Login()...)
	stop()
	running.Wait() // the last calls end at a server that runs
	if _, err := last.Terminate(stopWithin); err != nil {
		t.Errorf("the last server: %v", err)
	}
	c.opentact.Settle()
	c.infinity.Settle()
	t.Logf("%d restarts, the longest shutdown took %s", rounds, longest.Round(time.Millisecond))
	c.check(t)
}

// watch opens a health Watch, which must not delay the shutdown.
func watch(t *testing.T, address string) {
	t.Helper()
	conn := rig.Dial(t, address, "").Conn()
	stream, err := grpc_health_v1.NewHealthClient(conn).Watch(t.Context(), &grpc_health_v1.HealthCheckRequest{}, grpc.WaitForReady(true))
	if err == nil {
		_, err = stream.Recv()
	}
	if err != nil {
		t.Errorf("watch the health: %v", err)
	}
}

// start starts callers of each kind.
func (c *callers) start(ctx context.Context, t *testing.T, running *sync.WaitGroup, at rig.Addresses) {
	t.Helper()
	quick := grpc.WithConnectParams(grpc.ConnectParams{
		Backoff: backoff.Config{BaseDelay: 20 * time.Millisecond, Multiplier: 1.5, MaxDelay: 200 * time.Millisecond}, MinConnectTimeout: time.Second,
	})
	retrying := rig.Dial(t, at.GRPC, at.HTTP, quick, grpc.WithDefaultServiceConfig(retryOnUnavailable))
	plain := rig.Dial(t, at.GRPC, at.HTTP, quick, grpc.WithDisableRetry())
	for kind, call := range map[string]func(context.Context, rig.Call) (rig.Answer, error){
		"grpc with retries": retrying.Protocols()[0].Call,
		"grpc":              plain.Protocols()[0].Call,
		"json with repeats": repeatOn503(plain.Protocols()[1].Call),
	} {
		for number := range callersOfAKind {
			running.Go(func() { c.run(ctx, kind, number, call) })
		}
	}
}

// repeatOn503 repeats what a caller of HTTP may repeat: calls that are answered with
// 503, and calls for which there was no connection.
func repeatOn503(call func(context.Context, rig.Call) (rig.Answer, error)) func(context.Context, rig.Call) (rig.Answer, error) {
	return func(ctx context.Context, wanted rig.Call) (rig.Answer, error) {
		repeats := 0
		for {
			answer, err := call(ctx, wanted)
			refused := isDialError(err)
			if !refused && (err != nil || answer.HTTPStatus != http.StatusServiceUnavailable || repeats == mostRepeats) {
				return answer, err
			}
			if !refused {
				repeats++
			}
			wait(ctx, 50*time.Millisecond)
			if ctx.Err() != nil {
				return answer, err
			}
		}
	}
}

// isDialError reports that there was no connection, so nothing was sent.
func isDialError(err error) bool {
	var failed *net.OpError
	return errors.As(err, &failed) && failed.Op == "dial"
}

// run makes one create after the other.
func (c *callers) run(ctx context.Context, kind string, number int, call func(context.Context, rig.Call) (rig.Answer, error)) {
	for n := 0; ctx.Err() == nil; n++ {
		mark := fmt.Sprintf("mark-%s-%d-%d", strings.ReplaceAll(kind, " ", "-"), number, n)
		made := create{vendor: c.opentact, mark: mark, caller: kind}
		wanted := rig.CreateMessagingProfile(mark)
		if n%2 == 1 {
			made.vendor, wanted = c.infinity, rig.CreatePbxTrustedNetwork(domain, "198.51.100.0/24", mark)
		}
		deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerWithin)
		made.answer, made.err = call(deadline, wanted)
		cancel()
		c.mu.Lock()
		c.created = append(c.created, made)
		c.mu.Unlock()
		if made.err != nil || made.answer.Code != codes.OK {
			wait(ctx, 100*time.Millisecond)
		}
	}
}

// check compares each answer with what the vendor did.
func (c *callers) check(t *testing.T) {
	t.Helper()
	outcomes, problems := map[string]int{}, 0
	for _, made := range c.created {
		outcomes[made.caller+": "+made.verdict()]++
		problem := made.problem()
		if problem == "" {
			continue
		}
		if problems++; problems <= shownProblems {
			t.Errorf("%s: %s: %+v after %s, %v", made.mark, problem, made.vendor.Writes.Of(made.mark), made.answer, made.err)
		}
	}
	for _, outcome := range slices.Sorted(maps.Keys(outcomes)) {
		t.Logf("%7d  %s", outcomes[outcome], outcome)
	}
	t.Logf("%7d  creates, %d problems", len(c.created), problems)
}

func (made create) verdict() string {
	switch {
	case made.err != nil:
		return "no answer"
	case made.answer.Code == codes.OK:
		return "OK"
	}
	return strings.TrimSpace(made.answer.Code.String() + " " + made.answer.Reason + " " + made.answer.Delivery)
}

// problem returns how the answer differs from what the vendor did, or "".
func (made create) problem() string {
	writeCounts := made.vendor.Writes.Of(made.mark)
	arrived := writeCounts.Arrived - writeCounts.Refused
	answered := made.err == nil && made.answer.Code == codes.OK
	switch {
	case arrived > 1:
		return "it was executed more than once"
	case answered && writeCounts.Done != 1:
		return "it succeeded and was not executed"
	case answered:
		return ""
	case made.answer.Delivery == "UNKNOWN" && made.answer.Code == codes.Unavailable:
		return "an unknown outcome invites a repeat"
	case made.answer.Delivery == "UNKNOWN":
		return ""
	case arrived > 0:
		return "it was executed, and the answer says otherwise or there was none"
	case made.answer.Code == codes.DeadlineExceeded:
		return "it was not answered in time"
	}
	return ""
}
