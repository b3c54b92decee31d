package server

import (
	"context"
	"errors"
	"testing"
	"time"

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
