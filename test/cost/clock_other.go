//go:build !linux

package cost

import (
	"errors"
	"time"
)

// processClock needs Linux.
func processClock(int) (time.Duration, error) {
	return 0, errors.New("the CPU clock of another process can only be read on Linux")
}
