package e2e

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
)

// rig is a server and its vendor.
type rig struct {
	*facade
	vendor *vendor
}

func newRig(t testing.TB, flags ...string) *rig {
	v := startVendor(t, http.NotFoundHandler())
	return &rig{startFacade(t, v.url(), flags...), v}
}

// rigs is a pool of servers for cases that do not change them: cases without faults and
// flags of their own. No two cases use a server at the same time. The vendors answer nothing
// to these cases that is not known.
type rigs struct {
	t    *testing.T
	flag string // the generation
	mu   sync.Mutex
	idle []*rig
}

func (r *rigs) take() *rig {
	r.mu.Lock()
	defer r.mu.Unlock()
	if last := len(r.idle) - 1; last >= 0 {
		lent := r.idle[last]
		r.idle = r.idle[:last]
		return lent
	}
	made := newRig(r.t, withToken(), r.flag)
	r.t.Cleanup(func() { made.checkNoDrift(r.t) })
	return made
}

// generationFlag is the flag by which a server speaks a generation.
func generationFlag(generation int) string {
	return fmt.Sprintf("--opentact-generation=%d", generation)
}

func (r *rigs) putBack(lent *rig) {
	lent.logs.forget()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.idle = append(r.idle, lent)
}
