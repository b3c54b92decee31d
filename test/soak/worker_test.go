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

// vendor is one emulator and what may be done there.
type vendor struct {
	*rig.Vendor
	menu *fault.Menu
	// create makes the n-th object of all, with the mark as its value; the rest is done
	// to the object with the id.
	create       func(n int, mark string) rig.Call
	read, remove func(id string) rig.Call
	update       func(id, value string) rig.Call
	id, value    string // fields of an answer
	// assign is the turn's assignment of a worker: the call, what it leads to, and what
	// the journal knows it by.
	assign func(pair, turn int) (call rig.Call, to, key string)
	// moves says that an assignment takes the thing from where it was.
	moves bool
	name  string
	// operations are the vendor's names for what the workers do, and login, where it has
	// one, for how the facade logs in.
	operations []string
	login      string
	// rows and assigned are what the vendor itself shows at the end.
	rows     func() []row
	assigned func(pair int) map[string]bool
}

// row is an object as the vendor has it.
type row struct {
	id, value string
	birth     int // the number that it was created with
}

// object is one row that one worker owns.
type object struct {
	id string
	// may are the values that it may have now; "" is none, because it is gone.
	may map[string]bool
	// retired objects are left alone: what is not known of them may still happen.
	retired bool
	last    string
}

// worker makes calls one after the other, and remembers what it was told.
type worker struct {
	number    int
	vendor    *vendor
	protocols []rig.Protocol
	random    *rand.Rand
	book      *book
	objects   []*object
	holds     map[string]bool // what the worker's assignments may have led to
	sure      map[string]bool // and what they surely did
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

// book is what all workers found.
type book struct {
	mu       sync.Mutex
	births   map[*vendor]map[int]birth // by number
	outcomes map[string]int
	problems []string
}

func (b *book) problem(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = append(b.problems, fmt.Sprintf(format, args...))
}

func (b *book) count(what string, answer rig.Answer) {
	b.mu.Lock()
	defer b.mu.Unlock()
	verdict := answer.Code.String()
	if answer.Reason != "" {
		verdict = answer.Reason + " " + answer.Delivery
	}
	b.outcomes[what+": "+strings.TrimSpace(verdict)]++
}

// birth is what was told of a create.
type birth struct{ mark, said string }

// What a write came to.
const (
	done    = "DONE"
	unclear = "UNKNOWN"
	nothing = "NOTHING"
)

// told is what the caller may take from an answer to a write.
func (w *worker) told(what string, answer rig.Answer) string {
	switch answer.Delivery {
	case "UNKNOWN":
		if answer.Reason != "OUTCOME_UNKNOWN" || answer.Code == codes.Unavailable {
			w.book.problem("%s: %s", what, answer)
		}
		return unclear
	case "NOT_SENT", "REJECTED":
		return nothing
	}
	if answer.Code != codes.OK {
		w.book.problem("%s failed without a delivery: %s", what, answer)
		return unclear
	}
	return done
}

// make calls one of the protocols.
func (w *worker) make(ctx context.Context, what string, call rig.Call) rig.Answer {
	answer, err := w.protocols[w.random.IntN(len(w.protocols))].Call(context.WithoutCancel(ctx), call)
	if err != nil {
		w.book.problem("%s %s: %v", what, call.HTTP, err)
		return rig.Answer{Code: codes.Unknown, Reason: "OUTCOME_UNKNOWN", Delivery: "UNKNOWN"}
	}
	w.book.count(w.vendor.name+" "+what, answer)
	if answer.Took > 2*limit+slack {
		w.book.problem("%s %s took %s", what, call.HTTP, answer.Took)
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

// pick is one of the last objects that are not left alone.
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
	said := w.told("create", answer)
	w.book.mu.Lock()
	w.book.births[w.vendor][n] = birth{mark, said}
	w.book.mu.Unlock()
	w.executedAtMost("create", mark, 1, said, answer)
	if said != done {
		return
	}
	id := answer.Field(w.vendor.id)
	if id == "" || id == "0" {
		// the vendor answered without an id, and it could not be looked up: the row is
		// known by its mark alone
		return
	}
	w.objects = append(w.objects, &object{id: id, may: map[string]bool{mark: true}, last: mark})
}

// executedAtMost asks the journal how often the write came without being refused.
func (w *worker) executedAtMost(what, key string, times int, said string, answer rig.Answer) {
	tally := w.vendor.Journal.Of(key)
	came := tally.Arrived - tally.Refused
	if came > times {
		w.book.problem("%s %s came %d times: %+v after %s", what, key, came, tally, answer)
	}
	if answer.Delivery == "NOT_SENT" && came > 0 {
		w.book.problem("%s %s came although it is said that it was not sent (%s): %+v after %s", what, key, said, tally, answer)
	}
}

func (w *worker) update(ctx context.Context, o *object) {
	mark := fmt.Sprintf("mark-%d-u%d", w.number, w.serial.next())
	answer := w.make(ctx, "update", w.vendor.update(o.id, mark))
	said := w.told("update", answer)
	w.executedAtMost("update", mark, 2, said, answer)
	switch said {
	case done:
		o.may, o.last = map[string]bool{mark: true}, mark
		if got := answer.Field(w.vendor.value); got != mark {
			w.book.problem("the update of %s to %s answers %s", o.id, mark, answer)
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
	switch w.told("delete", answer) {
	case done:
		o.may = map[string]bool{"": true}
	case unclear:
		o.may[""] = true
	default:
		o.last = "delete " + answer.String()
	}
}

// read is of an object of which one value is known.
func (w *worker) read(ctx context.Context, o *object) {
	answer := w.make(ctx, "read", w.vendor.read(o.id))
	switch {
	case answer.Code == codes.OK:
		if got := answer.Field(w.vendor.value); !o.may[got] {
			w.book.problem("%s is read as %q, want one of %v; last %s", o.id, got, o.may, o.last)
		}
	case answer.Code == codes.NotFound:
		w.book.problem("%s is not found: %s", o.id, answer)
	case answer.Reason == "" || answer.Delivery != "":
		w.book.problem("a failed read of %s: %s", o.id, answer)
	}
}

func (w *worker) assign(ctx context.Context) {
	w.turn++
	call, to, key := w.vendor.assign(w.number/2, w.turn)
	before := w.vendor.Journal.Of(key)
	answer := w.make(ctx, "assign", call)
	after := w.vendor.Journal.Of(key)
	if came := after.Arrived - after.Refused - before.Arrived + before.Refused; came > 1 || came > 0 && answer.Delivery == "NOT_SENT" {
		w.book.problem("assign %s came %d times: %s", key, came, answer)
	}
	switch w.told("assign", answer) {
	case done:
		if w.vendor.moves {
			w.holds = map[string]bool{}
		}
		w.holds[to], w.sure[to] = true, true
	case unclear:
		w.holds[to] = true
	}
}
