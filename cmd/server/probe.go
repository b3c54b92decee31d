package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/sipfacade/sipfacade/internal/accountcheck"
	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/probe"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// exitCode is an exit code whose reason has been printed.
type exitCode int

// Error says which code.
func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// probeExits are the exit codes of the results of probe that are not a success.
var probeExits = map[probe.Result]exitCode{probe.Differs: 1, probe.Failed: usageExit}

// probeVendors checks the vendor accounts and prints what it found.
func probeVendors(asked config.Invocation, stdout, stderr io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := asked.Config
	logger := telemetry.NewLogger(stderr, c.LogLevel, logFormat(c.LogFormat, stderr, os.Getenv("NO_COLOR")))
	redirectLibraries(logger)
	report, err := check(ctx, asked, logger, stderr)
	if report == nil {
		return err
	}
	write := report.WriteTable
	if asked.Output == config.OutputJSON {
		write = report.WriteJSON
	}
	if err := errors.Join(err, write(stdout)); err != nil {
		return err
	}
	if exit, ok := probeExits[report.Result]; ok {
		return exit
	}
	return nil
}

// check checks the vendor accounts, and records what they answer if that is asked for. The report
// is complete even if the record could not be written.
func check(ctx context.Context, asked config.Invocation, logger *slog.Logger, stderr io.Writer) (*probe.Report, error) {
	if asked.Record == "" {
		return accountcheck.Probe(ctx, asked.Config, logger)
	}
	report, written, err := accountcheck.ProbeAndRecord(ctx, asked.Config, logger, accountcheck.Recording{Directory: asked.Record, Version: version})
	switch {
	case err != nil && report != nil:
		return report, fmt.Errorf("--record %s: %w", asked.Record, err)
	case err != nil:
		return nil, err
	case written == 0:
		_, _ = fmt.Fprintf(stderr, "recorded nothing in %s: no vendor answered\n", asked.Record)
	default:
		_, _ = fmt.Fprintf(stderr, "recorded %d files in %s; read them before you send them\n", written, asked.Record)
	}
	return report, nil
}
