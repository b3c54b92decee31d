//go:build soak

package soak

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"

	"github.com/sipfacade/sipfacade/test/faults/rig"
)

const (
	// A replica is killed after a random time between these: long enough to find out what
	// became of the creates that the kill before has interrupted.
	killAfter, killBefore = 2 * time.Second, 8 * time.Second
	// downAtMost is how long a killed replica stays away.
	downAtMost = 700 * time.Millisecond
)

// replica is a process of the server that is killed and started again at its addresses.
type replica struct {
	at      rig.Addresses
	process *rig.Process
	start   func() *rig.Process
}

// newReplica starts a replica.
func newReplica(t *testing.T, binary, ledger string, toOpenTACT, toInfinity *journaled) *replica {
	t.Helper()
	at := rig.FreeAddresses(t)
	r := &replica{at: at, start: func() *rig.Process {
		return rig.StartProcess(t, binary, at, toOpenTACT.address(), toInfinity.address(), append(rig.Login(),
			"--upstream-timeout="+limit.String(), "--ledger="+ledger, "--ledger-key=0123456789abcdef0123456789abcdef")...)
	}}
	r.process = r.start()
	return r
}

// dial returns a client of the replica that finds it again soon after a restart.
func (r *replica) dial(t *testing.T) *rig.Facade {
	t.Helper()
	return rig.Dial(t, r.at.GRPC, r.at.HTTP, grpc.WithDisableRetry(), grpc.WithConnectParams(grpc.ConnectParams{
		Backoff:           backoff.Config{BaseDelay: 20 * time.Millisecond, Multiplier: 1.5, MaxDelay: 200 * time.Millisecond},
		MinConnectTimeout: time.Second,
	}))
}

// killUntil kills random replicas at random times, and starts them again, until the
// function says that it is enough. It returns how many were killed.
func killUntil(ctx context.Context, t *testing.T, replicas []*replica, enough func() bool) (kills int) {
	t.Helper()
	for {
		for until := time.Now().Add(killAfter + rand.N(killBefore-killAfter)); time.Now().Before(until); {
			if enough() || ctx.Err() != nil {
				return kills
			}
			wait(ctx, 50*time.Millisecond)
		}
		struck := []*replica{replicas[rand.IntN(len(replicas))]}
		if rand.IntN(3) == 0 {
			struck = replicas
		}
		for _, r := range struck {
			if err := r.process.Kill(); err != nil {
				t.Fatal(err)
			}
			kills++
		}
		wait(ctx, rand.N(downAtMost))
		for _, r := range struck {
			r.process = r.start()
		}
	}
}
