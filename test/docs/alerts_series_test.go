package docs

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// scrape is what /metrics shows, with `up` as Prometheus adds it.
type scrape struct {
	values map[string]float64 // by name and labels
	gauges map[string]bool    // the names of gauges
}

// scrape reads /metrics.
func (c *caller) scrape() scrape {
	c.t.Helper()
	s := scrape{values: map[string]float64{"up": 0}, gauges: map[string]bool{"up": true}}
	text := c.metrics()
	if text != "" {
		s.values["up"] = 1
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, isGauge := strings.CutSuffix(line, " gauge"); isGauge {
			s.gauges[strings.TrimPrefix(name, "# TYPE ")] = true
		}
		series, number, found := strings.Cut(line, "} ")
		if found {
			series += "}"
		} else if series, number, found = strings.Cut(line, " "); !found {
			continue
		}
		if value, err := strconv.ParseFloat(number, 64); err == nil && strings.HasPrefix(series, "sipfacade_") {
			s.values[series] = value
		}
	}
	return s
}

// grow adds one to a series, which may be new; the metric must have others with its labels.
func (s scrape) grow(t *testing.T, metric, labels string) {
	t.Helper()
	known := slices.ContainsFunc(slices.Collect(maps.Keys(s.values)), func(series string) bool {
		name, rest, _ := strings.Cut(series, "{")
		return name == metric && labelNames(rest) == labelNames(labels)
	})
	if !known {
		t.Fatalf("no series of the scrape is like %s%s", metric, labels)
	}
	s.values[metric+labels]++
}

// labelNames are the names in a list of labels.
func labelNames(labels string) string {
	var names []string
	for part := range strings.SplitSeq(strings.Trim(labels, "{}"), `",`) {
		name, _, _ := strings.Cut(part, "=")
		names = append(names, name)
	}
	return strings.Join(names, ",")
}

// The minutes of a test. The fault begins after quiet minutes. What it does to counters goes on
// at the same pace in each minute if the alert waits for a time, and otherwise happened once.
const (
	quiet = 20
	// soon and later are how many minutes after the fault began the alert must fire: soon if it
	// waits for nothing, and later after the time for which it waits, since a rate takes some
	// minutes to show.
	soon, later = 2, 8
)

// sequence is a series in the notation of promtool: the value before for quiet minutes, and
// what follows for some minutes more.
func sequence(before, after scrape, series string, lasts bool, minutes int) string {
	was, known := before.values[series]
	is, stays := after.values[series]
	name, _, _ := strings.Cut(series, "{")
	text := fmt.Sprintf("_x%d", quiet)
	if known {
		text = fmt.Sprintf("%s+0x%d", number(was), quiet-1)
	}
	switch {
	case !stays: // the process is gone
		return text
	case lasts && !after.gauges[name]:
		return fmt.Sprintf("%s %s+%sx%d", text, number(is), number(is-was), minutes)
	default:
		return fmt.Sprintf("%s %s+0x%d", text, number(is), minutes)
	}
}

// number writes a value as promtool reads it.
func number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }

// ruleTest is a file for `promtool test rules`.
type ruleTest struct {
	RuleFiles []string `yaml:"rule_files"`
	Interval  string   `yaml:"evaluation_interval"`
	Tests     []struct {
		Interval string        `yaml:"interval"`
		Series   []inputSeries `yaml:"input_series"`
		Expect   []expectation `yaml:"promql_expr_test"`
	} `yaml:"tests"`
}

// inputSeries is a series of such a file.
type inputSeries struct {
	Series string `yaml:"series"`
	Values string `yaml:"values"`
}

// expectation is an expression with the value that it must have at a time.
type expectation struct {
	Expr    string `yaml:"expr"`
	At      string `yaml:"eval_time"`
	Samples []struct {
		Value int `yaml:"value"`
	} `yaml:"exp_samples"`
}

// judge holds that the alert is silent before the fault, and fires after it for as long as it
// waits.
func (a *alarm) judge(t *testing.T, promtool string) {
	t.Helper()
	rules, err := filepath.Abs(filepath.Join(root, alertRules))
	if err != nil {
		t.Fatal(err)
	}
	fires := quiet + soon
	if a.rule.For > 0 {
		fires = quiet + later + int(a.rule.For/time.Minute)
	}
	file := ruleTest{RuleFiles: []string{rules}, Interval: "1m"}
	file.Tests = append(file.Tests, struct {
		Interval string        `yaml:"interval"`
		Series   []inputSeries `yaml:"input_series"`
		Expect   []expectation `yaml:"promql_expr_test"`
	}{"1m", a.series(fires), []expectation{a.firing(quiet-1, 0), a.firing(fires, 1)}})
	content, err := yaml.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.yaml")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	if output, err := exec.Command(promtool, "test", "rules", path).CombinedOutput(); err != nil {
		t.Errorf("promtool test rules: %v\n%s\n%s", err, output, a.changes())
	}
}

// series are those of both scrapes over all minutes.
func (a *alarm) series(minutes int) (all []inputSeries) {
	names := maps.Clone(a.before.values)
	maps.Copy(names, a.after.values)
	for _, series := range slices.Sorted(maps.Keys(names)) {
		all = append(all, inputSeries{
			Series: labelled(series), Values: sequence(a.before, a.after, series, a.rule.For > 0, minutes),
		})
	}
	return all
}

// labelled adds the labels that Prometheus adds.
func labelled(series string) string {
	name, labels, found := strings.Cut(series, "{")
	if !found {
		labels = "}"
	} else {
		labels = "," + labels
	}
	return name + `{instance="sandbox",job="sipfacade"` + labels
}

// firing expects a number of alerts that fire at a minute; 1 is one or more.
func (a *alarm) firing(minute, want int) expectation {
	selector := fmt.Sprintf(`ALERTS{alertname=%q,alertstate="firing"`, a.rule.Alert)
	if a.labels != "" {
		selector += "," + a.labels
	}
	expected := expectation{Expr: "(count(" + selector + "}) or vector(0)) > bool 0", At: fmt.Sprintf("%dm", minute)}
	expected.Samples = append(expected.Samples, struct {
		Value int `yaml:"value"`
	}{want})
	return expected
}

// changes are the series that the fault has changed, for the message of a failure.
func (a *alarm) changes() string {
	var lines []string
	for series, is := range a.after.values {
		if was := a.before.values[series]; was != is && !strings.Contains(series, "_bucket{") {
			lines = append(lines, fmt.Sprintf("%s: %s, then %s", series, number(was), number(is)))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
