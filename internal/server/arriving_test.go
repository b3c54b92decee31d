package server

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"golang.org/x/sync/semaphore"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"

	"github.com/sipfacade/sipfacade/internal/limits"
)

// TestArrivingBody: a body takes the budget only while it is read, and only if it is large.
func TestArrivingBody(t *testing.T) {
	t.Parallel()
	const large = freeRequestBytes + 1
	for name, c := range map[string]struct {
		length  int
		stated  bool
		broken  bool
		largest int64 // that it takes
	}{
		"small, of unknown size":      {length: 100},
		"just small, of unknown size": {length: freeRequestBytes - 1},
		"large, of unknown size":      {length: large, largest: limits.MaxBytes},
		"large":                       {length: large, stated: true, largest: large},
		"large, breaks off":           {length: large, stated: true, broken: true, largest: large},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var content io.Reader = strings.NewReader(strings.Repeat("x", c.length))
			if c.broken {
				content = io.MultiReader(content, iotest.ErrReader(io.ErrUnexpectedEOF))
			}
			budget := semaphore.NewWeighted(limits.MaxBytes)
			body := &arrivingBody{ReadCloser: io.NopCloser(content), ctx: t.Context(), budget: budget, size: -1}
			if c.stated {
				body.size = int64(c.length)
			}
			read, largest := 0, int64(0)
			for buffer := make([]byte, 1000); ; {
				n, err := body.Read(buffer)
				read, largest = read+n, max(largest, body.held)
				if err != nil {
					if c.broken == errors.Is(err, io.EOF) {
						t.Errorf("ended with %v", err)
					}
					break
				}
			}
			if read != c.length || largest != c.largest {
				t.Errorf("read %d bytes with %d of the budget, want %d and %d", read, largest, c.length, c.largest)
			}
			if !budget.TryAcquire(limits.MaxBytes) {
				t.Error("the budget was not given back")
			}
		})
	}
}

// TestArrivingBodyWaits: a body that gets no budget in time is one that does not arrive.
func TestArrivingBodyWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		budget := semaphore.NewWeighted(limits.MaxBytes)
		if !budget.TryAcquire(limits.MaxBytes) {
			t.Fatal("no budget")
		}
		body := &arrivingBody{ReadCloser: io.NopCloser(strings.NewReader("x")), ctx: t.Context(), budget: budget, size: 100_000}
		began := time.Now()
		_, err := body.Read(make([]byte, 1))
		if grpcstatus.Code(err) != codes.DeadlineExceeded || time.Since(began) != bodyTimeout {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
		body.giveBack()
		if budget.TryAcquire(1) {
			t.Error("it gave back what it had not taken")
		}
	})
}
