package tolerant

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// misreadsOf counts, by member, what the reader could not read.
func misreadsOf(r *Reader) map[string]int {
	var misreads map[string]int
	for found, count := range r.Drift() {
		if found.Difference == Misread {
			if misreads == nil {
				misreads = map[string]int{}
			}
			misreads[found.Member] += count
		}
	}
	return misreads
}

// TestDrift: members that no field takes and words that are not known are counted, each by
// its name; what was read is not.
func TestDrift(t *testing.T) {
	t.Parallel()
	r := NewReader(strings.NewReader(`[{"name":"a","color":"red","shape":{"a":[1]}},{"color":"blue","new":null,"color":"mauve"},{"size":"x"}]`))
	defer r.Release()
	var size *int32
	var color *word
	err := r.Array(func() error {
		return r.Object(func(name []byte) error {
			switch string(name) {
			case "name":
				return r.Skip()
			case "size":
				return r.OptionalInt32("size", &size)
			case "color":
				return Word(r, "color", &color, func(text string) (word, bool) { return 1, text == "red" })
			default:
				return r.Unknown(name)
			}
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Drift{
		{UnknownMember, "shape", ""}: 1, {UnknownMember, "new", ""}: 1,
		{UnknownWord, "color", "blue"}: 1, {UnknownWord, "color", "mauve"}: 1, {Misread, "size", ""}: 1,
	}
	if diff := cmp.Diff(want, r.Drift()); diff != "" {
		t.Error(diff)
	}
}

// word is an enum of the tests.
type word int32

// TestDriftIsBounded: a vendor that makes up names or sends long ones takes no memory.
func TestDriftIsBounded(t *testing.T) {
	t.Parallel()
	var drift Drift
	long := strings.Repeat("x", maxNameLength+1)
	for i := range 10 * maxFindings {
		drift.Add(Finding{UnknownMember, fmt.Sprint("m", i), ""})
	}
	drift.Add(Finding{UnknownMember, long, ""})
	drift.Add(Finding{UnknownWord, "color", long})
	if len(drift) > maxFindings+2 {
		t.Errorf("%d differences are kept", len(drift))
	}
	if got := drift[Finding{UnknownMember, OtherName, ""}]; got != 9*maxFindings+1 {
		t.Errorf("%d others", got)
	}
	if got := drift[Finding{UnknownWord, "color", OtherName}]; got != 1 {
		t.Errorf("%d words", got)
	}
}
