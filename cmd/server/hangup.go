package main

import (
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// stopSignals returns the signals that end the server. SIGHUP is one of them only if it says that
// the terminal was closed from which the server was started: without an audit file, which it
// would open anew, and without nohup.
func stopSignals(auditFile string) []os.Signal {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if auditFile == "" && hasTerminal() && !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP)
	}
	return signals
}

// hasTerminal reports whether the process has a terminal, whose end it is told by SIGHUP.
func hasTerminal() bool {
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	_ = terminal.Close() // nothing was written
	return true
}

// noteHangups returns the SIGHUPs from now on, if they do not end the server.
func noteHangups(auditFile string) <-chan os.Signal {
	hangups := make(chan os.Signal, 1)
	if !slices.Contains(stopSignals(auditFile), os.Signal(syscall.SIGHUP)) {
		signal.Notify(hangups, syscall.SIGHUP)
	}
	return hangups
}

// onHangup calls the function at each SIGHUP until the function that it returns is called.
func onHangup(hangups <-chan os.Signal, call func()) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-hangups:
				call()
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}
