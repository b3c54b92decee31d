package cost

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// processClock returns the CPU time of a process in nanoseconds, by the clock that
// clock_getcpuclockid(3) names. The times in /proc/PID/stat have ticks of 10 ms.
func processClock(pid int) (time.Duration, error) {
	const scheduled = 2 // CPUCLOCK_SCHED: what the scheduler has counted
	var now unix.Timespec
	if err := unix.ClockGettime(int32(^pid)<<3|scheduled, &now); err != nil {
		return 0, fmt.Errorf("read the CPU clock of process %d: %w", pid, err)
	}
	return time.Duration(now.Nano()), nil
}
