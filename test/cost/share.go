package cost

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Share is the part of the CPU time of a process that some functions take, with all that they
// call.
type Share struct {
	Of    float64       // of 1
	Total time.Duration // of CPU time, in which the share was found
}

// ShareOf profiles the service under a load of calls. Functions are told by the beginning of
// their names, those of the project without its module.
func (f *Facade) ShareOf(ctx context.Context, functions []string, callers int, length time.Duration, call Call) (Share, error) {
	profile, err := f.profileUnder(ctx, callers, length, call)
	if err != nil {
		return Share{}, err
	}
	path := filepath.Join(f.folder, "profile")
	if err := os.WriteFile(path, profile, 0o600); err != nil {
		return Share{}, fmt.Errorf("keep the profile: %w", err)
	}
	traces, err := exec.CommandContext(ctx, "go", "tool", "pprof", "-traces", path).Output()
	if err != nil {
		return Share{}, fmt.Errorf("print the profile: %w", err)
	}
	return shareOf(samples(traces), functions), nil
}

// profileUnder returns a CPU profile of the service under a load.
func (f *Facade) profileUnder(ctx context.Context, callers int, length time.Duration, call Call) ([]byte, error) {
	driven := make(chan load, 1)
	go func() { driven <- drive(ctx, callers, length+300*time.Millisecond, call) }()
	profile, err := fetch(ctx, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%.0f", f.Admin, length.Seconds()))
	if done := <-driven; err == nil {
		err = done.err()
	}
	return profile, err
}

// shareOf adds up the samples that have one of the functions in their stack.
func shareOf(all []sample, functions []string) (share Share) {
	var taken time.Duration
	for _, s := range all {
		share.Total += s.took
		if hasFunction(s.stack, functions) {
			taken += s.took
		}
	}
	if share.Total > 0 {
		share.Of = taken.Seconds() / share.Total.Seconds()
	}
	return share
}

// hasFunction reports whether a stack has a function whose name begins with one of the names.
func hasFunction(stack, names []string) bool {
	for _, function := range stack {
		for _, name := range names {
			if strings.HasPrefix(strings.TrimPrefix(function, module), name) {
				return true
			}
		}
	}
	return false
}
