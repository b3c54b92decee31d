package main

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// gcPercent is four times Go's default. The live heap of this process is small
// and most of what a call allocates is garbage when the call ends, so fewer
// collections cost little memory, and the memory limit bounds that.
const gcPercent = 400

// tuneMemory makes the garbage collector keep the process within the memory
// limit that the provider reads, for example the container's. It returns the
// limit that it set, 0 if it set none: there is no limit to read, or the
// variable GOMEMLIMIT is given. GOGC wins over gcPercent in the same way.
func tuneMemory(limit memlimit.Provider) (int64, error) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	bytes, err := memlimit.SetGoMemLimitWithOpts(memlimit.WithProvider(limit))
	if errors.Is(err, memlimit.ErrNoCgroup) || errors.Is(err, memlimit.ErrCgroupsNotSupported) {
		return 0, nil // not in a container
	}
	if err != nil {
		return 0, fmt.Errorf("take the memory limit from the container: %w", err)
	}
	return bytes, nil
}
