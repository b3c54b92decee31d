//go:build !linux

package cost

import (
	"errors"
	"time"
)

// errNotLinux says that the benchmark cannot run here. Everything else can.
var errNotLinux = errors.New("the CPU time of processes can only be read on Linux")

func processClock(int) (time.Duration, error) { return 0, errNotLinux }

func ownTime() (time.Duration, error) { return 0, errNotLinux }
