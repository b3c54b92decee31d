//go:build unix

// Package install gives tests the packages of other languages: it installs what a lock file
// pins into .cache of the checkout, once for all tests and all processes.
package install

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// timeout is how long an installation may take.
const timeout = 5 * time.Minute

// kind is a language's way to install packages.
type kind struct {
	name    string
	tool    string   // what has to be there already
	version []string // a command that prints the version of the tool
	locks   []string // the files that pin the packages
	steps   [][]string
}

var (
	node = kind{
		name: "node", tool: "npm", version: []string{"node", "--version"}, locks: []string{"package.json", "package-lock.json"},
		steps: [][]string{{"npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"}},
	}
	python = kind{
		name: "python", tool: "python3", version: []string{"python3", "--version"}, locks: []string{"requirements.txt"},
		steps: [][]string{
			{"python3", "-m", "venv", "--clear", "."},
			{"bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:",
				"--requirement", "requirements.txt"},
		},
	}
)

// Node installs what package-lock.json in a folder pins, without running any script of the
// packages. It returns the folder that holds node_modules; programs elsewhere find the
// packages if NODE_PATH names it.
func Node(t testing.TB, folder string) (modules string) {
	t.Helper()
	return filepath.Join(need(t, node, folder), "node_modules")
}

// Python makes a virtual environment with what requirements.txt in a folder pins. It
// returns the environment's folder of programs: bin/python and those of the packages.
func Python(t testing.TB, folder string) (bin string) {
	t.Helper()
	return filepath.Join(need(t, python, folder), "bin")
}

// Tool returns the path of a program. Without it the test is skipped, or fails in CI.
func Tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		missing(t, "the test needs %s: %v", name, err)
	}
	return path
}

// need returns the folder of an installation, which it makes if there is none.
func need(t testing.TB, k kind, folder string) string {
	t.Helper()
	Tool(t, k.tool)
	installed, err := k.install(folder)
	if err != nil {
		missing(t, "install the packages of %s: %v", folder, err)
	}
	return installed
}

// missing skips a test that cannot run here. CI must be able to run every test.
func missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// install makes the installation of a folder's lock files. Another version of the tool or
// of a package gets an installation of its own.
func (k kind) install(folder string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	locks, key, err := k.read(ctx, folder)
	if err != nil {
		return "", err
	}
	root, err := checkout()
	if err != nil {
		return "", err
	}
	into := filepath.Join(root, ".cache", "install", k.name+"-"+key)
	if err := os.MkdirAll(into, 0o755); err != nil {
		return "", err
	}
	unlock, err := lock(into + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	complete := filepath.Join(into, ".complete")
	if _, err := os.Stat(complete); err == nil {
		return into, nil
	}
	if err := k.fill(ctx, into, locks); err != nil {
		return "", err
	}
	return into, os.WriteFile(complete, nil, 0o644)
}

// read returns the lock files of a folder, and a key of all that decides about their
// installation.
func (k kind) read(ctx context.Context, folder string) (locks map[string][]byte, key string, err error) {
	version, err := exec.CommandContext(ctx, k.version[0], k.version[1:]...).Output()
	if err != nil {
		return nil, "", fmt.Errorf("%s: %w", strings.Join(k.version, " "), err)
	}
	sum := sha256.New()
	_, _ = sum.Write(version) // a hash never fails
	locks = map[string][]byte{}
	for _, name := range k.locks {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			return nil, "", err
		}
		locks[name] = content
		_, _ = fmt.Fprintf(sum, "%s %d\n%s", name, len(content), content)
	}
	return locks, hex.EncodeToString(sum.Sum(nil)[:8]), nil
}

// fill writes the lock files and runs the steps in the folder of the installation.
func (k kind) fill(ctx context.Context, into string, locks map[string][]byte) error {
	for _, step := range k.steps {
		for name, content := range locks { // again for each step, since the first one clears the folder
			if err := os.WriteFile(filepath.Join(into, name), content, 0o644); err != nil {
				return err
			}
		}
		command := exec.CommandContext(ctx, step[0], step[1:]...)
		if strings.Contains(step[0], "/") {
			command.Path = filepath.Join(into, step[0])
		}
		command.Dir = into
		if output, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(step, " "), err, output)
		}
	}
	return nil
}

// lock keeps other processes out until it is unlocked.
func lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() { _ = file.Close() }, nil // closing gives the lock back
}

// checkout is the root of the module, which has go.mod.
func checkout() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", errors.New("no go.mod above the working directory")
		}
		folder = parent
	}
}
