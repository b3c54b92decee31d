package upstream

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSpent: exchanges at the same time count once, and what lies between attempts and in the
// queue is time of waiting.
func TestSpent(t *testing.T) {
	t.Parallel()
	answer := func(status int) (*http.Response, error) {
		time.Sleep(time.Second)
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}, nil
	}
	for name, c := range map[string]struct {
		connections, calls int
		statuses           []int // of the first answers; then 200
		want               Spent
	}{
		"one":                  {connections: 2, calls: 1, want: Spent{Vendors: time.Second}},
		"two at the same time": {connections: 2, calls: 2, want: Spent{Vendors: time.Second}},
		"two after each other": {connections: 1, calls: 2, want: Spent{Vendors: 2 * time.Second, Waited: time.Second}},
		"a retry":              {connections: 1, calls: 1, statuses: []int{503}, want: Spent{Vendors: 2 * time.Second, Waited: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				statuses := c.statuses
				pipeline := pipelineTo(t, "http://vendor.example", &plain{}, func(o *Options) {
					o.Connections = c.connections
					o.Transport = roundTripper(func(*http.Request) (*http.Response, error) {
						if len(statuses) == 0 {
							return answer(http.StatusOK)
						}
						status := statuses[0]
						statuses = statuses[1:]
						return answer(status)
					})
				})
				ctx, cancel := WithCap(t.Context(), time.Minute)
				defer cancel()
				var all sync.WaitGroup
				for range c.calls {
					all.Go(func() {
						if err := pipeline.Do(ctx, callOf(Read)); err != nil {
							t.Error(err)
						}
					})
				}
				all.Wait()
				got := SpentOf(ctx)
				if c.want.Waited < 0 { // the backoff is random
					if got.Waited <= 0 || got.Waited >= firstBackoff {
						t.Errorf("waited %s", got.Waited)
					}
					got.Waited = -1
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
	if got := SpentOf(context.Background()); got != (Spent{}) {
		t.Errorf("without a cap: %+v", got)
	}
}
