package cost

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Machine is where a run took place.
type Machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Kernel string `json:"kernel"`
	Go     string `json:"go"`
	// Others is how many cores all other processes kept busy during the run, on average.
	Others float64 `json:"others"`
}

// observation is the beginning of a run, from which the CPU time of others is counted.
type observation struct {
	started   time.Time
	busy, own time.Duration
}

// observe begins to watch the machine.
func observe() (observation, error) {
	busy, err := busyTime()
	if err != nil {
		return observation{}, err
	}
	own, err := ownTime()
	return observation{started: time.Now(), busy: busy, own: own}, err
}

// machine describes the machine. All processes of the benchmark must have ended, since
// the system counts their time only then.
func (o observation) machine() (Machine, error) {
	now, err := observe()
	if err != nil {
		return Machine{}, err
	}
	others := (now.busy - o.busy) - (now.own - o.own)
	kernel, err := os.ReadFile("/proc/sys/kernel/osrelease")
	if err != nil {
		return Machine{}, fmt.Errorf("describe the machine: %w", err)
	}
	return Machine{
		CPU: processor(), Cores: runtime.NumCPU(), Go: runtime.Version(),
		Kernel: runtime.GOOS + " " + strings.TrimSpace(string(kernel)),
		Others: max(0, others.Seconds()/time.Since(o.started).Seconds()),
	}, nil
}

// processor returns the name of the CPU, or its architecture.
func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return runtime.GOARCH
	}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

// busyTime returns the CPU time that the machine has spent on work since its start: user,
// nice, system, irq and softirq of the first line of /proc/stat, in ticks of 10 ms.
func busyTime() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, fmt.Errorf("read the CPU time of the machine: %w", err)
	}
	fields := strings.Fields(string(text))
	if len(fields) < 8 {
		return 0, errors.New("read the CPU time of the machine: /proc/stat has another form")
	}
	var ticks int64
	for _, i := range []int{1, 2, 3, 6, 7} {
		value, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read the CPU time of the machine: %w", err)
		}
		ticks += value
	}
	return time.Duration(ticks) * 10 * time.Millisecond, nil
}
