package probe

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// walk is a check that is under way.
type walk struct {
	*Target
	vendor  *Vendor
	reached bool
	ids     map[string][][]string // what fills the path below a list, by the list's path, for each object that may be followed
	objects map[string][]object   // by the operation
}

// followed is how many objects of a list are asked for what is below them: the first may be
// one that cannot be read, or that has nothing.
const followed = 3

// try calls a route, with one object after the other until an answer has objects. It returns
// false if the vendor cannot be checked at all.
func (w *walk) try(ctx context.Context, route *Route) bool {
	var best attempt
	for _, parameters := range w.parameters(route.Path) {
		made := w.call(ctx, route, parameters)
		route.Tried++
		if route.Tried == 1 || made.worth() > best.worth() {
			best = made
		}
		if !w.reaches(made) {
			best.report(route)
			return false
		}
		if len(best.objects) > 0 {
			break
		}
	}
	if route.Tried > 0 { // else no object is known to ask for
		best.report(route)
		w.remember(route, best)
	}
	return true
}

// reaches notes whether the vendor has been reached. It returns false if an attempt shows that
// no call can reach it.
func (w *walk) reaches(made attempt) bool {
	if w.reached {
		return true
	}
	var failure *upstream.Error
	if !errors.As(made.err, &failure) {
		w.reached = made.outcome == Answered
		return true
	}
	if state, reason := stopped(failure); state != Answers {
		w.vendor.State, w.vendor.Reason = state, reason
		return false
	}
	w.reached = failure.VendorForm
	return true
}

// remember keeps the objects of an answer, and what identifies the first of them.
func (w *walk) remember(route *Route, made attempt) {
	if len(made.objects) == 0 {
		return
	}
	w.objects[route.Operation] = made.objects
	ids := idsOf(made.objects, idNames(w.Dialect, route.message))
	var below [][]string
	for _, id := range ids[:min(len(ids), followed)] {
		below = append(below, append(slices.Clone(made.parameters), id))
	}
	w.ids[strings.ToLower(route.Path)] = below
}

// parameters returns what a path can be filled with, one list of ids for each object above; they
// are none if no object is known.
func (w *walk) parameters(path string) [][]string {
	last := strings.LastIndex(path, "/{")
	if last < 0 {
		return [][]string{nil}
	}
	return w.ids[strings.ToLower(path[:last])]
}

// attempt is one call of a route and what became of it.
type attempt struct {
	parameters  []string
	status      int
	outcome     Outcome
	differences []Difference
	objects     []object
	err         error
}

// worth orders attempts by what they tell: an answer with objects, one without, none.
func (a attempt) worth() int {
	switch {
	case len(a.objects) > 0:
		return 2
	case a.outcome == Answered:
		return 1
	default:
		return 0
	}
}

// report writes the attempt into the report of its route.
func (a attempt) report(route *Route) {
	route.Status, route.Outcome, route.Objects, route.Differences = a.status, a.outcome, len(a.objects), a.differences
}

// call calls a route.
func (w *walk) call(ctx context.Context, route *Route, parameters []string) attempt {
	status, body, err := w.ask(ctx, route, parameters)
	made := attempt{parameters: parameters, status: status, outcome: outcomeOf(err), differences: differences(w.found), err: err}
	if err == nil {
		made.objects = objectsOf(body)
	}
	return made
}
