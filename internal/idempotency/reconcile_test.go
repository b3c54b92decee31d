package idempotency

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/ledger"
	"github.com/sipfacade/sipfacade/internal/service/reconcile"
)

// TestAdoptedAnswerThatIsNotStored: a repeat is answered with what the vendor shows, also if
// that cannot be stored, and the log says so.
func TestAdoptedAnswerThatIsNotStored(t *testing.T) {
	t.Parallel()
	r, log := newRig(t, true), &bytes.Buffer{}
	r.Logger = slog.New(slog.NewTextHandler(log, nil))
	opened := r.openLedger(t, nil)
	r.fails = lost
	rule := &r.methods["/sipfacade.v1.SipAppService/CreateSipApp"].rule
	rule.Find = func(context.Context, proto.Message, time.Time) ([]reconcile.Candidate, error) {
		return []reconcile.Candidate{{Response: madeApp("found"), Type: "sipfacade.v1.SipApp"}}, opened.Close()
	}
	if got := r.call(t, appRequest("id-of-the-test", "app")); got != "OUTCOME_UNKNOWN 10s" || log.Len() > 0 {
		t.Fatalf("the first call got %q, the log is %s", got, log)
	}
	if got := r.call(t, appRequest("id-of-the-test", "app")); got != "found[reconciled]" || r.writes != 1 {
		t.Errorf("the repeat got %q after %d writes", got, r.writes)
	}
	if !strings.Contains(log.String(), "the answer of a request id was not stored") {
		t.Errorf("the log is %q", log)
	}
}

// openLedger replaces the ledger of the rig by a file that the test can close, and opens it
// with the clock of the rig.
func (r *rig) openLedger(t *testing.T, observe func(operation, outcome string)) *ledger.Ledger {
	t.Helper()
	opened, err := ledger.Open(t.Context(), "file:"+filepath.Join(t.TempDir(), "ledger"), ledger.Options{
		Key: []byte("a key of the tests, 32 bytes long"), Observe: observe,
		Clock: func() time.Time { return time.Unix(0, r.clock.Load()) },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = opened.Close() })
	r.Ledger = opened
	return opened
}

// TestAnswerThatIsNotStored: a write that succeeded is answered, also if the answer cannot be
// stored, and the log says so.
func TestAnswerThatIsNotStored(t *testing.T) {
	t.Parallel()
	r, log := newRig(t, true), &bytes.Buffer{}
	r.Logger = slog.New(slog.NewTextHandler(log, nil))
	opened := r.openLedger(t, nil)
	handler := func(context.Context, any) (any, error) { return madeApp("made"), opened.Close() }
	info := &grpc.UnaryServerInfo{FullMethod: pb.SipAppService_CreateSipApp_FullMethodName}
	answer, err := r.Intercept(t.Context(), appRequest("id-of-the-test", "app"), info, handler)
	if made, _ := answer.(*pb.CreateSipAppResponse); err != nil || made.GetSipApp().GetUuid() != "made" {
		t.Errorf("the call got %v, %v", answer, err)
	}
	if !strings.Contains(log.String(), "the answer of a request id was not stored") {
		t.Errorf("the log is %q", log)
	}
}

// TestSecondSendThatIsNotWrittenDown: a write is not sent a second time if the ledger cannot
// remember that.
func TestSecondSendThatIsNotWrittenDown(t *testing.T) {
	t.Parallel()
	r := newRig(t, true)
	opened := r.openLedger(t, nil)
	rule := &r.methods[pb.SipAppService_CreateSipApp_FullMethodName].rule
	rule.Find = func(context.Context, proto.Message, time.Time) ([]reconcile.Candidate, error) {
		return nil, opened.Close()
	}
	r.fails = lost
	if got := r.call(t, appRequest("id-of-the-test", "app")); got != "OUTCOME_UNKNOWN 10s" {
		t.Fatalf("the first call got %q", got)
	}
	r.clock.Add(int64(time.Hour))
	if got := r.call(t, appRequest("id-of-the-test", "app")); got != "LEDGER_UNAVAILABLE" || r.writes != 1 {
		t.Errorf("the repeat got %q after %d writes", got, r.writes)
	}
}

// TestFoundByTwo: of two request ids that look at the vendor at the same moment, one is
// answered with what both find. While one with the same content looks, the other does not.
func TestFoundByTwo(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ second, during, first, after string }{
		"another content": {"another", "found[reconciled]", "OUTCOME_UNKNOWN 1s", "found[true]"},
		"the same":        {"app", "REQUEST_IN_PROGRESS 1s", "found[reconciled]", "OUTCOME_UNKNOWN 10s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, true)
			var got []string
			r.openLedger(t, func(operation, _ string) {
				if operation == "claimed" && len(got) == 0 { // the resource is free, and not taken yet
					got = append(got, "")
					got[0] = r.call(t, appRequest("id-number-2", test.second))
				}
			})
			r.fails = lost
			r.call(t, appRequest("id-number-1", "app"))
			r.call(t, appRequest("id-number-2", test.second))
			r.shows = []string{"found"}
			got = append(got, r.call(t, appRequest("id-number-1", "app")))
			got = append(got, r.call(t, appRequest("id-number-2", test.second)))
			if diff := cmp.Diff([]string{test.during, test.first, test.after}, got); diff != "" || r.writes != 2 {
				t.Errorf("%d writes, (-want +got):\n%s", r.writes, diff)
			}
		})
	}
}
