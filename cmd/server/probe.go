package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/probe"
	"github.com/sipfacade/sipfacade/internal/server"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// exitCode is an exit code whose reason has been printed.
type exitCode int

// Error says which code.
func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// probeExits are the exit codes of the results of probe that are no success.
var probeExits = map[probe.Result]exitCode{probe.Differs: 1, probe.Failed: usageExit}

// probeVendors checks the vendor accounts and prints what it found.
func probeVendors(asked config.Invocation, stdout, stderr io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := asked.Config
	logger := telemetry.NewLogger(stderr, c.LogLevel, logFormat(c.LogFormat, stderr, os.Getenv("NO_COLOR")))
	redirectLibraries(logger)
	report, err := server.Probe(ctx, c, logger)
	if err != nil {
		return err
	}
	write := report.WriteTable
	if asked.Output == config.OutputJSON {
		write = report.WriteJSON
	}
	if err := write(stdout); err != nil {
		return err
	}
	if exit, ok := probeExits[report.Result]; ok {
		return exit
	}
	return nil
}
