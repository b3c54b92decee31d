package config

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// InvalidError holds everything that is wrong with the configuration: one line
// for each mistake, `grpc_address (SIPFACADE_GRPC_ADDRESS): …`, which says what
// is accepted and never repeats a value.
type InvalidError struct {
	lines []string
}

// Error returns the lines.
func (e *InvalidError) Error() string { return strings.Join(e.lines, "\n") }

// Mistake returns the error of a setting whose mistake shows only outside of this
// package, such as the content of a file.
func Mistake(key, text string) error {
	found := &findings{}
	found.add(key, text)
	return found.err()
}

// mistake is one line, with the key or variable that it is about.
type mistake struct {
	key, line string
}

// findings collects mistakes while the configuration is read and checked.
type findings struct {
	mistakes   []mistake
	unreadable map[string]bool
}

// add notes that a setting breaks a rule. It does nothing if the value could
// not be read: then the rule judged a value that nobody gave.
func (f *findings) add(key, text string) {
	if !f.unreadable[key] {
		f.mistakes = append(f.mistakes, mistake{key, key + " (" + variableOf(key) + "): " + text})
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
	f.mistakes = append(f.mistakes, mistake{name, name + ": " + text})
}

// keepOnly drops the mistakes in all settings but the given ones.
func (f *findings) keepOnly(keys ...string) {
	f.mistakes = slices.DeleteFunc(f.mistakes, func(m mistake) bool { return !slices.Contains(keys, m.key) })
}

// sort puts the mistakes into the order of the settings, unknown names first.
func (f *findings) sort(flags []*kong.Flag) {
	rank := func(m mistake) int {
		return slices.IndexFunc(flags, func(flag *kong.Flag) bool { return keyOf(flag.Name) == m.key })
	}
	slices.SortStableFunc(f.mistakes, func(a, b mistake) int { return rank(a) - rank(b) })
}

// err returns an InvalidError, or nil if there is nothing to report.
func (f *findings) err() error {
	if len(f.mistakes) == 0 {
		return nil
	}
	invalid := &InvalidError{}
	for _, m := range f.mistakes {
		invalid.lines = append(invalid.lines, m.line)
	}
	return invalid
}
