// Command composefile checks a compose file with the loader of Docker Compose, which
// refuses members that it does not know. It reports ports that are published beyond
// loopback, and files that are mounted and do not exist.
package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run checks the compose files.
func run(paths []string) error {
	options, err := cli.NewProjectOptions(paths)
	if err != nil {
		return err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return err
	}
	var problems []error
	for name, service := range project.Services {
		problems = append(problems, check(name, service)...)
		fmt.Println("service", name)
	}
	return errors.Join(problems...)
}

// check reports the mistakes of one service.
func check(name string, service types.ServiceConfig) (problems []error) {
	for _, port := range service.Ports {
		if address, err := netip.ParseAddr(port.HostIP); err != nil || !address.IsLoopback() {
			problems = append(problems, fmt.Errorf("%s: port %s is published on %q, which is not loopback", name, port.Published, port.HostIP))
		}
	}
	for _, volume := range service.Volumes {
		if volume.Type != types.VolumeTypeBind {
			continue
		}
		if _, err := os.Stat(volume.Source); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
		}
	}
	return problems
}
