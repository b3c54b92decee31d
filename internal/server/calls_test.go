package server

import (
	"context"
	"errors"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// TestCalls: a call ends by itself or with all others, and one that comes after these
// has ended already.
func TestCalls(t *testing.T) {
	t.Parallel()
	c := newCalls()
	first, second := c.begin(t.Context(), time.Hour), c.begin(t.Context(), time.Hour)
	c.end(first)
	if second.Err() != nil || !errors.Is(context.Cause(first), context.Canceled) {
		t.Errorf("after the first one's end: %v, %v", context.Cause(first), context.Cause(second))
	}
	c.endAll()
	late := c.begin(t.Context(), time.Hour)
	for name, ctx := range map[string]context.Context{"under way": second, "late": late} {
		if !errors.Is(context.Cause(ctx), upstream.ErrShuttingDown) {
			t.Errorf("%s: %v", name, context.Cause(ctx))
		}
		c.end(ctx)
	}
	if !errors.Is(context.Cause(first), context.Canceled) || len(c.running) != 0 {
		t.Errorf("%v, %d calls are left", context.Cause(first), len(c.running))
	}
}

// TestOverdue: a stream that ends because its time is over says so, whatever its handler
// calls that.
func TestOverdue(t *testing.T) {
	t.Parallel()
	expired, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	cancelled, stop := context.WithCancel(t.Context())
	stop()
	for _, test := range []struct {
		ctx         context.Context
		ended, want codes.Code
	}{
		{expired, codes.Canceled, codes.DeadlineExceeded},
		{expired, codes.OK, codes.OK},
		{expired, codes.NotFound, codes.NotFound},
		{cancelled, codes.Canceled, codes.Canceled},
		{t.Context(), codes.Canceled, codes.Canceled},
	} {
		if got := grpcstatus.Code(overdue(test.ctx, grpcstatus.Error(test.ended, "ended"))); got != test.want {
			t.Errorf("%v with %s: %s, want %s", test.ctx.Err(), test.ended, got, test.want)
		}
	}
}
