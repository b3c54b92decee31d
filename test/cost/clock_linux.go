package cost

import (
	"fmt"
	"syscall"
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

// ownTime returns the CPU time of this process and of those of its children that have ended.
func ownTime() (time.Duration, error) {
	var sum int64
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var usage syscall.Rusage
		if err := syscall.Getrusage(who, &usage); err != nil {
			return 0, fmt.Errorf("read the CPU time of the benchmark: %w", err)
		}
		sum += usage.Utime.Nano() + usage.Stime.Nano()
	}
	return time.Duration(sum), nil
}
