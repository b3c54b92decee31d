// Command bench measures the built service and keeps the results in a file, from which
// the command plot makes tables and plots. It takes about five minutes. With -profile it
// takes a profile for the compiler instead, in one minute.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"

	"github.com/sipfacade/sipfacade/test/cost"
)

func main() {
	service := flag.String("service", "bin/sipfacade", "the binary to measure")
	tools := flag.String("tools", "bin/cost", "folder of the vendor and the proxy")
	out := flag.String("out", "docs/performance.json", "file for the results")
	profile := flag.String("profile", "", "file for a profile for the compiler, which is all that is made then")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	bench := &cost.Bench{Service: *service, Tools: *tools, Print: func(format string, args ...any) {
		fmt.Printf(format+"\n", args...)
	}}
	err := run(ctx, bench, *profile, *out)
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, bench *cost.Bench, profile, out string) error {
	if profile != "" {
		return bench.CompilerProfile(ctx, profile)
	}
	return measure(ctx, bench, out)
}

// measure makes all measurements.
func measure(ctx context.Context, bench *cost.Bench, out string) error {
	version, err := exec.CommandContext(ctx, bench.Service, "version").Output()
	if err != nil {
		return fmt.Errorf("ask %s for its version: %w", bench.Service, err)
	}
	results, err := bench.Run(ctx, strings.TrimSpace(string(version)))
	if err != nil {
		return err
	}
	return results.Write(out)
}
