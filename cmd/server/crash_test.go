package main

import (
	"errors"
	"os/exec"
	"syscall"
	"testing"
)

// TestCrash: a crash of the Go runtime, here the one that SIGQUIT asks for, ends the process by a
// signal and not with the exit code of a wrong configuration. There is no core file.
func TestCrash(t *testing.T) {
	t.Parallel()
	server := startProcess(t)
	failure, ok := errors.AsType[*exec.ExitError](server.end(syscall.SIGQUIT))
	if !ok {
		t.Fatal("the process ended without an error")
	}
	ended, ok := failure.Sys().(syscall.WaitStatus)
	if !ok || !ended.Signaled() || ended.Signal() != syscall.SIGABRT || ended.CoreDump() {
		t.Errorf("the process ended with %v, a core file: %t", failure, ended.CoreDump())
	}
}
