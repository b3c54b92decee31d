// Command expressions parses every PromQL expression of Grafana dashboards and Prometheus
// rules, and looks up the metrics and labels that they name in scrapes of a running server.
//
//	expressions -scrape FILE… DASHBOARD.json|RULES.yaml…
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

// foreign are names that do not come from the service: of Prometheus itself.
var foreign = map[string]bool{"up": true}

// added are labels that Prometheus adds to what it scrapes.
var added = map[string]bool{"job": true, "instance": true, labels.MetricName: true}

func main() {
	var scrapes []string
	flag.Func("scrape", "text of /metrics", func(path string) error { scrapes = append(scrapes, path); return nil })
	flag.Parse()
	if err := run(scrapes, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run checks the files against the scrapes.
func run(scrapes, files []string) error {
	known, err := readScrapes(scrapes)
	if err != nil {
		return err
	}
	var problems []error
	count := 0
	for _, path := range files {
		expressions, err := expressionsOf(path)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		for _, expression := range expressions {
			if err := known.check(expression); err != nil {
				problems = append(problems, fmt.Errorf("%s: %s: %w", filepath.Base(path), expression, err))
			}
		}
		count += len(expressions)
	}
	if count == 0 {
		return errors.New("the files have no expression")
	}
	fmt.Printf("%d expressions\n", count)
	return errors.Join(problems...)
}

// series are the labels that each metric has.
type series map[string]map[string]bool

// readScrapes reads which metrics with which labels there are.
func readScrapes(paths []string) (series, error) {
	known := series{}
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		reader := expfmt.NewTextParser(model.UTF8Validation)
		families, err := reader.TextToMetricFamilies(file)
		if err := errors.Join(err, file.Close()); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		for name, family := range families {
			for _, metric := range family.GetMetric() {
				of := map[string]bool{}
				for _, label := range metric.GetLabel() {
					of[label.GetName()] = true
				}
				known.add(name, of)
				if metric.GetHistogram() != nil {
					known.add(name+"_sum", of)
					known.add(name+"_count", of)
					known.add(name+"_bucket", map[string]bool{"le": true})
					known.add(name+"_bucket", of)
				}
			}
		}
	}
	return known, nil
}

// add remembers labels of a metric.
func (s series) add(metric string, labels map[string]bool) {
	if s[metric] == nil {
		s[metric] = map[string]bool{}
	}
	for label := range labels {
		s[metric][label] = true
	}
}

// check parses an expression and looks up what it selects.
func (s series) check(expression string) error {
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(expression)
	if err != nil {
		return err
	}
	var problems []error
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok || foreign[selector.Name] {
			return nil
		}
		if s[selector.Name] == nil {
			problems = append(problems, fmt.Errorf("the server has no metric %s", selector.Name))
			return nil
		}
		for _, matcher := range selector.LabelMatchers {
			if !added[matcher.Name] && !s[selector.Name][matcher.Name] {
				problems = append(problems, fmt.Errorf("%s has no label %s", selector.Name, matcher.Name))
			}
		}
		return nil
	})
	return errors.Join(problems...)
}

// expressionsOf returns the expressions of a dashboard or of a file with rules.
func expressionsOf(path string) (expressions []string, err error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if strings.HasSuffix(path, ".json") {
		return dashboardExpressions(content)
	}
	rules, problems := rulefmt.Parse(content, false, model.UTF8Validation, parser.NewParser(parser.Options{}), slog.New(slog.DiscardHandler))
	for _, group := range rules.Groups {
		for _, rule := range group.Rules {
			expressions = append(expressions, rule.Expr)
		}
	}
	return expressions, errors.Join(problems...)
}

// variable is one of Grafana's, in either spelling.
var variable = regexp.MustCompile(`\$(\w+|\{\w+\})`)

// lookup is a query for the values of a variable: label_values(METRIC, LABEL).
var lookup = regexp.MustCompile(`^label_values\((.*), *(\w+)\)$`)

// dashboardExpressions returns the queries of all panels and variables, with values in place
// of the variables.
func dashboardExpressions(content []byte) (expressions []string, err error) {
	var dashboard struct {
		Panels []struct {
			Type    string
			Title   string
			Targets []struct{ Expr string }
		}
		Templating struct {
			List []struct {
				Type       string
				Definition string
			}
		}
	}
	if err := json.Unmarshal(content, &dashboard); err != nil {
		return nil, err
	}
	for _, panel := range dashboard.Panels {
		if panel.Type != "row" && len(panel.Targets) == 0 {
			return nil, fmt.Errorf("the panel %q shows nothing", panel.Title)
		}
		for _, target := range panel.Targets {
			expressions = append(expressions, withValues(target.Expr))
		}
	}
	for _, entry := range dashboard.Templating.List {
		if entry.Type != "query" {
			continue
		}
		parts := lookup.FindStringSubmatch(entry.Definition)
		if parts == nil {
			return nil, fmt.Errorf("the variable's query %q is not understood", entry.Definition)
		}
		expressions = append(expressions, fmt.Sprintf("count by (%s) (%s)", parts[2], withValues(parts[1])))
	}
	return expressions, nil
}

// withValues replaces the variables of an expression.
func withValues(expression string) string {
	return variable.ReplaceAllStringFunc(expression, func(name string) string {
		if strings.Contains(name, "interval") {
			return "1m"
		}
		return "x"
	})
}
