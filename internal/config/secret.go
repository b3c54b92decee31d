package config

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
)

// redacted is all that anybody sees of a secret that is set.
const redacted = "[redacted]"

// Secret is a value that must never be printed. Every way of formatting or
// encoding it gives `[redacted]`, or nothing when it is not set; only Reveal
// gives the value. The zero Secret is not set. Copies share their state, and
// all methods may be called concurrently.
type Secret struct {
	// current is a function on purpose. Inside somebody else's unexported field
	// fmt may not call our methods, and then looks through structs and
	// pointers, but all it can print of a function is an address.
	current func() (string, error)
}

// NewSecret returns a secret with a fixed value; "" gives one that is not set.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{current: func() (string, error) { return value, nil }}
}

// SecretFromFile returns a secret that follows a file: Reveal reads it again
// whenever it has changed. The error says why the file cannot be used now, and
// does not repeat the path, which may be a secret given to the wrong setting.
func SecretFromFile(path string) (Secret, error) {
	file := &secretFile{path: path}
	if _, err := file.current(); err != nil {
		return Secret{}, err
	}
	return Secret{current: file.current}, nil
}

// Reveal returns the value, "" when none is set. A secret from a file keeps its
// last good value while the file cannot be read or is empty; Err tells.
func (s Secret) Reveal() string {
	value, _ := s.look()
	return value
}

// Err says why the file behind the secret cannot be used at this moment. It is
// nil when the value is up to date.
func (s Secret) Err() error {
	_, err := s.look()
	return err
}

// IsSet says whether there is a value.
func (s Secret) IsSet() bool { return s.current != nil }

// String gives `[redacted]`, or "" when no value is set.
func (s Secret) String() string {
	if !s.IsSet() {
		return ""
	}
	return redacted
}

// GoString is String in quotes.
func (s Secret) GoString() string { return strconv.Quote(s.String()) }

// Format writes the same for every verb, quoted for %q and %#v.
func (s Secret) Format(state fmt.State, verb rune) {
	text := s.String()
	if verb == 'q' || (verb == 'v' && state.Flag('#')) {
		text = s.GoString()
	}
	// A formatter has nowhere to report a failed write; fmt keeps it.
	_, _ = io.WriteString(state, text)
}

// MarshalText gives what String gives.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON gives what String gives, as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(s.GoString()), nil }

// MarshalYAML gives what String gives.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }

// LogValue gives what String gives.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// look returns the value and what is wrong with its file.
func (s Secret) look() (string, error) {
	if !s.IsSet() {
		return "", nil
	}
	return s.current()
}
