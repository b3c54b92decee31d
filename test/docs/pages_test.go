package docs

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite what the pages show")

// blockTime is how long one block may take.
const blockTime = time.Minute

// TestPages reads each page from top to bottom as a person would who does what it says.
func TestPages(t *testing.T) {
	need(t)
	names, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(names, filepath.Join(root, "README.md")) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			p, err := parse(strings.TrimPrefix(name, root+"/"), string(text))
			if err != nil {
				t.Fatal(err)
			}
			if rewritten := readPage(t, p); rewritten && *update {
				p.save(t, name)
			}
		})
	}
}

// reader does what a page says.
type reader struct {
	t      *testing.T
	w      *workspace
	shell  *shell
	server *server // nil until the first command
	page   *page
	// replaced are outputs to show in place of others, in the order of the page.
	replaced []replacement
}

// replacement is what a page shows from now on.
type replacement struct {
	shown *shown
	lines []string
}

// save writes the page.
func (p *page) save(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(strings.Join(p.lines, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// readPage executes the steps of a page. It says whether the page shows something else
// now, which only happens with -update.
func readPage(t *testing.T, p *page) bool {
	if len(p.steps) == 0 {
		return false
	}
	r := newReader(t, p)
	for i := range p.steps {
		if !r.do(t.Context(), &p.steps[i]) {
			break
		}
	}
	return r.rewrite()
}

// newReader starts the shell of a page's reader in a workspace of its own.
func newReader(t *testing.T, p *page) *reader {
	t.Helper()
	w, err := newWorkspace(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{t: t, w: w, page: p}
	if r.shell, err = startShell(w); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.shell.stop)
	t.Cleanup(r.stopServer)
	return r
}

// do executes one step, but for those of alerts. It says whether it makes sense to go on.
func (r *reader) do(ctx context.Context, s *step) bool {
	if s.alert != "" {
		return true
	}
	switch s.kind {
	case save:
		if err := os.WriteFile(filepath.Join(r.w.directory, s.file), []byte(r.toReal(s.script)+"\n"), 0o644); err != nil {
			r.fail(s, "%s", err)
		}
		return true
	case newSandbox:
		r.stopServer()
		return true
	case serve:
		return r.serve(ctx, s, s.script)
	default:
		return r.run(ctx, s)
	}
}

// run executes commands in the shell, and compares what they print.
func (r *reader) run(ctx context.Context, s *step) bool {
	if r.server == nil && !r.serve(ctx, s, "exec sipfacade serve --sandbox") {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, blockTime)
	defer cancel()
	got, err := r.shell.run(ctx, r.toReal(s.script))
	if err != nil {
		r.fail(s, "%s\n%s", err, got.printed)
		return false
	}
	printed := r.toShown(got.printed)
	if got.exit != s.exit {
		r.fail(s, "it exits with %d and not with %d; `exits with` before the block can say that\n%s", got.exit, s.exit, printed)
	}
	r.check(s, printed)
	return true
}

// serve starts another server in place of the one that runs.
func (r *reader) serve(ctx context.Context, s *step, script string) bool {
	r.stopServer()
	started, err := startServer(ctx, r.w, script)
	if err != nil {
		r.fail(s, "%s", err)
		return false
	}
	r.server = started
	if s.kind == serve && s.shown != nil {
		r.check(s, r.toShown(started.printed()))
	}
	return true
}

// check compares an output with what the page shows. A page has to show what a command
// prints: otherwise nobody would see that it prints an error.
func (r *reader) check(s *step, printed string) {
	shownText := ""
	if s.shown != nil {
		shownText = s.shown.text
	}
	if s.shown == nil && (s.notShown != "" || strings.TrimSpace(printed) == "") {
		return
	}
	difference := compare(shownText, printed)
	if difference == "" {
		return
	}
	if s.shown == nil {
		r.fail(s, "it prints something, and the page does not show it; `not shown` before the block can say why:\n%s", printed)
		return
	}
	if *update {
		r.replaced = append(r.replaced, replacement{shown: s.shown, lines: strings.Split(strings.TrimRight(trim(printed), "\n"), "\n")})
		return
	}
	r.fail(s, "%s", difference)
}

// rewrite replaces outputs, from the last to the first, so that line numbers hold.
func (r *reader) rewrite() bool {
	for _, made := range slices.Backward(r.replaced) {
		if strings.Contains(made.shown.text, cut) {
			r.t.Logf("%s:%d: the output is shown whole now: cut it again", r.page.name, made.shown.first+1)
		}
		r.page.lines = slices.Replace(r.page.lines, made.shown.first, made.shown.last, made.lines...)
	}
	return len(r.replaced) > 0
}

// toReal replaces the addresses that pages show by those of the running server.
func (r *reader) toReal(text string) string { return r.replaceAddresses(text, false) }

// toShown is the reverse.
func (r *reader) toShown(text string) string { return r.replaceAddresses(text, true) }

func (r *reader) replaceAddresses(text string, reverse bool) string {
	if r.server == nil {
		return text
	}
	var pairs []string
	for shown, real := range r.server.listeners {
		if reverse {
			pairs = append(pairs, real, shown)
			continue
		}
		pairs = append(pairs, shown, real)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func (r *reader) stopServer() {
	if r.server != nil {
		r.server.stop()
		r.server = nil
	}
}

// fail reports a step with the place of its block and the last lines of the server's
// log.
func (r *reader) fail(s *step, format string, values ...any) {
	r.t.Helper()
	r.t.Errorf("%s:%d:\n%s\n", r.page.name, s.line, s.script)
	r.t.Errorf(format, values...)
	if r.server != nil {
		r.t.Logf("the log of the server ends:\n%s", r.server.log.lines())
	}
}
