package docs

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// page is a document of which each line is in its place, so that what it shows can be
// replaced.
type page struct {
	name  string
	lines []string
	steps []step
	// notRun is why no block of the page is run.
	notRun string
}

// kind is what is done with a block.
type kind int

const (
	run        kind = iota // the shell of the page runs it
	serve                  // it keeps running, in a terminal of its own
	save                   // it is the content of a file
	newSandbox             // it is no block: the page goes on with a sandbox that was just started
)

// step is one thing that the reader of a page does.
type step struct {
	kind   kind
	line   int    // of the first line, from 1
	script string // the commands, or the content of the file
	file   string
	exit   int
	shown  *shown // nil if the page shows nothing
	// notShown is why the page does not show what the block prints.
	notShown string
	// alert is the one that is raised before the block is run, by TestAlerts.
	alert string
}

// shown is what a page says that a command prints: the lines from first, up to but not
// including last.
type shown struct {
	first, last int
	text        string
}

// block is a fenced block, with the marks before it.
type block struct {
	language    string
	line        int // of the opening fence, from 1
	first, last int // the content
	marks       marks
}

// marks are what the comments before a block say about it.
type marks struct {
	notRun, notShown, file, alert string
	keepsRunning                  bool
	exit                          int
}

// mark is a comment that this package reads. Other comments mean nothing.
var mark = regexp.MustCompile(`^\s*<!-- (not run|not shown|page not run|file|keeps running|exits with|sandbox|with alert):? ?(.*?) ?-->\s*$`)

// fence begins or ends a block.
var fence = regexp.MustCompile("^(\\s*)(```+|~~~+)\\s*(\\S*)")

// parse reads the blocks and marks of a page. A block that is neither a command, nor what
// a command prints, nor a file has to say why it is not run.
func parse(name, text string) (*page, error) {
	p := &page{name: name, lines: strings.Split(text, "\n")}
	var pending marks
	var command *step // the last one, if its output may follow
	for i := 0; i < len(p.lines); i++ {
		line := p.lines[i]
		if found := mark.FindStringSubmatch(line); found != nil {
			if err := p.mark(&pending, found[1], found[2], i+1); err != nil {
				return nil, err
			}
			continue
		}
		if opening := fence.FindStringSubmatch(line); opening != nil {
			b := block{language: opening[3], line: i + 1, first: i + 1, marks: pending}
			b.last = p.end(b.first, opening[2])
			if b.last < 0 {
				return nil, p.errorf(b.line, "the block has no end")
			}
			var err error
			if command, err = p.add(b, command); err != nil {
				return nil, err
			}
			pending, i = marks{}, b.last
			continue
		}
		if strings.TrimSpace(line) != "" {
			if pending != (marks{}) {
				return nil, p.errorf(i+1, "a mark must be directly before a block")
			}
			command = nil
		}
	}
	return p, nil
}

// mark adds what a comment says to the marks of the next block, or to the page.
func (p *page) mark(pending *marks, name, value string, line int) error {
	switch name {
	case "page not run":
		p.notRun = value
	case "sandbox":
		if value != "fresh" {
			return p.errorf(line, "the mark must be `sandbox: fresh`")
		}
		p.steps = append(p.steps, step{kind: newSandbox, line: line})
		return nil
	case "not run":
		pending.notRun = value
	case "not shown":
		pending.notShown = value
	case "file":
		pending.file = value
	case "with alert":
		pending.alert = value
	case "keeps running":
		pending.keepsRunning = true
		return nil
	case "exits with":
		code, err := strconv.Atoi(value)
		if err != nil || code == 0 {
			return p.errorf(line, "`exits with` takes the exit code, not %q", value)
		}
		pending.exit = code
	}
	if value == "" {
		return p.errorf(line, "the mark %q says nothing: give the reason or the name", name)
	}
	return nil
}

// end is the line of the fence that closes a block, or -1.
func (p *page) end(from int, opening string) int {
	for i := from; i < len(p.lines); i++ {
		if found := fence.FindStringSubmatch(p.lines[i]); found != nil && found[3] == "" && strings.HasPrefix(found[2], opening) {
			return i
		}
	}
	return -1
}

// add turns a block into steps. It returns the step whose output the next block shows.
func (p *page) add(b block, command *step) (*step, error) {
	text := p.content(b.first, b.last)
	switch {
	case b.marks.notRun != "" || p.notRun != "":
		return nil, nil
	case b.marks.file != "":
		p.steps = append(p.steps, step{kind: save, line: b.line, script: text, file: b.marks.file})
		return nil, nil
	case b.language == "console":
		return nil, p.addConsole(b)
	case slices.Contains([]string{"sh", "bash", "shell"}, b.language):
		made := step{kind: run, line: b.line, script: text, exit: b.marks.exit, notShown: b.marks.notShown, alert: b.marks.alert}
		if b.marks.keepsRunning {
			made.kind = serve
		}
		p.steps = append(p.steps, made)
		return &p.steps[len(p.steps)-1], nil
	case command != nil:
		command.shown = &shown{first: b.first, last: b.last, text: text}
		return nil, nil
	}
	return nil, p.errorf(b.line, "no command prints this block: give it the mark `file` or `not run`, with a reason")
}

// addConsole splits a block of commands that begin with `$ ` and of what they print.
func (p *page) addConsole(b block) error {
	for i := b.first; i < b.last; {
		script, ok := strings.CutPrefix(p.lines[i], "$ ")
		if !ok {
			return p.errorf(i+1, "a console block begins with `$ ` and a command")
		}
		made := step{kind: run, line: i + 1, script: script, exit: b.marks.exit}
		for i++; i < b.last && strings.HasPrefix(p.lines[i], "> "); i++ {
			made.script += "\n" + p.lines[i][2:]
		}
		from := i
		for i < b.last && !strings.HasPrefix(p.lines[i], "$ ") {
			i++
		}
		if i > from {
			made.shown = &shown{first: from, last: i, text: p.content(from, i)}
		}
		p.steps = append(p.steps, made)
	}
	return nil
}

// content is a part of the page, without the indentation of its first line.
func (p *page) content(first, last int) string {
	if first >= last {
		return ""
	}
	indent := p.lines[first][:len(p.lines[first])-len(strings.TrimLeft(p.lines[first], " "))]
	if !strings.HasPrefix(p.lines[first-1], indent) { // the block itself is not indented
		indent = ""
	}
	lines := make([]string, 0, last-first)
	for _, line := range p.lines[first:last] {
		lines = append(lines, strings.TrimPrefix(line, indent))
	}
	return strings.Join(lines, "\n")
}

func (p *page) errorf(line int, format string, values ...any) error {
	return fmt.Errorf("%s:%d: %s", p.name, line, fmt.Sprintf(format, values...))
}
