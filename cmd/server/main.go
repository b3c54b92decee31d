// Command server is sipfacade: one API in front of two telephony vendors.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"syscall"
	"time"
	_ "time/tzdata" // vendors' zones, also where the system has no zone data

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/server"
	"github.com/sipfacade/sipfacade/internal/telemetry"
)

// version and commit are set when the binary is linked.
var (
	version = "unknown"
	commit  = "unknown"
)

// usageExit is the exit code for a command line or configuration that does not
// hold.
const usageExit = 2

func main() { os.Exit(run(os.Args[1:], os.Environ(), os.Stdout, os.Stderr)) }

// run is the process, with its exit code.
func run(args, environ []string, stdout, stderr io.Writer) int {
	invocation, err := config.Parse(args, environ, stdout)
	if errors.Is(err, config.ErrHelp) {
		return 0
	}
	if err == nil {
		err = commands[invocation.Command](invocation.Config, stdout, stderr)
	}
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintln(stderr, err) // the exit code says so too
	var invalid *config.InvalidError
	var usage *config.UsageError
	if errors.As(err, &invalid) || errors.As(err, &usage) {
		return usageExit
	}
	return 1
}

// commands are what the binary can do.
var commands = map[string]func(c config.Config, stdout, stderr io.Writer) error{
	config.CommandServe:       serve,
	config.CommandConfigCheck: checkConfig,
	config.CommandHealthcheck: checkHealth,
	config.CommandVersion:     printVersion,
}

// serve runs the server until a signal; a second signal ends it at once.
func serve(c config.Config, stdout, stderr io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	logger := telemetry.NewLogger(stderr, c.LogLevel, string(c.LogFormat))
	s, err := server.New(c, version, logger)
	if err != nil {
		return err
	}
	if c.Sandbox {
		_, _ = fmt.Fprint(stdout, s.Welcome()) // only a courtesy
	}
	return s.Run(ctx)
}

// checkConfig prints where each setting comes from; what is wrong was reported by
// parsing.
func checkConfig(c config.Config, stdout, _ io.Writer) error {
	_, err := fmt.Fprint(stdout, c.Describe())
	return err
}

// checkHealth asks the admin door whether the server takes calls.
func checkHealth(c config.Config, stdout, _ io.Writer) error {
	client := &http.Client{Timeout: 3 * time.Second}
	response, err := client.Get("http://" + c.AdminAddress + "/readyz")
	if err != nil {
		return fmt.Errorf("healthcheck: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // the status line is all that counts
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("healthcheck: %s answers %s", c.AdminAddress, response.Status)
	}
	_, err = fmt.Fprintln(stdout, "ready")
	return err
}

// printVersion prints version, commit and Go.
func printVersion(_ config.Config, stdout, _ io.Writer) error {
	_, err := fmt.Fprintf(stdout, "sipfacade %s, commit %s, %s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
