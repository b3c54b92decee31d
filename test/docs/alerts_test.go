package docs

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/sipfacade/sipfacade/test/install"
)

const (
	alertRules = "deploy/prometheus/alerts.yaml"
	runbook    = "docs/operations.md"
)

// rule is an alert of Prometheus, as far as this package reads it.
type rule struct {
	Alert string
	For   time.Duration
}

// TestAlerts raises each alert in a sandbox, as the table of the runbook says. With what the
// process shows in /metrics before and after, Prometheus' own rule tester must find the alert
// silent and then firing. Then the commands of the alert's section run against the process,
// and must print what the section shows.
func TestAlerts(t *testing.T) {
	need(t)
	promtool := install.Tool(t, "promtool")
	page, rehearsals, rules := readRunbook(t), readRehearsals(t), readRules(t)
	for _, one := range rules {
		if drills[one.Alert] == nil {
			t.Errorf("%s is neither raised nor said to be impossible to raise", one.Alert)
		}
	}
	u := &updater{page: page}
	t.Run("of", func(t *testing.T) {
		for name, d := range drills {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				at := slices.IndexFunc(rules, func(r rule) bool { return r.Alert == name })
				if at < 0 {
					t.Fatal("there is no such alert")
				}
				how, listed := rehearsals[name]
				if listed != (d.impossible == "") {
					t.Errorf("the table of the runbook has a row: %t; why it cannot be raised: %q", listed, d.impossible)
				}
				a := &alarm{drill: d, rule: rules[at], how: how, reader: newReader(t, page)}
				a.raise(t)
				a.readSection(t)
				a.judge(t, promtool)
				u.collect(a.reader)
			})
		}
	})
	u.save(t)
}

// updater rewrites what the sections show, if -update asks for that.
type updater struct {
	page *page
	mu   sync.Mutex
	made []replacement
}

func (u *updater) collect(r *reader) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.made = append(u.made, r.replaced...)
}

func (u *updater) save(t *testing.T) {
	t.Helper()
	slices.SortFunc(u.made, func(a, b replacement) int { return a.shown.first - b.shown.first })
	if r := (&reader{t: t, page: u.page, replaced: u.made}); r.rewrite() {
		u.page.save(t, filepath.Join(root, runbook))
	}
}

// readRunbook returns the page with the runbook.
func readRunbook(t *testing.T) *page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, runbook))
	if err != nil {
		t.Fatal(err)
	}
	p, err := parse(runbook, string(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// readRules returns the alerts.
func readRules(t *testing.T) (rules []rule) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, alertRules))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Groups []struct{ Rules []rule } }
	if err := yaml.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	for _, group := range file.Groups {
		rules = append(rules, group.Rules...)
	}
	return rules
}

// rehearsal is a row of the table that says how to raise an alert in a sandbox.
type rehearsal struct {
	// flags are those that the server is started with, fault is the one that is posted; both
	// may be empty.
	flags, fault string
}

// readRehearsals reads the table.
func readRehearsals(t *testing.T) map[string]rehearsal {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, runbook))
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(text), "\n| alert | the server is started with | fault | and then |\n")
	if !found {
		t.Fatalf("%s has no table that says how to raise alerts", runbook)
	}
	rows := map[string]rehearsal{}
	for line := range strings.Lines(table) {
		cells := strings.Split(line, "|")
		if len(cells) != 6 { // four between, and one on each side
			break
		}
		rows[strings.TrimSpace(cells[1])] = rehearsal{flags: code(cells[2]), fault: code(cells[3])}
	}
	return rows
}

// code returns the first code span of a text.
func code(text string) string {
	_, rest, _ := strings.Cut(text, "`")
	span, _, _ := strings.Cut(rest, "`")
	return span
}

// alarm is one alert that is raised.
type alarm struct {
	*drill
	rule   rule
	how    rehearsal
	reader *reader
	// before and after are two scrapes.
	before, after scrape
}

// raise starts a sandbox and brings it into the state in which the alert fires.
func (a *alarm) raise(t *testing.T) {
	t.Helper()
	r := a.reader
	if err := os.WriteFile(filepath.Join(r.w.directory, "nobody.yaml"), []byte("tokens: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	started, err := startServer(t.Context(), r.w, "exec sipfacade serve --sandbox "+a.how.flags)
	if err != nil {
		t.Fatal(err)
	}
	r.server = started
	c := &caller{t: t, server: started}
	t.Cleanup(c.stop)
	c.get("/v1/pbx/domains") // of the vendor that works; metrics begin with a first call
	a.before = c.scrape()
	if a.how.fault != "" {
		c.post(started.listeners["127.0.0.1:9091"], "/sandbox/faults", a.how.fault, http.StatusCreated)
	}
	if a.calls != nil {
		a.calls(c)
	}
	a.after = c.scrape()
	if a.assume != nil {
		a.assume(t, a.after)
	}
}

// readSection runs the commands of the alert's section.
func (a *alarm) readSection(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), blockTime)
	defer cancel()
	ran := 0
	for i := range a.reader.page.steps {
		if s := &a.reader.page.steps[i]; s.alert == a.rule.Alert {
			ran++
			a.reader.run(ctx, s)
		}
	}
	if (ran > 0) != (a.impossible == "") {
		t.Errorf("%d blocks of the runbook are run with the alert; why it cannot be raised: %q", ran, a.impossible)
	}
}
