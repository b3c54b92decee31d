package deploy

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// root is the top of the checkout.
func root(t testing.TB) string {
	t.Helper()
	path, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// in returns the path of a file of the checkout.
func in(t testing.TB, path string) string { return filepath.Join(root(t), path) }

// run runs a command in the top of the checkout with the given standard input. It returns
// standard output, and standard error as well if the command fails.
func run(t testing.TB, input string, command ...string) (string, error) {
	t.Helper()
	running := exec.Command(command[0], command[1:]...)
	running.Dir = root(t)
	running.Stdin = strings.NewReader(input)
	var stdout, stderr bytes.Buffer
	running.Stdout, running.Stderr = &stdout, &stderr
	if err := running.Run(); err != nil {
		return stdout.String() + stderr.String(), err
	}
	return stdout.String(), nil
}

// mustRun is run for a command that has to succeed.
func mustRun(t testing.TB, input string, command ...string) string {
	t.Helper()
	output, err := run(t, input, command...)
	if err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(command, " "), err, output)
	}
	return output
}

// tool is the command line of a tool of tools/deploy or tools/promql.
func tool(module string, arguments ...string) []string {
	return append([]string{"go", "-C", filepath.Join("tools", module)}, arguments...)
}

// read returns a file of the checkout.
func read(t testing.TB, path string) string {
	t.Helper()
	content, err := os.ReadFile(in(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
