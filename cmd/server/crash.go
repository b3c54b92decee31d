package main

import (
	"os"
	"runtime/debug"
	"syscall"
)

// crashBySignal makes a crash, such as a panic that nothing recovers, end the process by SIGABRT.
// By default Go would end it with exit code 2, which says that a restart does not help. The
// process leaves no core file: its memory has secrets. GOTRACEBACK wins over both.
func crashBySignal() {
	if os.Getenv("GOTRACEBACK") != "" {
		return
	}
	debug.SetTraceback("crash")
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &limit); err == nil {
		limit.Cur = 0
		_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &limit) // a limit may be lowered
	}
}
