package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// gcPercent is four times Go's default. The live heap of this process is small
// and most of what a call allocates is garbage when the call ends, so fewer
// collections cost little memory, and the memory limit bounds that.
const gcPercent = 400

// withoutContainer is the limit if no container sets one. It is soft: a process that
// needs more gets more, and collects more often. What calls may hold together is a share
// of the limit, so that it is not reached by what is live. A higher limit would only be
// filled with garbage: the lists of 256 callers took twice the memory with 1 GiB and no
// less CPU.
const withoutContainer = 384 << 20

// tuneMemory makes the garbage collector keep the process within the memory limit that the provider
// reads, for example the container's. If the variable GOMEMLIMIT is set, that limit holds instead,
// and GOGC in place of gcPercent in the same way. It returns the limit that holds, 0 if GOMEMLIMIT
// turned it off.
func tuneMemory(limit memlimit.Provider) (int64, error) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") != "" {
		return givenLimit(), nil
	}
	debug.SetMemoryLimit(withoutContainer)
	bytes, err := memlimit.SetGoMemLimitWithOpts(memlimit.WithProvider(limit))
	switch {
	case err == nil && bytes > 0:
		return bytes, nil
	case err == nil, errors.Is(err, memlimit.ErrNoCgroup), errors.Is(err, memlimit.ErrCgroupsNotSupported):
		return withoutContainer, nil
	default:
		return withoutContainer, fmt.Errorf("take the memory limit from the container: %w", err)
	}
}

// givenLimit returns the limit that Go took from its variable, 0 if there is none.
func givenLimit() int64 {
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		return limit
	}
	return 0
}
