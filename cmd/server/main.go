// Command server is sipfacade: one API in front of two telephony vendors.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	_ "time/tzdata" // vendors' zones, even if the system has no zone data

	"github.com/KimMachineGun/automemlimit/memlimit"
	"go.opentelemetry.io/otel"
	"google.golang.org/grpc/grpclog"

	"github.com/sipfacade/sipfacade/internal/auth"
	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/server"
	"github.com/sipfacade/sipfacade/internal/telemetry"
	"github.com/sipfacade/sipfacade/internal/tracing"
)

// version and commit are set when the binary is linked.
var (
	version = "unknown"
	commit  = "unknown"
)

// usageExit is the exit code for a mistake in the command line or configuration.
const usageExit = 2

func main() {
	crashBySignal()
	os.Exit(run(os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// run parses the command line, runs the command and returns the exit code.
func run(args, environ []string, stdout, stderr io.Writer) int {
	invocation, err := config.Parse(args, environ, stdout)
	if errors.Is(err, config.ErrHelp) {
		return 0
	}
	if err == nil {
		err = commands[invocation.Command](invocation, stdout, stderr)
	}
	if err == nil {
		return 0
	}
	if exit := exitCode(0); errors.As(err, &exit) {
		return int(exit)
	}
	var invalid *config.InvalidError
	var usage *config.UsageError
	if errors.As(err, &invalid) && readsFiles[invocation.Command] {
		err = server.CheckFiles(invocation.Config, invalid)
	}
	_, _ = fmt.Fprintln(stderr, err) // a failed write changes nothing
	if invalid != nil || errors.As(err, &usage) {
		return usageExit
	}
	return 1
}

// readsFiles holds the commands that read the files about callers and routes, and look at the
// audit file, the ledger and the variables of traces. They report what is wrong with these
// together with what is wrong with the settings.
var readsFiles = map[string]bool{config.CommandServe: true, config.CommandConfigCheck: true}

// commands holds what each command does.
var commands = map[string]func(asked config.Invocation, stdout, stderr io.Writer) error{
	config.CommandServe:       serve,
	config.CommandConfigCheck: checkConfig,
	config.CommandHealthcheck: checkHealth,
	config.CommandVersion:     printVersion,
	config.CommandTokenNew:    printToken,
	config.CommandProbe:       probeVendors,
}

// serve runs the server until a signal; a second signal ends it at once.
func serve(asked config.Invocation, stdout, stderr io.Writer) error {
	c := asked.Config
	ctx, stop := signal.NotifyContext(context.Background(), stopSignals(c.AuditFile)...)
	defer stop()
	context.AfterFunc(ctx, stop)
	hangups := noteHangups(c.AuditFile)
	signal.Ignore(syscall.SIGPIPE) // by default it ends the process when nobody reads its output any more
	lines := telemetry.NewLines(stderr)
	defer lines.Close()
	logger := telemetry.NewLogger(lines, c.LogLevel, logFormat(c.LogFormat, stderr, os.Getenv("NO_COLOR")))
	lines.Report(func(lost int) { logger.Warn("log lines were lost", "lines", lost) })
	redirectLibraries(logger)
	if limit, err := tuneMemory(memlimit.FromCgroup); err != nil {
		logger.Warn("memory limit", "error", err.Error()) // the default holds then
	} else if limit > 0 {
		logger.Info("memory limit", "bytes", limit)
	}
	tracer, err := tracing.FromEnvironment(ctx, version, os.Getenv)
	if err != nil {
		return config.VariableMistakes(err)
	}
	s, err := server.New(c, server.Process{Version: version, Commit: commit, Tracer: tracer, LostLines: lines.Lost}, logger)
	if err != nil {
		return err
	}
	if c.Sandbox {
		_, _ = fmt.Fprint(stdout, s.Welcome()) // the server runs without it too
	}
	defer onHangup(hangups, s.ReopenAudit)()
	go debug.FreeOSMemory() // what only the start needed, 3 MiB, goes back to the system
	return s.Run(ctx)
}

// redirectLibraries sends what libraries log by themselves to the logger, which leaves
// out its content: net/http prints what a vendor sent.
func redirectLibraries(logger *slog.Logger) {
	log.SetFlags(0)
	log.SetOutput(telemetry.StandardLogWriter(logger))
	grpclog.SetLoggerV2(telemetry.GRPCLogger(logger))
	otel.SetLogger(telemetry.OTelLogger(logger))
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) {
		logger.Warn("traces are not exported", "error", err.Error())
	}))
}

// logFormat chooses the format of the log: text on a terminal, unless one is given. Text on a
// terminal has colors, unless NO_COLOR says otherwise.
func logFormat(given config.LogFormat, log io.Writer, noColor string) string {
	terminal := isTerminal(log)
	switch {
	case given == config.LogFormatJSON, given == config.LogFormatAuto && !terminal:
		return telemetry.FormatJSON
	case terminal && noColor == "":
		return telemetry.FormatColor
	default:
		return telemetry.FormatText
	}
}

// isTerminal reports whether what is written is read by a person, as far as that can be seen.
func isTerminal(log io.Writer) bool {
	file, ok := log.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// checkConfig prints the source of each setting, and what follows from them that may not be
// meant. Nothing is wrong with the settings; the files that they name are still to be read.
func checkConfig(asked config.Invocation, stdout, stderr io.Writer) error {
	if err := server.CheckFiles(asked.Config, nil); err != nil {
		return err
	}
	for _, warning := range asked.Config.Warnings() {
		_, _ = fmt.Fprintln(stderr, warning) // the exit code does not depend on it
	}
	_, err := fmt.Fprint(stdout, asked.Config.Describe())
	return err
}

// printToken prints a new token and its entry for the tokens file.
func printToken(asked config.Invocation, stdout, stderr io.Writer) error {
	token, entry, err := auth.NewToken(asked.NewToken.Name, asked.NewToken.Scopes)
	if err != nil {
		return &config.UsageError{Text: err.Error()}
	}
	_, _ = fmt.Fprintln(stderr, "The token is shown only now. The entry belongs below `tokens:` in the file that auth_tokens_file names.")
	_, err = fmt.Fprintf(stdout, "%s\n\n%s", token, entry)
	return err
}

// printVersion prints version, commit and Go.
func printVersion(_ config.Invocation, stdout, _ io.Writer) error {
	_, err := fmt.Fprintf(stdout, "sipfacade %s, commit %s, %s %s/%s\n", version, commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
