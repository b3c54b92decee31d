// Command bench measures the built service and keeps the results in a file, from which
// the command plot makes tables and plots. It takes about five minutes.
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
	flag.Parse()
	if err := run(*service, *tools, *out); err != nil {
		log.Fatal(err)
	}
}

func run(service, tools, out string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	version, err := exec.CommandContext(ctx, service, "version").Output()
	if err != nil {
		return fmt.Errorf("ask %s for its version: %w", service, err)
	}
	bench := &cost.Bench{Service: service, Tools: tools, Print: func(format string, args ...any) {
		fmt.Printf(format+"\n", args...)
	}}
	results, err := bench.Run(ctx, strings.TrimSpace(string(version)))
	if err != nil {
		return err
	}
	return results.Write(out)
}
