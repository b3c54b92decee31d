package config

import (
	"slices"
	"strings"
)

// Problem is one thing that is wrong with the configuration. It names the
// setting and says what is expected, and never repeats a value.
type Problem struct {
	// Key is the setting's YAML key, or the unknown key or variable.
	Key string
	// Variable is the setting's environment variable, "" for an unknown one.
	Variable string
	// Text says what is wrong and what would be right.
	Text string
}

// Error is one line, `grpc_address (SIPFACADE_GRPC_ADDRESS): …`.
func (p Problem) Error() string {
	if p.Variable == "" {
		return p.Key + ": " + p.Text
	}
	return p.Key + " (" + p.Variable + "): " + p.Text
}

// InvalidError holds everything that is wrong with the configuration.
type InvalidError struct {
	Problems []Problem
}

// Error has one line for each problem.
func (e *InvalidError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, problem := range e.Problems {
		lines[i] = problem.Error()
	}
	return strings.Join(lines, "\n")
}

// findings collects problems while the configuration is read and checked.
type findings struct {
	problems   []Problem
	unreadable map[string]bool
}

// add notes that a setting breaks a rule, unless its value could not even be
// read: then the rule judged a value that nobody gave.
func (f *findings) add(key, text string) {
	if !f.unreadable[key] {
		f.problems = append(f.problems, Problem{Key: key, Variable: variableOf(key), Text: text})
	}
}

// addUnreadable notes that the value of a setting cannot be understood.
func (f *findings) addUnreadable(key string, err error) {
	f.add(key, err.Error())
	if f.unreadable == nil {
		f.unreadable = map[string]bool{}
	}
	f.unreadable[key] = true
}

// err returns an InvalidError, or nil when there is nothing to report.
func (f *findings) err() error {
	if len(f.problems) == 0 {
		return nil
	}
	return &InvalidError{Problems: f.problems}
}

// concerning returns the problems of the given settings alone.
func (f *findings) concerning(keys ...string) []Problem {
	return slices.DeleteFunc(slices.Clone(f.problems), func(problem Problem) bool {
		return !slices.Contains(keys, problem.Key)
	})
}
