//go:build soak

package soak

import (
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/sipfacade/sipfacade/internal/ledger/postgrestest"
	"github.com/sipfacade/sipfacade/test/faults/rig"
)

// creates returns how many creates each test makes: SOAK_CREATES, or 10000.
func creates(t *testing.T) int {
	t.Helper()
	text := os.Getenv("SOAK_CREATES")
	if text == "" {
		return 10_000
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("SOAK_CREATES is %q, want a number above 0", text)
	}
	return n
}

// TestOnceInAFile: while the vendors fail and the one process is killed and started again,
// callers repeat creates with their request ids. Each is executed exactly once.
func TestOnceInAFile(t *testing.T) {
	createOnce(t, "file:"+filepath.Join(t.TempDir(), "ledger"), 1)
}

// TestOnceInPostgreSQL: the same with two replicas that share a database.
func TestOnceInPostgreSQL(t *testing.T) {
	database, err := postgrestest.ForTest(t).NewDatabase(t.Context(), "soak")
	if err != nil {
		t.Fatal(err)
	}
	createOnce(t, database, 2)
}

// createOnce lets callers create while replicas with the ledger are killed. The faults and
// the kills end when nearly all creates are done.
func createOnce(t *testing.T, ledger string, processes int) {
	binary, toOpenTACT, toInfinity := rig.Build(t), journaledOpenTACT(t), journaledInfinity(t)
	team := &onceTeam{kinds: onceKinds(), creates: creates(t), vendors: map[bool]*journaled{false: toOpenTACT, true: toInfinity}}
	var replicas []*replica
	for range processes {
		r := newReplica(t, binary, ledger, toOpenTACT, toInfinity)
		replicas = append(replicas, r)
		team.replicas = append(team.replicas, r.dial(t))
	}
	var running sync.WaitGroup
	began := time.Now()
	team.start(t.Context(), &running)
	kills := killUntil(t.Context(), t, replicas, team.nearlyDone)
	toOpenTACT.calm.Store(true)
	toInfinity.calm.Store(true)
	running.Wait()
	took := time.Since(began)
	time.Sleep(mostLate) // what the vendors carry out late has happened
	team.audit(t).report(t, kills, took)
}
