package docs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fenced writes blocks with ”' in place of the marks of Markdown.
func fenced(text string) string { return strings.ReplaceAll(text, "'''", "```") }

func TestParse(t *testing.T) {
	t.Parallel()
	p, err := parse("p.md", fenced(`# Page

'''sh
one
'''
'''text
shown
'''
<!-- exits with: 2 -->
<!-- not shown: it depends -->
'''bash
two
'''

Prose.

<!-- not run: it costs money -->
'''sh
three
'''
<!-- sandbox: fresh -->
<!-- file: a.yaml -->
'''yaml
a: 1
'''
<!-- keeps running -->
'''sh
serve
'''
- item

  '''sh
  indented
    more
  '''
'''console
$ four
> rest
out
$ five
'''
<!-- with alert: Down -->
'''sh
six
'''
<!-- a comment -->
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []step{
		{kind: run, line: 3, script: "one", shown: &shown{first: 6, last: 7, text: "shown"}},
		{kind: run, line: 11, script: "two", exit: 2, notShown: "it depends"},
		{kind: newSandbox, line: 21},
		{kind: save, line: 23, script: "a: 1", file: "a.yaml"},
		{kind: serve, line: 27, script: "serve"},
		{kind: run, line: 32, script: "indented\n  more"},
		{kind: run, line: 37, script: "four\nrest", shown: &shown{first: 38, last: 39, text: "out"}},
		{kind: run, line: 40, script: "five"},
		{kind: run, line: 43, script: "six", alert: "Down"},
	}
	if diff := cmp.Diff(want, p.steps, cmp.AllowUnexported(step{}, shown{})); diff != "" {
		t.Errorf("the steps differ (-want +got):\n%s", diff)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"'''sh\nx\n":                                      "p.md:1: the block has no end",
		"'''json\n{}\n'''\n":                              "p.md:1: no command prints this block: give it the mark `file` or `not run`, with a reason",
		"'''sh\nx\n'''\nprose\n'''text\ny\n'''":           "p.md:5: no command prints this block: give it the mark `file` or `not run`, with a reason",
		"<!-- not run: -->\n'''sh\nx\n'''":                "p.md:1: the mark \"not run\" says nothing: give the reason or the name",
		"<!-- not run: why -->\nprose\n":                  "p.md:2: a mark must be directly before a block",
		"<!-- exits with: two -->\n'''sh\nx\n'''":         "p.md:1: `exits with` takes the exit code, not \"two\"",
		"<!-- sandbox: old -->\n":                         "p.md:1: the mark must be `sandbox: fresh`",
		"'''console\nout\n'''":                            "p.md:2: a console block begins with `$ ` and a command",
		"'''sh\nx\n'''\n'''text\ny\n'''\n'''text\nz\n'''": "p.md:7: no command prints this block: give it the mark `file` or `not run`, with a reason",
	} {
		if _, err := parse("p.md", fenced(text)); err == nil || err.Error() != want {
			t.Errorf("%q is answered %v, want %s", text, err, want)
		}
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	const seed = "5f1c2b3a-0000-4000-8000-000000000006"
	const first, second = "c7fc4975-8bbd-4ef2-9ced-944bc11417b8", "e97ab247-af54-42d0-9cb1-9a064434fecc"
	for name, c := range map[string]struct {
		shown, printed string
		same           bool
	}{
		"the same":                        {"a\nb", "a\nb\n", true},
		"another word":                    {"a\nb", "a\nc\n", false},
		"one line more":                   {"a", "a\nb\n", false},
		"one line less":                   {"a\nb", "a\n", false},
		"times":                           {`"2026-11-21T18:28:39.1Z"`, `"2027-01-01T00:00:00Z"`, true},
		"a date is no time":               {`"2026-11-21"`, `"2026-11-22"`, false},
		"ids":                             {first, second, true},
		"an id of the sandbox":            {seed, strings.Replace(seed, "6", "7", 1), false},
		"an id of the sandbox for others": {seed, first, false},
		"one id shown twice":              {first + " " + first, second + " " + second, true},
		"one id shown twice, two printed": {first + " " + first, second + " " + first, false},
		"two ids shown, one printed":      {first + " " + second, second + " " + second, false},
		"milliseconds":                    {`"ms":5`, `"ms":12`, true},
		"another number":                  {`"port":5`, `"port":12`, false},
		"whole seconds":                   {"wait 10s", "wait 9s", false},
		"parts of seconds":                {"wait 4.6s", "wait 0.123s", true},
		"lines cut":                       {"a\n  …\nz", "a\nb\nc\nz", true},
		"no lines cut":                    {"a\n…\nz", "a\nz", true},
		"lines cut, another end":          {"a\n…\nz", "a\nb\nc", false},
		"lines cut at the end":            {"a\n…", "a\nb\nc", true},
		"a part of a line cut":            {"a … z\nb", "a b c z\nb", true},
		"a part of a line is no line":     {"a … z", "a b\nc z", false},
		"an etag":                         {`"etag":"c3kwniPZL-tqzMLmZ5Mv"`, `"etag":"aiXpYwcll5YF_g6fkItl"`, true},
		"a text of the same form":         {`"name":"c3kwniPZL-tqzMLmZ5Mv"`, `"name":"aiXpYwcll5YF_g6fkItl"`, false},
		"space at the end of lines":       {"a \nb", "a\nb \n\n", true},
	} {
		if got := compare(c.shown, c.printed); (got == "") != c.same {
			t.Errorf("%s: compared as %q", name, got)
		}
	}
}
