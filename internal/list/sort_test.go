package list

import (
	"math"
	"testing"
	"time"
)

// TestLeads: of values in ascending order, the leads are in the same order too, and in the
// opposite order if the column is descending.
func TestLeads(t *testing.T) {
	t.Parallel()
	moment := func(year, nanos int) value {
		return fromTime(time.Date(year, 1, 2, 3, 4, 5, nanos, time.UTC))
	}
	for name, c := range map[string]struct {
		compared comparison
		values   []value
	}{
		"texts": {text, []value{
			{}, {set: true}, {set: true, text: "\x00"}, {set: true, text: "A"}, {set: true, text: "a"}, {set: true, text: "a\x00"},
			{set: true, text: "aaaaaaaa"}, {set: true, text: "aaaaaaaab"}, {set: true, text: "b"}, {set: true, text: "é"}, {set: true, text: "\xff\xff\xff\xff\xff\xff\xff\xff\xff"},
		}},
		"integers": {signed, []value{
			{}, {set: true, number: math.MinInt64}, {set: true, number: -1}, {set: true}, {set: true, number: 1}, {set: true, number: math.MaxInt64},
		}},
		"unsigned": {unsigned, []value{{}, fromUnsigned(0), fromUnsigned(1), fromUnsigned(math.MaxUint64)}},
		"floats": {floating, []value{
			{}, fromFloat(math.Inf(-1)), fromFloat(-2), fromFloat(-0.5), fromFloat(0), fromFloat(0.5), fromFloat(math.Inf(1)),
		}},
		"bools": {truth, []value{{}, fromTruth(false), fromTruth(true)}},
		"enums": {enumeration, []value{{}, {set: true}, {set: true, number: 7}}},
		"instants": {instant, []value{
			{}, moment(1, 0), moment(1, 999_999_999), moment(1969, 1), moment(1970, 0), moment(2026, 0), moment(2026, 31),
			moment(2026, 32), moment(2026, 999_999_999), moment(2027, 0), moment(9999, 999_999_999),
		}},
	} {
		ascending, descending := ordering{column: &column{compared: c.compared}}, ordering{column: &column{compared: c.compared}, desc: true}
		for i := range c.values[1:] {
			low, high := &c.values[i], &c.values[i+1]
			if compare(low, high) >= 0 {
				t.Fatalf("%s: %+v is not before %+v", name, *low, *high)
			}
			if ascending.lead(low) > ascending.lead(high) || descending.lead(low) < descending.lead(high) {
				t.Errorf("%s: the leads of %+v and %+v are in another order", name, *low, *high)
			}
		}
	}
}
