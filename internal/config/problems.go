package config

import (
	"errors"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// InvalidError holds everything that is wrong with the configuration: one line
// for each mistake, `grpc_address (SIPFACADE_GRPC_ADDRESS): …`, which says what
// is accepted and never repeats a value.
type InvalidError struct {
	mistakes []mistake
}

// Error returns the lines.
func (e *InvalidError) Error() string {
	lines := make([]string, len(e.mistakes))
	for i, m := range e.mistakes {
		lines[i] = m.line
	}
	return strings.Join(lines, "\n")
}

// Mistake returns the error of a setting whose mistake shows only outside of this
// package, such as the content of a file.
func Mistake(key, text string) error {
	return &InvalidError{[]mistake{lineOf(key, text)}}
}

// VariableMistakes returns the mistakes in variables that are not settings: the lines of the error,
// each of which begins with a name, as in `OTEL_EXPORTER_OTLP_HEADERS: …`.
func VariableMistakes(err error) error {
	invalid := &InvalidError{}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		name, _, _ := strings.Cut(line, ":")
		invalid.mistakes = append(invalid.mistakes, mistake{name, line})
	}
	return invalid
}

// About reports whether the error has a mistake in a setting.
func (e *InvalidError) About(key string) bool {
	return e != nil && slices.ContainsFunc(e.mistakes, func(m mistake) bool { return m.key == key })
}

// Join returns all mistakes in one *InvalidError, or nil if there are none. Of a setting that
// several errors are about, it keeps what the first one says: the others judged what follows
// from that. An error of another kind is returned as it is.
func Join(errs ...error) error {
	joined := &InvalidError{}
	for _, err := range errs {
		invalid, ok := errors.AsType[*InvalidError](err)
		if err != nil && !ok {
			return err
		}
		if ok && invalid != nil {
			joined.mistakes = append(joined.mistakes, slices.DeleteFunc(slices.Clone(invalid.mistakes),
				func(m mistake) bool { return joined.About(m.key) })...)
		}
	}
	if len(joined.mistakes) == 0 {
		return nil
	}
	return joined
}

// mistake is one line, with the key or variable that it is about.
type mistake struct {
	key, line string
}

// lineOf returns the line about a setting.
func lineOf(key, text string) mistake {
	return mistake{key, key + " (" + variableOf(key) + "): " + text}
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
		f.mistakes = append(f.mistakes, lineOf(key, text))
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

// addMissing notes that a setting is needed and not given. It does nothing if the file could
// not be read, which may give it.
func (f *findings) addMissing(key, text string) {
	if !f.unreadable[configKey] {
		f.add(key, "missing; "+text)
	}
}

// addUnknown notes a name that no setting has.
func (f *findings) addUnknown(name, text string) {
	f.mistakes = append(f.mistakes, mistake{name, name + ": " + text})
}

// forget drops what is wrong with a setting.
func (f *findings) forget(key string) {
	delete(f.unreadable, key)
	f.mistakes = slices.DeleteFunc(f.mistakes, func(m mistake) bool { return m.key == key })
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
	return &InvalidError{f.mistakes}
}
