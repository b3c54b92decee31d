package main

import (
	"errors"
	"math"
	"runtime/debug"
	"testing"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// TestTuneMemory is not parallel: it changes limits and variables of the process.
func TestTuneMemory(t *testing.T) {
	container := memlimit.Limit(1000 << 20)
	broken := func() (uint64, error) { return 0, errors.New("no such file") }
	absent := func() (uint64, error) { return 0, memlimit.ErrCgroupsNotSupported }
	unlimited := func() (uint64, error) { return 0, memlimit.ErrNoLimit }
	for name, test := range map[string]struct {
		environment map[string]string
		provider    memlimit.Provider
		limit       int64 // of Go afterwards, and what is returned unless it is off
		percent     int
		fails       bool
	}{
		"container":           {provider: container, limit: 900 << 20, percent: gcPercent},
		"no cgroups":          {provider: absent, limit: withoutContainer, percent: gcPercent},
		"no limit":            {provider: unlimited, limit: withoutContainer, percent: gcPercent},
		"unreadable":          {provider: broken, limit: withoutContainer, percent: gcPercent, fails: true},
		"GOGC is given":       {map[string]string{"GOGC": "100"}, container, 900 << 20, 100, false},
		"GOMEMLIMIT is given": {map[string]string{"GOMEMLIMIT": "1GiB"}, container, 1 << 30, gcPercent, false},
		"GOMEMLIMIT is off":   {map[string]string{"GOMEMLIMIT": "off"}, container, math.MaxInt64, gcPercent, false},
	} {
		t.Run(name, func(t *testing.T) {
			setMemory(t, math.MaxInt64, 100)
			if test.environment["GOMEMLIMIT"] == "1GiB" {
				debug.SetMemoryLimit(1 << 30) // as Go did at the start of the process
			}
			t.Setenv("GOGC", "")
			for variable, value := range test.environment {
				t.Setenv(variable, value)
			}
			set, err := tuneMemory(test.provider)
			if (err != nil) != test.fails {
				t.Errorf("error %v", err)
			}
			if limit := debug.SetMemoryLimit(-1); limit != test.limit || set != limit%math.MaxInt64 {
				t.Errorf("memory limit %d, reported %d, want %d", limit, set, test.limit)
			}
			if percent := debug.SetGCPercent(100); percent != test.percent {
				t.Errorf("GC percent %d, want %d", percent, test.percent)
			}
		})
	}
}

// setMemory sets both limits and restores them after the test.
func setMemory(t *testing.T, limit int64, percent int) {
	t.Helper()
	oldLimit, oldPercent := debug.SetMemoryLimit(limit), debug.SetGCPercent(percent)
	t.Cleanup(func() {
		debug.SetMemoryLimit(oldLimit)
		debug.SetGCPercent(oldPercent)
	})
}
