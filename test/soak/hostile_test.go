//go:build soak

package soak

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

const (
	// fairWithin is the deadline of the well-behaved caller.
	fairWithin = 15 * time.Second
	// fairPause is between two calls of the well-behaved caller.
	fairPause = 10 * time.Millisecond
	// hostileCallers send hostile requests at the same time.
	hostileCallers = 4
	// headerStreams is how many streams with headers of headerBytes stay open.
	headerStreams = 16
	headerBytes   = 8 << 20
)

// hostileCalls returns requests below the limit of 4 MiB that are expensive to check.
func hostileCalls() map[string]rig.Call {
	call := func(method string, request, response proto.Message) rig.Call {
		return rig.Call{Method: method, Request: request, Response: response}
	}
	paths := make([]string, 300_000)
	for i := range paths {
		paths[i] = fmt.Sprintf("p%06d", i)
	}
	profile := &pb.MessagingProfile{Uuid: opentact.MessagingProfileUUID(1)}
	update := &pb.UpdateMessagingProfileRequest{MessagingProfile: profile, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths}}
	list := func(filter string) rig.Call {
		return call(pb.PbxConfigService_ListPbxUsers_FullMethodName, &pb.ListPbxUsersRequest{DomainId: domain, Filter: filter}, &pb.ListPbxUsersResponse{})
	}
	inJSON := rig.Call{
		HTTP: fmt.Sprintf("POST /v1/pbx/domains/%d/groups/1/users:add", domain),
		Body: &pb.AddPbxGroupUsersRequest{UserIds: make([]uint32, 1_300_000)},
	}
	return map[string]rig.Call{
		"zero user_ids in JSON": inJSON,
		"zero user_ids": call(pb.PbxConfigService_AddPbxGroupUsers_FullMethodName,
			&pb.AddPbxGroupUsersRequest{DomainId: domain, GroupId: 1, UserIds: make([]uint32, 4<<20-100)}, &pb.AddPbxGroupUsersResponse{}),
		"mask paths":    call(pb.ProfileService_UpdateMessagingProfile_FullMethodName, update, &pb.UpdateMessagingProfileResponse{}),
		"long path":     list(strings.Repeat("a.", 4000) + "a = 1"),
		"nested filter": list(strings.Repeat("(", 4000) + "display_name = 1" + strings.Repeat(")", 4000)),
		"NOT filter":    list(strings.Repeat("NOT ", 2000) + "display_name = 1"),
	}
}

// TestHostileCallers measures a well-behaved caller beside callers that send expensive
// requests, open streams with huge headers, and do not read their answers.
func TestHostileCallers(t *testing.T) {
	binary, at := rig.Build(t), rig.FreeAddresses(t)
	toOpenTACT := rig.ServeOpenTACT(t, newLargeLists(t), true)
	toInfinity := rig.ServeInfinity(t, infinity.New(infinity.Options{Seed: true}), true)
	server := rig.StartProcess(t, binary, at, toOpenTACT.Network.Address(), toInfinity.Network.Address(),
		rig.StaticToken(), "--upstream-memory=256MiB") // half of it for the answers of slow readers
	fair := rig.Dial(t, at.GRPC, at.HTTP)
	part := *duration / 8
	beFair(t, fair, part).report(t, "undisturbed")
	reportMemory(t, server, "undisturbed")

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	attackers := &attack{outcomes: map[string]int{}}
	opened, readers := time.Now(), openSlowReaders(t, at)
	attackers.start(ctx, t, at)
	beFair(t, fair, part).report(t, "beside hostile callers")
	cancel()
	attackers.running.Wait()
	attackers.report(t)
	readers.await(t, opened)
	reportMemory(t, server, "after the attack")
	beFair(t, fair, part/2).report(t, "after the attack")
	if log, ended := server.Ended(); ended {
		t.Errorf("the server ended: %s", log)
	}
}

func reportMemory(t *testing.T, server *rig.Process, when string) {
	t.Helper()
	peak, err := server.PeakMemory()
	if err != nil {
		t.Logf("memory: %v", err)
		return
	}
	t.Logf("peak resident memory %s: %d MiB", when, peak>>20)
}

// latencies are how long the calls of the well-behaved caller took.
type latencies []time.Duration

// beFair makes small reads for a while, over both protocols. Each has to succeed.
func beFair(t *testing.T, facade *rig.Facade, period time.Duration) latencies {
	t.Helper()
	var took latencies
	failures := 0
	ended := time.Now().Add(period)
	for n := 0; time.Now().Before(ended); n++ {
		call := rig.GetSipConnection(opentact.ConnectionUUID(1))
		if n%4 > 1 {
			call = rig.GetPbxUser(domain, 1)
		}
		protocol := facade.Protocols()[n%2]
		ctx, cancel := context.WithTimeout(t.Context(), fairWithin)
		started := time.Now()
		answer, err := protocol.Call(ctx, call)
		cancel()
		took = append(took, time.Since(started))
		if err != nil || answer.Code != codes.OK {
			if failures++; failures <= shownProblems {
				t.Errorf("a well-behaved call over %s: %s, %v", protocol.Name, answer, err)
			}
		}
		wait(t.Context(), fairPause)
	}
	return took
}

func (l latencies) report(t *testing.T, when string) {
	t.Helper()
	if len(l) == 0 {
		t.Errorf("%s: no well-behaved call was made", when)
		return
	}
	slices.Sort(l)
	t.Logf("well-behaved caller %s: %d calls, p50 %s, p99 %s, longest %s", when, len(l), l[len(l)/2], l[len(l)*99/100], l[len(l)-1])
}

// attack is a set of hostile callers and what they were answered.
type attack struct {
	running sync.WaitGroup

	mu       sync.Mutex
	outcomes map[string]int
	slowest  time.Duration
}

// start starts the hostile callers, which stop when the context ends.
func (a *attack) start(ctx context.Context, t *testing.T, at rig.Addresses) {
	t.Helper()
	calls := hostileCalls()
	names := slices.Sorted(maps.Keys(calls))
	for number := range hostileCallers {
		facade := rig.Dial(t, at.GRPC, at.HTTP)
		a.running.Go(func() {
			for n := number; ctx.Err() == nil; n++ {
				a.send(t, facade, names[n%len(names)], calls[names[n%len(names)]])
			}
		})
	}
	a.running.Go(func() {
		for ctx.Err() == nil {
			a.count("huge headers: " + cmp.Or(openHugeHeaders(ctx, at.GRPC), "taken"))
			wait(ctx, 500*time.Millisecond)
		}
	})
}

// send makes one hostile call, which has to be refused.
func (a *attack) send(t *testing.T, facade *rig.Facade, name string, call rig.Call) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*fairWithin)
	defer cancel()
	protocol := facade.Protocols()[0]
	if call.Method == "" {
		protocol = facade.Protocols()[1]
	}
	answer, err := protocol.Call(ctx, call)
	if err != nil || answer.Reason == "" {
		t.Errorf("%s: want a refusal with a reason, got %s, %v", name, answer, err)
	}
	a.count(name + ": " + answer.Code.String() + " " + answer.Reason)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.slowest = max(a.slowest, answer.Took)
}

func (a *attack) count(outcome string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.outcomes[strings.TrimSpace(outcome)]++
}

func (a *attack) report(t *testing.T) {
	t.Helper()
	for _, outcome := range slices.Sorted(maps.Keys(a.outcomes)) {
		t.Logf("%7d  %s", a.outcomes[outcome], outcome)
	}
	t.Logf("the slowest refusal took %s", a.slowest.Round(time.Millisecond))
}

// openHugeHeaders opens streams with huge headers and without an end on one connection,
// and returns how the server ended that, or "" if it took all of them.
func openHugeHeaders(ctx context.Context, address string) (ended string) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return "no connection"
	}
	defer func() { _ = conn.Close() }()                    // it is not used again
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second)) // it cannot fail on an open connection
	framer, err := newFramer(conn)
	if err != nil {
		return "closed"
	}
	go func() { _, _ = io.Copy(io.Discard, conn) }() // ends with the connection
	for stream := range headerStreams {
		if err := writeHeaders(framer, uint32(2*stream+1), pb.SipConnectionService_GetSipConnection_FullMethodName, headerBytes); err != nil {
			return "closed"
		}
	}
	return ""
}
