package idempotency

import (
	"bytes"
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/sipfacade/sipfacade/internal/ledger"
	"github.com/sipfacade/sipfacade/internal/service/reconcile"
)

// TestAdoptedAnswerThatIsNotStored: a repeat is answered with what the vendor shows, also if
// that cannot be stored, and the log says so.
func TestAdoptedAnswerThatIsNotStored(t *testing.T) {
	t.Parallel()
	r, log := newRig(t, true), &bytes.Buffer{}
	r.Logger = slog.New(slog.NewTextHandler(log, nil))
	opened, err := ledger.Open(t.Context(), "file:"+filepath.Join(t.TempDir(), "ledger"), ledger.Options{Key: []byte("a key of the tests, 32 bytes long")})
	if err != nil {
		t.Fatal(err)
	}
	r.Ledger, r.fails = opened, lost
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
