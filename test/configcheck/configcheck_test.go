package configcheck

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/sipfacade/sipfacade/test/sandbox"
)

var update = flag.Bool("update", false, "write what is printed into the cases")

// canary is a part of every value in the cases that nobody may see: of secrets, of values that
// are wrong, and of what files hold that are not what they should be.
const canary = "hunter2"

// fewest is how many broken configurations there are at least, and mistakes in each.
const (
	fewestCases    = 10
	fewestMistakes = 2
)

// broken is a configuration with mistakes.
type broken struct {
	// About says what is wrong.
	About string `yaml:"about"`
	// Flags and Environment are given to the command.
	Flags       []string `yaml:"flags,omitempty"`
	Environment []string `yaml:"environment,omitempty"`
	// Files are written into the working directory of the command.
	Files map[string]string `yaml:"files,omitempty"`
	// Want are the lines that are printed.
	Want []string `yaml:"want"`
}

// TestEveryMistakeAtOnce runs the commands on each broken configuration.
func TestEveryMistakeAtOnce(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(paths) < fewestCases {
		t.Fatalf("%d configurations, want %d or more: %v", len(paths), fewestCases, err)
	}
	program := sandbox.Program(t)
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			t.Parallel()
			test := readCase(t, path)
			checked, code := test.run(t, program, "config", "check")
			if code != 2 {
				t.Errorf("config check exits with %d, want 2", code)
			}
			if *update {
				test.Want = checked
				writeCase(t, path, test)
				return
			}
			if len(test.Want) < fewestMistakes {
				t.Errorf("the case has %d mistakes, want %d or more", len(test.Want), fewestMistakes)
			}
			equal(t, "config check", checked, test.Want)
			served, code := test.run(t, program, "serve")
			if code != 2 {
				t.Errorf("serve exits with %d, want 2", code)
			}
			equal(t, "serve", served, test.Want)
		})
	}
}

// equal compares lines, in any order.
func equal(t *testing.T, command string, got, want []string) {
	t.Helper()
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("%s prints, and the case does not have:\n%s", command, line)
		}
	}
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("%s does not print:\n%s", command, line)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s prints %d lines, want %d", command, len(got), len(want))
	}
}

// run writes the files and runs a command. It returns the lines that are printed, in their
// order in the alphabet, and the exit code. Standard output must be empty, and no value may
// be in what is printed.
func (b broken) run(t *testing.T, program string, command ...string) (lines []string, code int) {
	t.Helper()
	folder := t.TempDir()
	for name, content := range b.Files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	running := exec.Command(program, append(command, b.Flags...)...)
	running.Dir, running.Env = folder, append([]string{"PATH=" + os.Getenv("PATH")}, b.Environment...)
	var stdout, stderr bytes.Buffer
	running.Stdout, running.Stderr = &stdout, &stderr
	if err := running.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	if strings.Contains(stdout.String()+stderr.String(), canary) {
		t.Errorf("%s prints a value:\n%s%s", strings.Join(command, " "), &stdout, &stderr)
	}
	if stdout.Len() > 0 {
		t.Errorf("%s prints on standard output:\n%s", strings.Join(command, " "), &stdout)
	}
	lines = strings.FieldsFunc(withoutLog(stderr.String()), func(r rune) bool { return r == '\n' })
	slices.Sort(lines)
	return lines, running.ProcessState.ExitCode()
}

// withoutLog removes the lines of the log, which serve may begin before it reads the files.
func withoutLog(printed string) string {
	var kept strings.Builder
	for line := range strings.Lines(printed) {
		if !strings.HasPrefix(line, "{") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// readCase reads a case, which must have the canary: otherwise it would not show that values
// are not printed.
func readCase(t *testing.T, path string) (read broken) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&read); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	if !bytes.Contains(content, []byte(canary)) {
		t.Errorf("%s has no value with %q", path, canary)
	}
	return read
}

// writeCase writes the lines of a case anew.
func writeCase(t *testing.T, path string, made broken) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, _, _ := strings.Cut(string(content), "want:")
	want, err := yaml.Marshal(map[string][]string{"want": made.Want})
	if err = cmp.Or(err, os.WriteFile(path, append([]byte(before), want...), 0o644)); err != nil {
		t.Fatal(err)
	}
}

// TestValidConfiguration holds that a configuration without a mistake is shown with exit code
// 0, and its secrets are not.
func TestValidConfiguration(t *testing.T) {
	t.Parallel()
	secret := strings.Repeat(canary, 5)
	command := exec.Command(sandbox.Program(t), "config", "check", "--opentact-token="+secret, "--ledger=postgres://u:"+secret+"@db.example.com/sipfacade")
	command.Env = []string{"SIPFACADE_LEDGER_KEY=" + secret, "SIPFACADE_INFINITY_API_KEY=" + secret, "SIPFACADE_PAGE_TOKEN_KEY=" + secret}
	output, err := command.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "ledger_key") || strings.Contains(string(output), canary) {
		t.Errorf("config check: %v\n%s", err, output)
	}
}
