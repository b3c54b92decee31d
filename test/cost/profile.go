package cost

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// profileSeconds is how long a profile is.
const profileSeconds = 5

// takeProfile keeps a CPU profile of the service under load in a file.
func (b *Bench) takeProfile(ctx context.Context, server string, work Work, callers int, path string) error {
	s, err := b.startFacade(ctx, server, work, callers)
	if err != nil {
		return err
	}
	defer func() { _ = s.stop() }() // stopping the service does not fail
	if err := s.warm(ctx, callers); err != nil {
		return err
	}
	profile, err := s.facade.profileUnder(ctx, callers, profileSeconds*time.Second, s.call)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, profile, 0o600); err != nil {
		return fmt.Errorf("keep the profile: %w", err)
	}
	return nil
}

// CompilerProfile takes a profile of each kind of call over both protocols and keeps them as
// one, for the compiler.
func (b *Bench) CompilerProfile(ctx context.Context, out string) (err error) {
	folder, err := os.MkdirTemp("", "sipfacade-profiles-")
	if err != nil {
		return fmt.Errorf("make a folder for the profiles: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }() // a folder of temporary files
	// A profile names the path of the binary, and should not name that of a checkout.
	neutral := &Bench{Service: filepath.Join(folder, "sipfacade"), Tools: b.Tools, Print: b.Print}
	if err := copyBinary(b.Service, neutral.Service); err != nil {
		return err
	}
	if err := neutral.Open(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, neutral.Close()) }()
	arguments := []string{"tool", "pprof", "-proto", "-output=" + out}
	for _, work := range []Work{GetApp(), CreateInvite(), ListInvites(1000), ListUsers(5000)} {
		for _, server := range []string{OverGRPC, OverJSON} {
			b.Print("%s, %s", work.Name, server)
			path := filepath.Join(folder, strconv.Itoa(len(arguments)))
			if err := neutral.takeProfile(ctx, server, work, 32, path); err != nil {
				return fmt.Errorf("profile %s: %w", work.Name, err)
			}
			arguments = append(arguments, path)
		}
	}
	if text, err := exec.CommandContext(ctx, "go", arguments...).CombinedOutput(); err != nil {
		return fmt.Errorf("merge the profiles: %w: %s", err, text)
	}
	return nil
}

// copyBinary copies a file that can be run.
func copyBinary(from, to string) error {
	binary, err := os.ReadFile(from)
	if err != nil {
		return fmt.Errorf("read the service: %w", err)
	}
	if err := os.WriteFile(to, binary, 0o700); err != nil {
		return fmt.Errorf("copy the service: %w", err)
	}
	return nil
}
