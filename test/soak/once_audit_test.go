//go:build soak

package soak

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// onceResult is what a test has found.
type onceResult struct {
	creates, attempts                 int
	replayed, reconciled, resent      int
	duplicates, losses, withoutAnswer int
	withoutID, renewed                int
	problems                          []string
}

// audit compares the answers with what the vendors executed and what they store.
func (team *onceTeam) audit(t *testing.T) *onceResult {
	t.Helper()
	result := &onceResult{creates: len(team.finished)}
	stored := map[*onceKind]map[string][]string{}
	for _, made := range team.finished {
		at := team.vendors[made.kind.infinity]
		if stored[made.kind] == nil {
			stored[made.kind] = at.idsOf(t, made.kind)
		}
		result.count(made, at.journals[made.mark])
		if problem := made.compare(at.journals[made.mark], stored[made.kind][made.mark]); problem != "" {
			result.problems = append(result.problems, fmt.Sprintf("%s %s: %s; %d attempts, at the vendor %+v, stored %v, answered %q: %s",
				made.kind.name, made.mark, problem, made.attempts, at.journals[made.mark], stored[made.kind][made.mark], made.id, made.answer))
		}
	}
	return result
}

// count adds one create to the numbers.
func (r *onceResult) count(made *logical, at journal) {
	r.attempts += made.attempts
	r.renewed += made.renewed
	switch made.answer.Replayed {
	case "true":
		r.replayed++
	case "reconciled":
		r.reconciled++
	}
	if made.id == unstated {
		r.withoutID++
	}
	if at.arrived > 1 {
		r.resent++
	}
	switch {
	case at.executed > 1:
		r.duplicates++
	case at.executed == 0:
		r.losses++
	}
	if made.problem != "" {
		r.withoutAnswer++
	}
}

// compare returns how a create differs from one that happened once, or "".
func (made *logical) compare(at journal, stored []string) string {
	switch {
	case at.executed > 1 || len(stored) > 1:
		return "it was executed more than once"
	case made.problem != "":
		return made.problem
	case at.executed == 0 || len(stored) == 0:
		return "it was answered and not executed"
	case made.id != unstated && !slices.Contains(stored, made.id):
		return "the answer has another id"
	}
	return ""
}

// report prints the numbers and fails the test if there is a problem.
func (r *onceResult) report(t *testing.T, kills int, took time.Duration) {
	t.Helper()
	t.Logf("%d creates, %d attempts, %d answers replayed, %d reconciled, %d without an id, %d creates sent again, "+
		"%d new request ids after two lost attempts, %d kills, %d duplicates, %d losses, %d without an answer, in %s",
		r.creates, r.attempts, r.replayed, r.reconciled, r.withoutID, r.resent,
		r.renewed, kills, r.duplicates, r.losses, r.withoutAnswer, took.Round(time.Second))
	for _, problem := range r.problems[:min(shownProblems, len(r.problems))] {
		t.Error(problem)
	}
	if more := len(r.problems) - shownProblems; more > 0 {
		t.Errorf("and %d more problems", more)
	}
}
