package tolerant

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// TestSlabVariables: each variable is one of its own, and keeps its value.
func TestSlabVariables(t *testing.T) {
	t.Parallel()
	var slab Slab[int]
	var kept []*int
	for i := range 10 * mostVariables {
		if fresh := slab.New(); *fresh != 0 {
			t.Fatalf("variable %d begins with %d", i, *fresh)
		}
		kept = append(kept, slab.Set(i))
	}
	for i, variable := range kept {
		if *variable != i {
			t.Errorf("variable %d is %d", i, *variable)
		}
	}
}

// TestTextsStay: a copied text does not change with what is copied after it, nor with the
// bytes that it was copied from.
func TestTextsStay(t *testing.T) {
	t.Parallel()
	var texts Texts
	var want, got []string
	buffer := make([]byte, 0, 2*longestShared)
	for i := range 1000 {
		buffer = fmt.Appendf(buffer[:0], "%d%s", i, strings.Repeat("x", i%(longestShared+2)))
		want, got = append(want, string(buffer)), append(got, texts.Copy(buffer))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := texts.Copy([]byte("a\xffb")); got != "a\uFFFDb" {
		t.Errorf("got %q", got)
	}
}

// TestRewind: what was read before stays as it is, and what is read again and again takes no
// further memory. It counts allocations, and so does not run beside other tests.
func TestRewind(t *testing.T) {
	var slabs Slabs
	var kept []*string
	for _, size := range []int{0, 1, 3, 4, 5, 40} { // also where allocations end
		for i := range size {
			kept = append(kept, slabs.Strings.Set(slabs.Texts.Copy(fmt.Appendf(nil, "kept %d of %d", i, size))))
		}
		texts := make([][]byte, 10)
		for i := range texts {
			texts[i] = fmt.Appendf(nil, "text %d of a row that is not kept", i)
		}
		allocated := testing.AllocsPerRun(100, func() {
			before := slabs
			for _, text := range texts {
				slabs.Strings.Set(slabs.Texts.Copy(text))
				slabs.Time(time.Unix(1, 2))
			}
			slabs.Rewind(&before)
		})
		if allocated > 0.1 {
			t.Errorf("behind %d strings: %v allocations for each row", len(kept), allocated)
		}
	}
	for i, at := 0, 0; i < len(kept); i++ {
		var number, size int
		if _, err := fmt.Sscanf(*kept[i], "kept %d of %d", &number, &size); err != nil || number != at {
			t.Errorf("string %d is %q: %v", i, *kept[i], err)
		}
		if at++; at == size {
			at = 0
		}
	}
}

// TestSlabAllocations counts allocations, and so does not run beside other tests.
func TestSlabAllocations(t *testing.T) {
	var slabs Slabs
	text := []byte("Front desk")
	allocated := testing.AllocsPerRun(1000, func() {
		slabs.Strings.Set(slabs.Texts.Copy(text))
		slabs.Time(time.Unix(1, 2))
	})
	if allocated > 0.5 {
		t.Errorf("%v allocations for a string and a time", allocated)
	}
}

func TestSlabTime(t *testing.T) {
	t.Parallel()
	var slabs Slabs
	for _, instant := range []time.Time{time.Unix(1, 2), time.Unix(-1, 999_999_999), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)} {
		if diff := cmp.Diff(timestamppb.New(instant), slabs.Time(instant), protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
	}
}
