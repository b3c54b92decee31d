package server

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/sipfacade/sipfacade/internal/status"
)

// TestAnswersBudget: a small answer takes nothing, one that is larger than the budget all of
// it. If the budget is taken, a read waits for its time, and a write that succeeded does not.
func TestAnswersBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const limit = 1 << 20
		all := newAnswers(limit)
		take := func(size int64, must bool) (release func(), err error) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			return all.take(ctx, size, must)
		}
		if release, err := take(freeAnswerBytes, false); release != nil || err != nil {
			t.Errorf("a small answer: %v", err)
		}
		whole, err := take(5*limit, false)
		if whole == nil || err != nil {
			t.Fatalf("an answer that is larger than the budget: %v", err)
		}
		began := time.Now()
		_, err = take(limit/2, false)
		if code, reason := grpcstatus.Code(err), status.Reason(err); code != codes.Unavailable || reason != "UPSTREAM_SATURATED" || time.Since(began) != time.Second {
			t.Errorf("a read without budget: %v after %s", err, time.Since(began))
		}
		if release, err := take(limit/2, true); release != nil || err != nil {
			t.Errorf("a write without budget: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := all.take(ctx, limit/2, false); !errors.Is(err, context.Canceled) {
			t.Errorf("a caller that has gone: %v", err)
		}
		whole()
		whole() // does nothing
		if release, err := take(limit, false); release == nil || err != nil {
			t.Errorf("after all was given back: %v", err)
		}
	})
}
