package infinity

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	pb "github.com/sipfacade/sipfacade/gen/sipfacade/v1"
	"github.com/sipfacade/sipfacade/internal/etag/etagtest"
	"github.com/sipfacade/sipfacade/internal/upstream"
)

// slowVendor takes a while for each answer. It tells the pipeline that each request was
// sent.
type slowVendor struct {
	*pbxVendor
	delay time.Duration
}

func (v *slowVendor) RoundTrip(r *http.Request) (*http.Response, error) {
	if trace := httptrace.ContextClientTrace(r.Context()); trace != nil {
		trace.GotConn(httptrace.GotConnInfo{Conn: &net.TCPConn{}})
	}
	response, err := v.pbxVendor.RoundTrip(r)
	select {
	case <-time.After(v.delay):
		return response, err
	case <-r.Context().Done():
		return nil, errors.Join(context.Cause(r.Context()), err)
	}
}

// TestPbxUpdateSharesOneCap: an update that reads, writes and reads back takes the cap
// once. If it passes in the read before the write, nothing was sent; in the write, the
// outcome is not known; in the read after it, the answer is what was sent. If the
// service stops in the write, the row is not read back.
func TestPbxUpdateSharesOneCap(t *testing.T) {
	t.Parallel()
	const limit = 30 * time.Second
	sent := &pb.PbxGroup{DomainId: new(uint32(3)), GroupId: new(uint32(5)), GroupName: new("sales"), DisplayName: new("New")}
	for name, c := range map[string]struct {
		delay    time.Duration
		stopAt   time.Duration // when the service is shut down; 0 if it is not
		took     time.Duration
		seen     int
		kind     upstream.Kind
		delivery upstream.Delivery
		answer   *pb.PbxGroup
	}{
		"in time":               {delay: 5 * time.Second, took: 15 * time.Second, seen: 3, answer: &pb.PbxGroup{DomainId: new(uint32(3)), GroupId: new(uint32(5)), GroupName: new("sales"), DisplayName: new("Old")}},
		"in the read after":     {delay: 12 * time.Second, took: limit - 500*time.Millisecond, seen: 3, answer: sent},
		"shutdown in the write": {delay: 12 * time.Second, stopAt: 23 * time.Second, took: 24 * time.Second, seen: 2, answer: sent},
		"in the write":          {delay: 20 * time.Second, took: limit, seen: 2, kind: upstream.KindTimeout, delivery: upstream.Unknown},
		"in the read before":    {delay: 40 * time.Second, took: limit, seen: 1, kind: upstream.KindTimeout, delivery: upstream.NotSent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				vendor := &slowVendor{delay: c.delay, pbxVendor: &pbxVendor{answers: map[string]pbxAnswer{
					"GET /3/groups/5":  ok(`{"groupId":5,"groupName":"sales","displayName":"Old"}`),
					"POST /3/groups/5": {204, "", ""},
				}}}
				client, _ := pbxClient(t, vendor, nil)
				ctx, stop := context.WithCancelCause(t.Context())
				defer stop(nil)
				if c.stopAt > 0 {
					time.AfterFunc(c.stopAt, func() { stop(upstream.ErrShuttingDown) })
				}
				ctx, cancel := upstream.WithCap(ctx, limit)
				defer cancel()
				started := time.Now()
				updated, err := NewPbxConfigService(backendOf(t, client)).UpdatePbxGroup(ctx, &pb.UpdatePbxGroupRequest{
					DomainId: 3, PbxGroup: &pb.PbxGroup{GroupId: new(uint32(5)), DisplayName: new("New")},
				})
				if took := time.Since(started); took != c.took || len(vendor.seen) != c.seen {
					t.Errorf("took %s for %q", took, vendor.seen)
				}
				if diff := cmp.Diff(c.answer, updated.GetPbxGroup(), etagtest.Ignore()); diff != "" {
					t.Error(diff)
				}
				var failure *upstream.Error
				if errors.As(err, &failure) != (c.answer == nil) {
					t.Fatalf("error %v", err)
				}
				if failure != nil && (failure.Kind != c.kind || failure.Delivery() != c.delivery || failure.Operation() != "UpdateSIPGroup") {
					t.Errorf("%v, %s", failure, failure.Delivery())
				}
			})
		})
	}
}
