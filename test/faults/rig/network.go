// Package rig is shared by the tests of bad networks: a TCP proxy that breaks
// connections, a facade in front of it with clients for both protocols, and a record of
// the writes that reached the vendor.
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

// Conditions are how a Network treats a connection. The zero value is a good network.
type Conditions struct {
	// Silent connections are accepted and never answered.
	Silent bool
	// Latency is added to each chunk, in either direction.
	Latency time.Duration
	// LateClose delays the end of the connection at the caller's side.
	LateClose time.Duration
	// Rate is how many bytes of an answer pass in a second; 0 means no limit.
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

// Network forwards connections to one address, under its conditions.
type Network struct {
	listener   net.Listener
	target     string
	conditions atomic.Pointer[Conditions]
	struck     atomic.Int64 // connections to which the conditions still apply; below 0 all
	dialled    atomic.Int64

	ctx  context.Context
	end  context.CancelFunc
	busy sync.WaitGroup
}

// NewNetwork listens on loopback and forwards to the target.
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

// Address returns the address at which the network listens.
func (n *Network) Address() string { return n.listener.Addr().String() }

// Connections returns how many connections there have been.
func (n *Network) Connections() int64 { return n.dialled.Load() }

// Set sets the conditions of all connections from now on.
func (n *Network) Set(conditions Conditions) {
	n.conditions.Store(&conditions)
	n.struck.Store(-1)
}

// ApplyToNext sets the conditions of the next so many connections.
func (n *Network) ApplyToNext(conditions Conditions, times int64) {
	n.conditions.Store(&conditions)
	n.struck.Store(times)
}

// Close closes the network with all its connections.
func (n *Network) Close() {
	n.end()
	_ = n.listener.Close() // it is not used again
	n.busy.Wait()
}

func (n *Network) accept() {
	for {
		caller, err := n.listener.Accept()
		if err != nil {
			return
		}
		n.dialled.Add(1)
		n.busy.Go(func() { n.forward(caller, n.conditionsOfNext()) })
	}
}

// conditionsOfNext returns the conditions of the next connection.
func (n *Network) conditionsOfNext() Conditions {
	if left := n.struck.Load(); left >= 0 && n.struck.Add(-1) < 0 {
		n.struck.Store(0)
		return Conditions{}
	}
	return *n.conditions.Load()
}

// forward serves one connection until either side or the network ends it.
func (n *Network) forward(caller net.Conn, conditions Conditions) {
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
		copier{ctx, caller, vendor, caller, meter{cut: conditions.Request}, conditions.Latency, 0}.run()
	})
	copier{ctx, vendor, caller, caller, meter{cut: conditions.Answer}, conditions.Latency, conditions.Rate}.run()
	pauseFor(ctx, conditions.LateClose)
	cancel()
	requests.Wait()
}

// copier forwards one direction of a connection.
type copier struct {
	ctx      context.Context
	from, to net.Conn
	caller   net.Conn // which gets a reset
	meter    meter
	latency  time.Duration
	rate     int
}

func (c copier) run() {
	chunk := make([]byte, 32<<10)
	for {
		n, err := c.from.Read(chunk[:c.step()])
		pass, over := c.meter.take(chunk[:n])
		pauseFor(c.ctx, c.latency)
		if c.rate > 0 {
			pauseFor(c.ctx, time.Duration(pass)*time.Second/time.Duration(c.rate))
		}
		if c.ctx.Err() != nil {
			return
		}
		if _, failed := c.to.Write(chunk[:pass]); failed != nil || err != nil && !over {
			return
		}
		if over {
			c.breakConn()
			return
		}
	}
}

// step returns how much is read at a time: at most as much as passes in a tenth of a
// second.
func (c copier) step() int {
	if c.rate > 0 {
		return max(1, c.rate/10)
	}
	return 32 << 10
}

func (c copier) breakConn() {
	if tcp, ok := c.caller.(*net.TCPConn); ok && c.meter.cut.Reset {
		_ = tcp.SetLinger(0) // if this fails, it is a plain close
	}
	closeConn(c.caller)
}

// meter counts the bytes of one direction.
type meter struct {
	cut    *Cut
	passed int
	head   []byte
	body   int // offset of the body; 0 until that is known
}

// take returns how many bytes of the chunk pass, and whether the connection ends then.
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

// bodyOf returns the offset of the body, or 0 if the header is incomplete.
func bodyOf(message []byte) int {
	const end = "\r\n\r\n"
	if at := bytes.Index(message, []byte(end)); at >= 0 {
		return at + len(end)
	}
	return 0
}

func closeConn(conn net.Conn) { _ = conn.Close() } // closing twice is harmless

// pauseFor waits, unless the context ends first.
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
