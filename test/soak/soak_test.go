//go:build soak

package soak

import (
	"context"
	"flag"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

var (
	duration = flag.Duration("duration", 3*time.Minute, "how long the tests run together; slow readers may add up to a minute")
	seed     = flag.Uint64("seed", 0, "seed of the random faults; 0 takes one from the clock")
)

const (
	// limit is the facade's cap on one call, below the longest latency.
	limit = 2 * time.Second
	// slack is how much longer a call may take on a busy machine.
	slack = 5 * time.Second
	// pauseAtLeast is how long a worker waits if its call was not sent.
	pauseAtLeast = 20 * time.Millisecond
	// pauseAtMost is how long a worker waits if it is asked to, so that calls are also
	// made while a vendor is paused.
	pauseAtMost = 200 * time.Millisecond
	workers     = 12
	// What may be left at the end: idle connections and the metrics.
	moreHeap       = 8 << 20
	moreGoroutines = 80
	shownProblems  = 30
)

// TestSoak: under random faults no create is executed twice, no acknowledged write is
// lost, and no answer says something else than what the vendor did.
func TestSoak(t *testing.T) {
	if *seed == 0 {
		*seed = uint64(time.Now().UnixNano())
	}
	t.Logf("seed %d, for %s", *seed, *duration/2)
	toOpenTACT, openTACTHandler := newOpenTACT(t)
	toInfinity, infinityHandler := newInfinity(t)
	all := []*vendor{toOpenTACT, toInfinity}
	facade := rig.Start(t, toOpenTACT.Network.Address(), toInfinity.Network.Address(),
		append(rig.Login(), "--upstream-timeout="+limit.String())...)
	warmUp(t, facade)
	before := measure()

	soak(t, facade, all)

	openTACTHandler.set(opentact.New(opentact.Options{Seed: true}))
	infinityHandler.set(infinity.New(infinity.Options{Seed: true}))
	for _, v := range all {
		v.Writes.Reset()
		v.menu, v.rows, v.assigned = nil, nil, nil
	}
	compare(t, before)
}

// soak lets the workers work, and compares their answers with what was done.
func soak(t *testing.T, facade *rig.Facade, all []*vendor) {
	found := &findings{creates: map[*vendor]map[int]creation{}, outcomes: map[string]int{}}
	for _, v := range all {
		found.creates[v] = map[int]creation{}
	}
	team := work(t, facade, all, found)
	for _, v := range all {
		v.menu.Clear()
		v.Network.Set(rig.Conditions{})
	}
	wait(t.Context(), limit+time.Second) // cancelled calls end at the vendor as well
	audit(found, team, all)
	report(t, found)
}

// warmUp opens connections and fills caches and pools.
func warmUp(t *testing.T, facade *rig.Facade) {
	var calls sync.WaitGroup
	for i := range workers {
		calls.Go(func() {
			for range 50 {
				protocol := facade.Protocols()[i%2]
				for _, call := range []rig.Call{rig.GetSipConnection(opentact.ConnectionUUID(1)), rig.GetPbxUser(domain, 1)} {
					if answer, err := protocol.Call(t.Context(), call); err != nil || answer.Code != codes.OK {
						t.Errorf("warm up: %v %s", err, answer)
					}
				}
			}
		})
	}
	calls.Wait()
}

// work lets the workers work for half of the duration.
func work(t *testing.T, facade *rig.Facade, all []*vendor, found *findings) []*worker {
	ctx, cancel := context.WithTimeout(t.Context(), *duration/2)
	defer cancel()
	var team []*worker
	var running sync.WaitGroup
	numbers := &serial{}
	for number := range workers {
		v := all[number%2]
		w := &worker{
			number: number, vendor: v, protocols: facade.Protocols(), findings: found, serial: numbers,
			random: rand.New(rand.NewPCG(*seed, uint64(number))), holds: v.assigned(number / 2), sure: map[string]bool{},
		}
		team = append(team, w)
		running.Go(func() { w.run(ctx) })
	}
	running.Go(func() { disturb(ctx, t, rand.New(rand.NewPCG(*seed, workers)), all) })
	running.Wait()
	return team
}

// audit compares what the vendors have with the answers to callers.
func audit(found *findings, team []*worker, all []*vendor) {
	values := map[*vendor]map[string]string{}
	for _, v := range all {
		values[v] = map[string]string{}
		rows := map[int]int{}
		for _, r := range v.rows() {
			values[v][r.id] = r.value
			rows[r.number]++
		}
		for number, b := range found.creates[v] {
			switch count := rows[number]; {
			case count > 1:
				found.problem("%s was created %d times", b.mark, count)
			case count > 0 && b.said == nothing:
				found.problem("%s was created although the answer says that nothing was done", b.mark)
			}
		}
	}
	for _, w := range team {
		w.audit(values[w.vendor])
	}
}

func (w *worker) audit(values map[string]string) {
	for _, o := range w.objects {
		if value := values[o.id]; !o.may[value] {
			w.findings.problem("%s of %s is %q, and may be %v; last answer: %s", o.id, w.vendor.name, value, o.may, o.last)
		}
	}
	assigned := w.vendor.assigned(w.number / 2)
	for to := range w.sure {
		if !w.vendor.moves && !assigned[to] {
			w.findings.problem("the assignment of worker %d to %s is lost", w.number, to)
		}
	}
	for to := range assigned {
		if !w.holds[to] {
			w.findings.problem("worker %d finds an assignment to %s, which may be to %v", w.number, to, w.holds)
		}
	}
	if len(assigned) == 0 {
		w.findings.problem("worker %d finds no assignment", w.number)
	}
}

func report(t *testing.T, found *findings) {
	total := 0
	for _, outcome := range slices.Sorted(maps.Keys(found.outcomes)) {
		t.Logf("%7d  %s", found.outcomes[outcome], outcome)
		total += found.outcomes[outcome]
	}
	t.Logf("%7d  calls, %d problems", total, len(found.problems))
	for _, problem := range found.problems[:min(shownProblems, len(found.problems))] {
		t.Error(problem)
	}
}

// size is the memory and the goroutines of the process.
type size struct {
	heap       uint64
	goroutines int
}

func measure() size {
	var stats runtime.MemStats
	for range 3 { // pools are emptied in the second round
		runtime.GC()
	}
	runtime.ReadMemStats(&stats)
	return size{stats.HeapAlloc, runtime.NumGoroutine()}
}

// compare waits until the process is nearly as small as before.
func compare(t *testing.T, before size) {
	deadline := time.Now().Add(30 * time.Second)
	for {
		after := measure()
		near := after.heap <= before.heap+moreHeap && after.goroutines <= before.goroutines+moreGoroutines
		if near || time.Now().After(deadline) {
			t.Logf("heap %d KiB before, %d KiB after; goroutines %d before, %d after",
				before.heap>>10, after.heap>>10, before.goroutines, after.goroutines)
			if !near {
				t.Error("memory or goroutines did not come back")
			}
			return
		}
		wait(t.Context(), time.Second)
	}
}
