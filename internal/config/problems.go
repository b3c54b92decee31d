package config

import (
	"slices"
	"strings"
)

// Problem is one mistake in the configuration. It names the setting, says what
// is accepted, and never repeats a value.
type Problem struct {
	// Key is the setting's YAML key, or the unknown key or variable.
	Key string
	// Variable is the setting's environment variable, "" for an unknown one.
	Variable string
	// Text says what is wrong and what would be right.
	Text string
}

// Error returns one line, `grpc_address (SIPFACADE_GRPC_ADDRESS): …`.
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

// Error returns one line for each problem.
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

// add notes that a setting breaks a rule. It does nothing if the value could
// not be read: then the rule judged a value that nobody gave.
func (f *findings) add(key, text string) {
	if !f.unreadable[key] {
		f.problems = append(f.problems, Problem{Key: key, Variable: variableOf(key), Text: text})
	}
}

// addUnreadable notes that the value of a setting cannot be read.
func (f *findings) addUnreadable(key, text string) {
	f.add(key, text)
	if f.unreadable == nil {
		f.unreadable = map[string]bool{}
	}
	f.unreadable[key] = true
}

// addUnknown notes a name that no setting has.
func (f *findings) addUnknown(name, text string) {
	f.problems = append(f.problems, Problem{Key: name, Text: text})
}

// err returns an InvalidError, or nil if there is nothing to report.
func (f *findings) err() error {
	if len(f.problems) == 0 {
		return nil
	}
	return &InvalidError{Problems: f.problems}
}

// keepOnly drops the problems of all settings but the given ones.
func (f *findings) keepOnly(keys ...string) {
	f.problems = slices.DeleteFunc(f.problems, func(problem Problem) bool {
		return !slices.Contains(keys, problem.Key)
	})
}
