package firstfailure

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReporter: of failures in a row the first is reported, and after a success the next.
func TestReporter(t *testing.T) {
	t.Parallel()
	var reported []string
	reporter := NewReporter(func(err error) { reported = append(reported, err.Error()) })
	for _, err := range []error{nil, errors.New("one"), errors.New("two"), nil, nil, errors.New("three"), errors.New("four")} {
		reporter.Note(err)
	}
	if diff := cmp.Diff([]string{"one", "three"}, reported); diff != "" {
		t.Error(diff)
	}
}

// TestNobody: a reporter that nobody listens to takes failures in.
func TestNobody(t *testing.T) {
	t.Parallel()
	NewReporter(nil).Note(errors.New("nobody is told"))
}
