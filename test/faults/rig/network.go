// Package rig is what the tests of a bad network share: a TCP proxy that breaks
// connections in chosen ways, a facade between callers and that proxy, its two protocols,
// and a journal of what really reached the vendor.
package rig

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Conditions is what happens to a connection through a Network. The zero value is a
// good network.
type Conditions struct {
	// Silent connections are accepted and never answered.
	Silent bool
	// Latency is how long each piece takes, in either direction.
	Latency time.Duration
	// LateClose is how long the end of the vendor's side is kept from the caller.
	LateClose time.Duration
	// Rate is how many bytes of an answer pass in a second; 0 is no limit.
	Rate int
	// Request and Answer break the connection in one direction; nil lets all pass.
	Request, Answer *Cut
}

// Cut ends a connection when one byte more than After would pass.
type Cut struct {
	After int
	// InBody counts from the end of the first header.
	InBody bool
	// Reset ends it with a reset instead of a plain close.
	Reset bool
}

// Network carries connections to one address, through its conditions.
type Network struct {
	listener   net.Listener
	target     string
	conditions atomic.Pointer[Conditions]
	struck     atomic.Int64 // connections that still meet the conditions; below 0 all do
	dialled    atomic.Int64

	ctx  context.Context
	end  context.CancelFunc
	busy sync.WaitGroup
}

// NewNetwork listens on loopback and carries to the target.
func NewNetwork(target string) (*Network, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the network: %w", err)
	}
	n := &Network{listener: listener, target: target}
	n.ctx, n.end = context.WithCancel(context.Background())
	n.Set(Conditions{})
	n.busy.Go(n.accept)
	return n, nil
}

// Address is where the network takes connections.
func (n *Network) Address() string { return n.listener.Addr().String() }

// Connections says how many there have been.
func (n *Network) Connections() int64 { return n.dialled.Load() }

// Set is the conditions of all connections from now on.
func (n *Network) Set(conditions Conditions) {
	n.conditions.Store(&conditions)
	n.struck.Store(-1)
}

// ApplyToNext is the conditions of the next so many connections.
func (n *Network) ApplyToNext(conditions Conditions, times int64) {
	n.conditions.Store(&conditions)
	n.struck.Store(times)
}

// Close ends the network with all its connections.
func (n *Network) Close() {
	n.end()
	_ = n.listener.Close() // it is of no more use either way
	n.busy.Wait()
}

func (n *Network) accept() {
	for {
		caller, err := n.listener.Accept()
		if err != nil {
			return
		}
		n.dialled.Add(1)
		n.busy.Go(func() { n.carry(caller, n.conditionsOfNext()) })
	}
}

// today is the conditions of one connection.
func (n *Network) conditionsOfNext() Conditions {
	if left := n.struck.Load(); left >= 0 && n.struck.Add(-1) < 0 {
		n.struck.Store(0)
		return Conditions{}
	}
	return *n.conditions.Load()
}

// carry serves one connection until either side or the network ends it.
func (n *Network) carry(caller net.Conn, conditions Conditions) {
	defer closeConn(caller)
	ctx, cancel := context.WithCancel(n.ctx)
	defer cancel()
	if conditions.Silent {
		stop := context.AfterFunc(ctx, func() { closeConn(caller) })
		defer stop()
		_, _ = io.Copy(io.Discard, caller) // until the caller gives up
		return
	}
	vendor, err := new(net.Dialer).DialContext(ctx, "tcp", n.target)
	if err != nil {
		return
	}
	defer closeConn(vendor)
	stop := context.AfterFunc(ctx, func() {
		closeConn(caller)
		closeConn(vendor)
	})
	defer stop()
	var requests sync.WaitGroup
	requests.Go(func() {
		defer cancel()
		pump{ctx, caller, vendor, caller, meter{cut: conditions.Request}, conditions.Latency, 0}.run()
	})
	pump{ctx, vendor, caller, caller, meter{cut: conditions.Answer}, conditions.Latency, conditions.Rate}.run()
	pauseFor(ctx, conditions.LateClose)
	cancel()
	requests.Wait()
}

// pump carries one direction.
type pump struct {
	ctx      context.Context
	from, to net.Conn
	caller   net.Conn // whose end a reset is seen at
	meter    meter
	latency  time.Duration
	rate     int
}

func (p pump) run() {
	chunk := make([]byte, 32<<10)
	for {
		n, err := p.from.Read(chunk[:p.step()])
		pass, over := p.meter.take(chunk[:n])
		pauseFor(p.ctx, p.latency)
		if p.rate > 0 {
			pauseFor(p.ctx, time.Duration(pass)*time.Second/time.Duration(p.rate))
		}
		if p.ctx.Err() != nil {
			return
		}
		if _, failed := p.to.Write(chunk[:pass]); failed != nil || err != nil && !over {
			return
		}
		if over {
			p.breakOff()
			return
		}
	}
}

// step is how much is read at a time: a tenth of a second's worth.
func (p pump) step() int {
	if p.rate > 0 {
		return max(1, p.rate/10)
	}
	return 32 << 10
}

func (p pump) breakOff() {
	if tcp, ok := p.caller.(*net.TCPConn); ok && p.meter.cut.Reset {
		_ = tcp.SetLinger(0) // where this fails it is a plain close
	}
	closeConn(p.caller)
}

// meter counts what passes in one direction.
type meter struct {
	cut    *Cut
	passed int
	head   []byte
	body   int // where the body begins; 0 until that is known
}

// take says how many bytes of the chunk pass, and whether that is where it ends.
func (m *meter) take(chunk []byte) (pass int, over bool) {
	if m.cut == nil {
		return len(chunk), false
	}
	limit := m.cut.After
	if m.cut.InBody {
		if m.body == 0 {
			m.head = append(m.head, chunk...)
			m.body = bodyOf(m.head)
		}
		if m.body == 0 {
			m.passed += len(chunk)
			return len(chunk), false
		}
		limit += m.body
	}
	if pass = limit - m.passed; len(chunk) > pass {
		return pass, true
	}
	m.passed += len(chunk)
	return len(chunk), false
}

// bodyOf is where the body begins, or 0.
func bodyOf(message []byte) int {
	const end = "\r\n\r\n"
	if at := bytes.Index(message, []byte(end)); at >= 0 {
		return at + len(end)
	}
	return 0
}

func closeConn(conn net.Conn) { _ = conn.Close() } // closing twice is harmless

// pause waits, unless the context ends first.
func pauseFor(ctx context.Context, wait time.Duration) {
	if wait <= 0 {
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
