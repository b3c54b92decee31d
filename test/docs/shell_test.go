package docs

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// shell is the terminal of a page: one bash for all blocks, so that what one block
// assigns the next can use.
type shell struct {
	w       *workspace
	process *exec.Cmd
	stdin   *os.File
	pipe    *os.File
	results chan string // the exit codes, as text
	blocks  int
	// assigned are the variables after the last block.
	assigned map[string]string
}

func startShell(w *workspace) (*shell, error) {
	reading, writing, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	input, stdin, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	s := &shell{w: w, stdin: stdin, pipe: reading, results: make(chan string)}
	s.process = exec.Command("bash", "--noprofile", "--norc")
	s.process.Dir, s.process.Env, s.process.Stdin = w.directory, w.environment(), input
	s.process.ExtraFiles = []*os.File{writing} // descriptor 3
	s.process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := s.process.Start(); err != nil {
		return nil, err
	}
	_, _ = input.Close(), writing.Close() // the process has its own
	go s.read()
	return s, nil
}

// read passes the exit codes on, until the shell and all that it started have ended.
func (s *shell) read() {
	defer close(s.results)
	for lines := bufio.NewScanner(s.pipe); lines.Scan(); {
		s.results <- lines.Text()
	}
}

// result is what a block did.
type result struct {
	printed string
	exit    int
}

// run executes a block. What it prints on both outputs is in one text, as in a terminal.
func (s *shell) run(ctx context.Context, script string) (result, error) {
	s.blocks++
	base := filepath.Join(s.w.hidden, strconv.Itoa(s.blocks))
	if err := os.WriteFile(base+".sh", []byte(script+"\n"), 0o600); err != nil {
		return result{}, err
	}
	const line = ". '%[1]s.sh' > '%[1]s.out' 2>&1 3>&-; docs_exit=$?; (set -o posix; set) > '%[1]s.vars'; echo $docs_exit >&3\n"
	if _, err := fmt.Fprintf(s.stdin, line, base); err != nil {
		return result{}, err
	}
	code, err := s.wait(ctx)
	printed, readErr := os.ReadFile(base + ".out")
	if err = errors.Join(err, readErr); err != nil {
		return result{printed: string(printed)}, err
	}
	return result{printed: string(printed), exit: code}, s.checkVariables(base + ".vars")
}

// wait returns the exit code of a block.
func (s *shell) wait(ctx context.Context) (int, error) {
	select {
	case text, ok := <-s.results:
		if !ok {
			return 0, errors.New("the block ended the shell")
		}
		return strconv.Atoi(text)
	case <-ctx.Done():
		return 0, fmt.Errorf("the block did not end: %w", ctx.Err())
	}
}

// checkVariables fails if the block captured nothing: `null` is what jq prints for a
// member that an answer does not have.
func (s *shell) checkVariables(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	assigned := map[string]string{}
	for line := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		if !ok || ignoredVariables[name] {
			continue
		}
		assigned[name] = value
		if old, known := s.assigned[name]; s.assigned != nil && (value == "" || value == "null") && (!known || old != value) {
			err = errors.Join(err, fmt.Errorf("the variable %s is %q", name, value))
		}
	}
	s.assigned = assigned
	return err
}

// ignoredVariables are bash's own.
var ignoredVariables = map[string]bool{
	"_": true, "BASHOPTS": true, "PIPESTATUS": true, "SHELLOPTS": true, "BASH_LINENO": true, "BASH_SOURCE": true, "docs_exit": true,
}

// stop kills the shell and what it has started.
func (s *shell) stop() {
	_ = syscall.Kill(-s.process.Process.Pid, syscall.SIGKILL) // it may have ended
	_ = s.process.Wait()                                      // it was killed
	_ = s.stdin.Close()                                       // nobody reads it any more
	_ = s.pipe.Close()                                        // ends the reader
	for range s.results {
		continue // until the reader has ended
	}
}
