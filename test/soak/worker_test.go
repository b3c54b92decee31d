//go:build soak

package soak

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"

	"google.golang.org/grpc/codes"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

// vendor is one emulator and the calls that the workers make there.
type vendor struct {
	*rig.Vendor
	menu *fault.Menu
	// create makes the n-th object of all, with the mark as its value; the others are
	// for the object with the id.
	create       func(n int, mark string) rig.Call
	read, remove func(id string) rig.Call
	update       func(id, value string) rig.Call
	id, value    string // fields of an answer
	// assign returns a worker's next assignment: the call, its target, and its key in
	// the record of writes.
	assign func(pair, turn int) (call rig.Call, to, key string)
	// moves means that an assignment ends the one before.
	moves bool
	name  string
	// operations are the vendor's names of the workers' calls, and login is that of the
	// facade's login, if there is one.
	operations []string
	login      string
	// rows and assigned read from the vendor itself.
	rows     func() []row
	assigned func(pair int) map[string]bool
}

// row is an object at the vendor.
type row struct {
	id, value string
	number    int // the number that it was created with
}

// object is one row that only one worker changes.
type object struct {
	id string
	// may are the values that it may have now; "" means that it was deleted.
	may map[string]bool
	// retired objects are not used again, because a write to them may still be executed.
	retired bool
	last    string
}

// worker makes calls one after the other, and records the answers.
type worker struct {
	number    int
	vendor    *vendor
	protocols []rig.Protocol
	random    *rand.Rand
	findings  *findings
	objects   []*object
	holds     map[string]bool // assignments that may have been executed
	sure      map[string]bool // assignments that were executed
	turn      int
	serial    *serial
}

// serial numbers the objects.
type serial struct {
	mu sync.Mutex
	n  int
}

func (s *serial) next() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	return s.n
}

// findings are the answers to all workers and the problems.
type findings struct {
	mu       sync.Mutex
	creates  map[*vendor]map[int]creation // by number
	outcomes map[string]int
	problems []string
}

func (b *findings) problem(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = append(b.problems, fmt.Sprintf(format, args...))
}

func (b *findings) count(what string, answer rig.Answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	verdict := answer.Code.String()
	if answer.Reason != "" {
		verdict = answer.Reason + " " + answer.Delivery
	}
	b.outcomes[what+": "+strings.TrimSpace(verdict)]++
}

// creation is a create with its outcome.
type creation struct{ mark, said string }

// Outcomes of a write.
const (
	done    = "DONE"
	unclear = "UNKNOWN"
	nothing = "NOTHING"
)

// outcome returns what an answer to a write says about its execution.
func (w *worker) outcome(what string, answer rig.Answer) string {
	switch answer.Delivery {
	case "UNKNOWN":
		if answer.Reason != "OUTCOME_UNKNOWN" || answer.Code == codes.Unavailable {
			w.findings.problem("%s: %s", what, answer)
		}
		return unclear
	case "NOT_SENT", "REJECTED":
		return nothing
	}
	if answer.Code != codes.OK {
		w.findings.problem("%s failed without a delivery: %s", what, answer)
		return unclear
	}
	return done
}

// make makes a call over one of the protocols.
func (w *worker) make(ctx context.Context, what string, call rig.Call) rig.Answer {
	answer, err := w.protocols[w.random.IntN(len(w.protocols))].Call(context.WithoutCancel(ctx), call)
	if err != nil {
		w.findings.problem("%s %s: %v", what, call.HTTP, err)
		return rig.Answer{Code: codes.Unknown, Reason: "OUTCOME_UNKNOWN", Delivery: "UNKNOWN"}
	}
	w.findings.count(w.vendor.name+" "+what, answer)
	if answer.Took > 2*limit+slack {
		w.findings.problem("%s %s took %s", what, call.HTTP, answer.Took)
	}
	if answer.Retry > 0 || answer.Delivery == "NOT_SENT" {
		wait(ctx, min(max(answer.Retry, pauseAtLeast), pauseAtMost))
	}
	return answer
}

func (w *worker) run(ctx context.Context) {
	for ctx.Err() == nil {
		o := w.pick()
		switch choice := w.random.IntN(10); {
		case o == nil || choice == 0:
			w.create(ctx)
		case choice == 1:
			w.remove(ctx, o)
		case choice == 2:
			w.assign(ctx)
		case choice < 6:
			w.update(ctx, o)
		default:
			w.read(ctx, o)
		}
	}
}

// pick returns one of the last objects that are not retired.
func (w *worker) pick() *object {
	for range 4 {
		if len(w.objects) == 0 {
			return nil
		}
		from := max(0, len(w.objects)-8)
		if o := w.objects[from+w.random.IntN(len(w.objects)-from)]; !o.retired {
			return o
		}
	}
	return nil
}

func (w *worker) create(ctx context.Context) {
	n := w.serial.next()
	mark := fmt.Sprintf("mark-%d-c%d", w.number, n)
	answer := w.make(ctx, "create", w.vendor.create(n, mark))
	said := w.outcome("create", answer)
	w.findings.mu.Lock()
	w.findings.creates[w.vendor][n] = creation{mark, said}
	w.findings.mu.Unlock()
	w.executedAtMost("create", mark, 1, said, answer)
	if said != done {
		return
	}
	id := answer.Field(w.vendor.id)
	if id == "" || id == "0" {
		// the vendor answered without an id, and the facade could not find it: only the
		// mark identifies the row
		return
	}
	w.objects = append(w.objects, &object{id: id, may: map[string]bool{mark: true}, last: mark})
}

// executedAtMost checks in the vendor's record how often the write arrived without a
// refusal.
func (w *worker) executedAtMost(what, key string, times int, said string, answer rig.Answer) {
	writeCounts := w.vendor.Writes.Of(key)
	came := writeCounts.Arrived - writeCounts.Refused
	if came > times {
		w.findings.problem("%s %s came %d times: %+v after %s", what, key, came, writeCounts, answer)
	}
	if answer.Delivery == "NOT_SENT" && came > 0 {
		w.findings.problem("%s %s came although it is said that it was not sent (%s): %+v after %s", what, key, said, writeCounts, answer)
	}
}

func (w *worker) update(ctx context.Context, o *object) {
	mark := fmt.Sprintf("mark-%d-u%d", w.number, w.serial.next())
	answer := w.make(ctx, "update", w.vendor.update(o.id, mark))
	said := w.outcome("update", answer)
	w.executedAtMost("update", mark, 2, said, answer)
	switch said {
	case done:
		o.may, o.last = map[string]bool{mark: true}, mark
		if got := answer.Field(w.vendor.value); got != mark {
			w.findings.problem("the update of %s to %s answers %s", o.id, mark, answer)
		}
	case unclear:
		o.may[mark], o.retired = true, true
	default:
		o.retired = answer.Delivery == "REJECTED"
		o.last = "update " + mark + " " + answer.String()
	}
}

func (w *worker) remove(ctx context.Context, o *object) {
	answer := w.make(ctx, "delete", w.vendor.remove(o.id))
	o.retired = true
	switch w.outcome("delete", answer) {
	case done:
		o.may = map[string]bool{"": true}
	case unclear:
		o.may[""] = true
	default:
		o.last = "delete " + answer.String()
	}
}

// read reads an object, whose value must be one that it may have.
func (w *worker) read(ctx context.Context, o *object) {
	answer := w.make(ctx, "read", w.vendor.read(o.id))
	switch {
	case answer.Code == codes.OK:
		if got := answer.Field(w.vendor.value); !o.may[got] {
			w.findings.problem("%s is read as %q, want one of %v; last %s", o.id, got, o.may, o.last)
		}
	case answer.Code == codes.NotFound:
		w.findings.problem("%s is not found: %s", o.id, answer)
	case answer.Reason == "" || answer.Delivery != "":
		w.findings.problem("a failed read of %s: %s", o.id, answer)
	}
}

func (w *worker) assign(ctx context.Context) {
	w.turn++
	call, to, key := w.vendor.assign(w.number/2, w.turn)
	before := w.vendor.Writes.Of(key)
	answer := w.make(ctx, "assign", call)
	after := w.vendor.Writes.Of(key)
	if came := after.Arrived - after.Refused - before.Arrived + before.Refused; came > 1 || came > 0 && answer.Delivery == "NOT_SENT" {
		w.findings.problem("assign %s came %d times: %s", key, came, answer)
	}
	switch w.outcome("assign", answer) {
	case done:
		if w.vendor.moves {
			w.holds = map[string]bool{}
		}
		w.holds[to], w.sure[to] = true, true
	case unclear:
		w.holds[to] = true
	}
}
