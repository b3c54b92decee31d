package fault

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTakeCountsDownInTurn(t *testing.T) {
	t.Parallel()
	menu := NewMenu(example())
	add(t, menu, Fault{Kind: Status, Status: 503, Route: "Create", Times: 2})
	add(t, menu, Fault{Kind: Unauthorized, Route: "Create", Times: 1})
	add(t, menu, Fault{Kind: Latency, DelayMS: 1, Route: AnyRoute, Times: 3})
	add(t, menu, Fault{Kind: Reshape, Shape: "wrapped", Route: "List"})
	for i, step := range []struct {
		route string
		want  []Kind
	}{
		{"Create", []Kind{Status, Latency}},
		{"List", []Kind{Latency, Reshape}},
		{"Create", []Kind{Status, Latency}},
		{"Create", []Kind{Unauthorized}},
		{"Create", nil},
		{"List", []Kind{Reshape}},
	} {
		var got []Kind
		for _, f := range menu.Take(step.route) {
			got = append(got, f.Kind)
		}
		if diff := cmp.Diff(step.want, got); diff != "" {
			t.Errorf("call %d of %s (-want +got):\n%s", i+1, step.route, diff)
		}
	}
	if left := menu.List(); len(left) != 1 || left[0].Kind != Reshape {
		t.Errorf("left on the menu: %v", left)
	}
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault Fault
		want  string
	}{
		{Fault{}, `kind: unknown kind ""; one of: latency, status, unauthorized, rate_limited, malformed_json, truncated, html, not_success, redirect, reset_before, reset_after, empty, oversize, shape`},
		{Fault{Kind: HTML, Route: "Crate"}, `route: unknown route "Crate"; one of: *, List, Create`},
		{Fault{Kind: Reshape}, `shape: unknown shape ""; one of: wrapped, impossible, repeated`},
		{Fault{Kind: Status}, `status: is required, for example 503`},
		{Fault{Kind: Status, Status: 101}, `status: must be 200 to 599, got 101`},
		{Fault{Kind: Redirect, Status: 200}, `status: must be 300 to 399, got 200`},
		{Fault{Kind: Empty, Status: 404}, `status: must be 200 to 299, got 404`},
		{Fault{Kind: HTML, Times: -1}, `times: must be 0 to 1073741824, got -1`},
		{Fault{Kind: Latency, DelayMS: 3_600_000}, `delayMs: must be 0 to 600000, got 3600000`},
		{Fault{Kind: Truncated, Rows: -1}, `rows: must be 0 to 1073741824, got -1`},
		{Fault{Kind: Oversize, Bytes: 1<<30 + 1}, `bytes: must be 0 to 1073741824, got 1073741825`},
	} {
		menu := NewMenu(example())
		_, err := menu.Add(test.fault)
		var field *FieldError
		if !errors.As(err, &field) || err.Error() != test.want || len(menu.List()) != 0 {
			t.Errorf("%+v: %v", test.fault, err)
		}
	}
}

// TestMenuIsBounded: a fault that is too many is refused until another one has gone.
func TestMenuIsBounded(t *testing.T) {
	t.Parallel()
	menu := NewMenu(example())
	for range maxFaults {
		add(t, menu, Fault{Kind: HTML, Route: "List"})
	}
	_, err := menu.Add(Fault{Kind: HTML})
	if field := (*FieldError)(nil); !errors.As(err, &field) || field.Field != "vendor" || len(menu.List()) != maxFaults {
		t.Errorf("%v, %d faults wait", err, len(menu.List()))
	}
	menu.Remove(menu.List()[0].ID)
	add(t, menu, Fault{Kind: HTML})
}
