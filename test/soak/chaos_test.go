//go:build soak

package soak

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

// faults returns the faults of a vendor; one that is listed twice is twice as likely.
// Wrong answers that no client can detect are not among them: a 404 for an object that
// exists, and a refusal by Infinity in a 2xx, because only the status counts there.
func faults(v *vendor) []fault.Fault {
	if v.name == "opentact" {
		return append(common(), fault.Fault{Kind: fault.NotSuccess, Status: 400}, fault.Fault{Kind: fault.NotSuccess, Status: 500})
	}
	return common()
}

func common() []fault.Fault {
	status := func(code int) fault.Fault { return fault.Fault{Kind: fault.Status, Status: code} }
	return []fault.Fault{
		status(500), status(502), status(503), status(400), status(402), status(403), status(422), status(405),
		{Kind: fault.Unauthorized}, {Kind: fault.RateLimited, RetryAfter: "1"},
		{Kind: fault.MalformedJSON}, {Kind: fault.Truncated, Bytes: 10}, {Kind: fault.HTML}, {Kind: fault.Redirect},
		{Kind: fault.ResetBefore}, {Kind: fault.ResetBefore}, {Kind: fault.ResetAfter}, {Kind: fault.ResetAfter}, {Kind: fault.ResetAfter},
		{Kind: fault.Empty}, {Kind: fault.Oversize, Bytes: 5000},
		{Kind: fault.Latency, DelayMS: 30}, {Kind: fault.Latency, DelayMS: 200}, {Kind: fault.Latency, DelayMS: 2500},
	}
}

// conditionChoices returns the conditions of single connections.
func conditionChoices() []rig.Conditions {
	return []rig.Conditions{
		{Answer: &rig.Cut{Reset: true}}, {Answer: &rig.Cut{After: 40}}, {Answer: &rig.Cut{After: 6, InBody: true, Reset: true}},
		{Request: &rig.Cut{After: 30, Reset: true}}, {Request: &rig.Cut{After: 5, InBody: true}},
		{Silent: true}, {Latency: 20 * time.Millisecond}, {Rate: 100_000},
	}
}

const (
	// waiting is how many faults wait at a vendor.
	waiting = 6
	// rateLimitSeldom and loginSeldom: one in so many chosen rate limits is applied, and one
	// in so many refused credentials is followed by a broken login.
	rateLimitSeldom = 20
	loginSeldom     = 10
)

// disturb applies faults to single calls at random until the context ends.
func disturb(ctx context.Context, t *testing.T, random *rand.Rand, all []*vendor) {
	for ctx.Err() == nil {
		v := all[random.IntN(len(all))]
		if random.IntN(8) == 0 {
			choices := conditionChoices()
			v.Network.ApplyToNext(choices[random.IntN(len(choices))], 1)
		}
		if len(v.menu.List()) < waiting {
			addFault(t, random, v)
		}
		wait(ctx, time.Duration(1+random.IntN(10))*time.Millisecond)
	}
}

// addFault adds a fault to one of the vendor's operations, and rarely to the login,
// because all other calls need it.
func addFault(t *testing.T, random *rand.Rand, v *vendor) {
	choices := faults(v)
	f := choices[random.IntN(len(choices))]
	f.Times, f.Route = 1, v.operations[random.IntN(len(v.operations))]
	if f.Kind == fault.RateLimited && random.IntN(rateLimitSeldom) > 0 {
		return // each makes a vendor refuse everything for a second
	}
	added := []fault.Fault{f}
	if f.Kind == fault.Unauthorized && v.login != "" && random.IntN(loginSeldom) == 0 {
		f.Kind, f.Route = fault.ResetBefore, v.login
		added = append(added, f)
	}
	for _, f := range added {
		if _, err := v.menu.Add(f); err != nil {
			t.Errorf("the list of faults: %v", err)
		}
	}
}

// wait waits, unless the context ends first.
func wait(ctx context.Context, pause time.Duration) {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
