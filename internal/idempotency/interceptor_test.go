package idempotency

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/headername"
	"github.com/sipfacade/sipfacade/internal/ledger"
	"github.com/sipfacade/sipfacade/internal/service/reconcile"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// createRoute is the write of the tests.
var createRoute = &upstream.Route{Operation: "CreateApp", Method: "POST", Path: "/apps", Action: upstream.Create}

// transportStream keeps the header of an answer.
type transportStream struct {
	grpc.ServerTransportStream
	header metadata.MD
}

func (s *transportStream) SetHeader(header metadata.MD) error {
	s.header = metadata.Join(s.header, header)
	return nil
}

// rig is the interceptor over a ledger in memory, a clock that the test moves, and a
// vendor of whose calls the test decides the outcome.
type rig struct {
	*Interceptor
	clock atomic.Int64
	// fails is how the next writes end: nil is success.
	fails error
	// shows is what the vendor shows afterwards.
	shows []string
	// unreadable says that it shows nothing at all.
	unreadable error
	// writes counts the writes.
	writes int
}

func newRig(t *testing.T, reconciled bool) *rig {
	t.Helper()
	r := &rig{Interceptor: &Interceptor{Options: Options{Account: func(context.Context, string) string { return "of the test" }, Logger: slog.New(slog.DiscardHandler)}}}
	r.clock.Store(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixNano())
	opened, err := ledger.Open(t.Context(), "memory", ledger.Options{Clock: func() time.Time { return time.Unix(0, r.clock.Load()) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	r.Ledger = opened
	rule := reconcile.Rule{Vendor: "opentact", Route: createRoute}
	if reconciled {
		rule.Find = r.find
	}
	request := (&pb.CreateSipAppRequest{}).ProtoReflect().Descriptor().Fields()
	r.methods = map[string]*method{pb.SipAppService_CreateSipApp_FullMethodName: {
		id: request.ByName("request_id"), validateOnly: request.ByName("validate_only"),
		response: (&pb.CreateSipAppResponse{}).ProtoReflect().Type(), rule: rule,
	}}
	return r
}

func madeApp(uuid string) *pb.CreateSipAppResponse {
	return &pb.CreateSipAppResponse{SipApp: &pb.SipApp{Uuid: uuid}}
}

func (r *rig) find(context.Context, proto.Message, time.Time) (found []reconcile.Candidate, err error) {
	for _, uuid := range r.shows {
		found = append(found, reconcile.Candidate{Response: madeApp(uuid), Type: "sipfacade.v1.SipApp", ID: uuid})
	}
	return found, r.unreadable
}

// write is the handler.
func (r *rig) write(context.Context, any) (any, error) {
	r.writes++
	if r.fails != nil {
		return nil, r.fails
	}
	return madeApp(fmt.Sprint("app-", r.writes)), nil
}

// call makes a call, and says in short what its caller gets: what was made and by what the
// answer was replayed, or the reason and the seconds after which to repeat.
func (r *rig) call(t *testing.T, request *pb.CreateSipAppRequest) string {
	t.Helper()
	sent := &transportStream{}
	ctx := grpc.NewContextWithServerTransportStream(t.Context(), sent)
	answer, err := r.Intercept(ctx, request, &grpc.UnaryServerInfo{FullMethod: pb.SipAppService_CreateSipApp_FullMethodName}, r.write)
	if made, ok := answer.(*pb.CreateSipAppResponse); ok && err == nil {
		return made.GetSipApp().GetUuid() + fmt.Sprint(sent.header.Get(headername.IdempotentReplayed))
	}
	known := grpcstatus.Convert(status.Final(err, status.Subject{}))
	text := status.Reason(known.Err())
	for _, detail := range known.Details() {
		switch detail := detail.(type) {
		case *errdetails.RetryInfo:
			text += fmt.Sprint(" ", detail.GetRetryDelay().AsDuration())
		case *errdetails.ResourceInfo:
			text += " " + detail.GetResourceName()
		}
	}
	return text
}

func appRequest(id, name string) *pb.CreateSipAppRequest {
	return &pb.CreateSipAppRequest{RequestId: id, SipApp: &pb.SipApp{Name: new(name)}}
}

// ended is a write with that outcome.
func ended(kind upstream.Kind, code int, sent bool) error {
	return &upstream.Error{Vendor: "opentact", Route: createRoute, Kind: kind, Status: code, Sent: sent, VendorForm: true}
}

// step is one call of a scenario.
type step struct {
	// after is how long after the call before.
	after time.Duration
	fails error
	shows []string
	// unreadable is why the vendor cannot be read.
	unreadable error
	// want is what the call gets, and writes how many writes there were by then.
	want   string
	writes int
}

var (
	refused = ended(upstream.KindStatus, 400, true)
	unsent  = ended(upstream.KindUnreachable, 0, false)
	lost    = ended(upstream.KindStatus, 502, true)
)

// TestRepeats is the table of what repeats of a call with a request id get.
func TestRepeats(t *testing.T) {
	t.Parallel()
	for name, steps := range map[string][]step{
		"a success is replayed": {
			{want: "app-1[]", writes: 1}, {want: "app-1[true]", writes: 1}, {after: 23 * time.Hour, want: "app-1[true]", writes: 1},
		},
		"after a day the id is free": {{want: "app-1[]", writes: 1}, {after: 25 * time.Hour, want: "app-2[]", writes: 2}},
		"what was refused is tried again": {
			{fails: refused, want: "UPSTREAM_VALIDATION", writes: 1}, {want: "app-2[]", writes: 2}, {want: "app-2[true]", writes: 2},
		},
		"what was not sent is tried again": {{fails: unsent, want: "UPSTREAM_UNREACHABLE", writes: 1}, {want: "app-2[]", writes: 2}},
		"what took effect is found": {
			{fails: lost, want: "OUTCOME_UNKNOWN 10s", writes: 1},
			{shows: []string{"found"}, want: "found[reconciled]", writes: 1}, {want: "found[true]", writes: 1},
		},
		"absence is not believed at once": {
			{fails: lost, want: "OUTCOME_UNKNOWN 10s", writes: 1},
			{after: 3 * time.Second, want: "OUTCOME_UNKNOWN 7s", writes: 1},
			{after: 6 * time.Second, want: "OUTCOME_UNKNOWN 1s", writes: 1},
			{after: time.Second, want: "app-2[]", writes: 2}, {want: "app-2[true]", writes: 2},
		},
		"what shows late is found": {
			{fails: lost, want: "OUTCOME_UNKNOWN 10s", writes: 1},
			{after: 9 * time.Second, want: "OUTCOME_UNKNOWN 1s", writes: 1},
			{after: time.Hour, shows: []string{"late"}, want: "late[reconciled]", writes: 1},
		},
		"it is sent again once only": {
			{fails: lost, want: "OUTCOME_UNKNOWN 10s", writes: 1},
			{after: 11 * time.Second, fails: lost, want: "OUTCOME_UNKNOWN 10s", writes: 2},
			{after: 11 * time.Second, want: "OUTCOME_UNKNOWN", writes: 2},
			{after: time.Hour, shows: []string{"found"}, want: "found[reconciled]", writes: 2},
		},
		"a second attempt that was refused may be made again": {
			{fails: lost, want: "OUTCOME_UNKNOWN 10s", writes: 1},
			{after: 11 * time.Second, fails: refused, want: "UPSTREAM_VALIDATION", writes: 2},
			{want: "app-3[]", writes: 3},
		},
		"several candidates are named": {
			{fails: lost, want: "OUTCOME_UNKNOWN 10s", writes: 1},
			{after: time.Hour, shows: []string{"a", "b"}, want: "OUTCOME_UNKNOWN a b", writes: 1},
			{shows: []string{"b"}, want: "b[reconciled]", writes: 1},
		},
		"a vendor that cannot be read proves nothing": {
			{fails: lost, want: "OUTCOME_UNKNOWN 10s", writes: 1},
			{after: time.Hour, unreadable: lost, want: "OUTCOME_UNKNOWN 10s", writes: 1},
			{after: time.Hour, want: "app-2[]", writes: 2},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, true)
			for i, step := range steps {
				r.clock.Add(int64(step.after))
				r.fails, r.shows, r.unreadable = step.fails, step.shows, step.unreadable
				if got := r.call(t, appRequest("id-of-the-test", "app")); got != step.want || r.writes != step.writes {
					t.Fatalf("call %d got %q after %d writes, want %q after %d", i, got, r.writes, step.want, step.writes)
				}
			}
		})
	}
}

// TestTellsCallsApart: an id belongs to the content and to nothing else; another id may
// not take what the first one made.
func TestTellsCallsApart(t *testing.T) {
	t.Parallel()
	r := newRig(t, true)
	var got []string
	for _, request := range []*pb.CreateSipAppRequest{
		appRequest("id-number-1", "app"), appRequest("id-number-1", "another"), appRequest("id-number-2", "app"), appRequest("", "app"),
		{RequestId: "id-number-1", SipApp: &pb.SipApp{Name: new("not written")}, ValidateOnly: true},
	} {
		got = append(got, r.call(t, request))
	}
	r.fails = lost
	got = append(got, r.call(t, appRequest("id-number-3", "app")))
	r.shows = []string{"app-1", "app-2"} // which belong to other ids
	r.clock.Add(int64(time.Second))
	got = append(got, r.call(t, appRequest("id-number-3", "app")))
	want := []string{
		"app-1[]", "REQUEST_ID_REUSED", "app-2[]", "app-3[]", "app-4[]", "OUTCOME_UNKNOWN 10s", "OUTCOME_UNKNOWN 9s",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestInProgress: a repeat does not wait for the first call and sends nothing.
func TestInProgress(t *testing.T) {
	t.Parallel()
	r := newRig(t, true)
	var during string
	handler := func(context.Context, any) (any, error) {
		during = r.call(t, appRequest("id-of-the-test", "app"))
		return madeApp("the first"), nil
	}
	ctx := grpc.NewContextWithServerTransportStream(t.Context(), &transportStream{})
	info := &grpc.UnaryServerInfo{FullMethod: pb.SipAppService_CreateSipApp_FullMethodName}
	if _, err := r.Intercept(ctx, appRequest("id-of-the-test", "app"), info, handler); err != nil {
		t.Fatal(err)
	}
	if after := r.call(t, appRequest("id-of-the-test", "app")); during != "REQUEST_IN_PROGRESS 1s" || after != "the first[true]" || r.writes != 0 {
		t.Errorf("during the call %q, after it %q, %d more writes", during, after, r.writes)
	}
}

// TestWithoutReconciliation: a write that nothing shows stays unknown, for ever.
func TestWithoutReconciliation(t *testing.T) {
	t.Parallel()
	r := newRig(t, false)
	r.fails = lost
	for range 3 {
		if got := r.call(t, appRequest("id-of-the-test", "app")); got != "OUTCOME_UNKNOWN" || r.writes != 1 {
			t.Errorf("got %q after %d writes", got, r.writes)
		}
		r.clock.Add(int64(time.Hour))
	}
}

// TestAfterPanic: what a handler had done when it panicked is not known.
func TestAfterPanic(t *testing.T) {
	t.Parallel()
	r := newRig(t, true)
	func() {
		defer func() { _ = recover() }()
		info := &grpc.UnaryServerInfo{FullMethod: pb.SipAppService_CreateSipApp_FullMethodName}
		_, _ = r.Intercept(t.Context(), appRequest("id-of-the-test", "app"), info, func(context.Context, any) (any, error) { panic("of the test") })
	}()
	if got := r.call(t, appRequest("id-of-the-test", "app")); got != "OUTCOME_UNKNOWN 10s" || r.writes != 0 {
		t.Errorf("got %q after %d writes", got, r.writes)
	}
}

// TestWithoutLedger: calls with a request id are refused, all others are not.
func TestWithoutLedger(t *testing.T) {
	t.Parallel()
	off, away := newRig(t, true), newRig(t, true)
	off.Ledger = nil
	opened, err := ledger.Open(t.Context(), "postgres://nobody@127.0.0.1:1/none", ledger.Options{Key: []byte("a key of the tests, 32 bytes long")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	away.Ledger = opened
	for r, want := range map[*rig]string{off: "REQUEST_INVALID", away: "LEDGER_UNAVAILABLE"} {
		if got := r.call(t, appRequest("id-of-the-test", "app")); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := r.call(t, appRequest("", "app")); got != "app-1[]" {
			t.Errorf("a call without an id got %q", got)
		}
	}
}
