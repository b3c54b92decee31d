package reconcile

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

func TestIsBefore(t *testing.T) {
	t.Parallel()
	ours := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for after, want := range map[time.Duration]bool{
		-time.Hour: true, -61 * time.Second: true, -time.Minute: false, 0: false, time.Hour: false,
	} {
		if got := IsBefore(timestamppb.New(ours.Add(after)), ours); got != want {
			t.Errorf("%s after ours: %t", after, got)
		}
	}
}
