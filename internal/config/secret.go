package config

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"unicode"
)

// redacted is all that anybody sees of a secret that is set.
const redacted = "[redacted]"

// Secret is a value that must never be printed. Every way of formatting or
// encoding it gives `[redacted]`, or nothing if it is not set; only Reveal
// returns the value. The zero Secret is not set. Copies share their state, and
// all methods may be called concurrently.
type Secret struct {
	// current is a function on purpose. If a Secret is in an unexported field
	// of another type, fmt cannot call its methods and prints what structs and
	// pointers hold, but of a function it prints only the address.
	current func() (string, error)
}

// newSecret returns a secret with a fixed value; "" gives one that is not set.
func newSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{current: func() (string, error) { return value, nil }}
}

// UnmarshalText sets a fixed value, which must be one line without control
// characters: it is sent in a header. The error does not repeat the value.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = newSecret(string(text))
	return checkSecret(string(text))
}

// checkSecret returns an error if the value cannot be sent in a header.
func checkSecret(value string) error {
	switch {
	case strings.ContainsAny(value, "\r\n"):
		return errors.New("holds more than one line")
	case strings.ContainsFunc(value, unicode.IsControl):
		return errors.New("holds a control character")
	}
	return nil
}

// SecretFromFile returns a secret that follows a file: Reveal reads it again
// whenever it has changed. The error says why the file cannot be used now. It
// does not repeat the path, which may be a secret given to the wrong setting.
func SecretFromFile(path string) (Secret, error) {
	file := &secretFile{path: path}
	if _, err := file.current(); err != nil {
		return Secret{}, err
	}
	return Secret{current: file.current}, nil
}

// Reveal returns the value, "" if none is set. A secret from a file keeps its
// last good value while the file cannot be used; Err says why it cannot.
func (s Secret) Reveal() string {
	value, _ := s.look()
	return value
}

// Err says why the file of the secret cannot be used now. It is nil if the
// value is up to date.
func (s Secret) Err() error {
	_, err := s.look()
	return err
}

// IsSet reports whether there is a value.
func (s Secret) IsSet() bool { return s.current != nil }

// String returns `[redacted]`, or "" if no value is set.
func (s Secret) String() string {
	if !s.IsSet() {
		return ""
	}
	return redacted
}

// GoString returns what String returns, in quotes.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// Format writes the same for every verb, quoted for %q and %#v.
func (s Secret) Format(state fmt.State, verb rune) {
	text := s.String()
	if verb == 'q' || (verb == 'v' && state.Flag('#')) {
		text = s.GoString()
	}
	// Format cannot return an error; fmt reports a failed write itself.
	_, _ = io.WriteString(state, text)
}

// MarshalText returns what String returns.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON returns what String returns, as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(s.GoString()), nil }

// MarshalYAML returns what String returns.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue returns what String returns.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// look returns the value, and why its file cannot be used now.
func (s Secret) look() (string, error) {
	if !s.IsSet() {
		return "", nil
	}
	return s.current()
}
