package cost

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/sipfacade/sipfacade/test/cost/child"
)

// The servers that are compared.
const (
	Proxy       = "proxy"
	DecodeProxy = "proxy + decode"
	OverGRPC    = "gRPC"
	OverJSON    = "JSON"
)

// Bench starts the servers and measures them.
type Bench struct {
	// Service is the built binary, Tools the folder of the vendor's and the proxy's.
	Service, Tools string
	// Print reports progress.
	Print func(format string, args ...any)

	vendor *child.Server
}

// Open starts the vendor, which is the same for all measurements.
func (b *Bench) Open() (err error) {
	b.vendor, err = child.Start(filepath.Join(b.Tools, "vendor"))
	return err
}

// Close ends the vendor.
func (b *Bench) Close() error { return b.vendor.Stop() }

// subject is a server under test, in a process of its own, and the call that it is
// asked for.
type subject struct {
	server string
	pid    int
	call   Call
	stop   func() error
	facade *Facade // nil for proxies

	cpu       []float64 // of a call in each slice, in µs
	latencies []time.Duration
}

// subjectsOf starts the servers that a kind of work is compared in.
func (b *Bench) subjectsOf(ctx context.Context, work Work, callers int) (subjects []*subject, err error) {
	servers := []string{Proxy, DecodeProxy, OverGRPC, OverJSON}
	for _, server := range servers {
		if server == DecodeProxy && !work.Decoded {
			continue
		}
		started, err := b.start(ctx, server, work, callers)
		if err != nil {
			return nil, errors.Join(err, stopAll(subjects))
		}
		subjects = append(subjects, started)
	}
	return subjects, nil
}

// start starts one server.
func (b *Bench) start(ctx context.Context, server string, work Work, callers int) (*subject, error) {
	if server == OverGRPC || server == OverJSON {
		return b.startFacade(ctx, server, work, callers)
	}
	args := []string{"-target=" + b.vendor.Address}
	if server == DecodeProxy {
		args = append(args, "-decode")
	}
	process, err := child.Start(filepath.Join(b.Tools, "proxy"), args...)
	if err != nil {
		return nil, err
	}
	call, disconnect := work.OverProxy(process.Address, callers)
	return &subject{server: server, pid: process.PID(), call: call, stop: func() error {
		disconnect()
		return process.Stop()
	}}, nil
}

// startFacade starts the service and connects a client of one protocol.
func (b *Bench) startFacade(ctx context.Context, server string, work Work, callers int) (*subject, error) {
	facade, err := StartFacade(ctx, b.Service, b.vendor.Address)
	if err != nil {
		return nil, err
	}
	call, disconnect, err := work.over(server, facade, callers)
	if err != nil {
		facade.Stop()
		return nil, err
	}
	return &subject{server: server, pid: facade.PID(), call: call, facade: facade, stop: func() error {
		disconnect()
		facade.Stop()
		return nil
	}}, nil
}

// over returns the call over a protocol.
func (w Work) over(server string, facade *Facade, callers int) (Call, func(), error) {
	if server == OverGRPC {
		return w.OverGRPC(facade.GRPC)
	}
	call, disconnect := w.OverJSON(facade.HTTP, callers)
	return call, disconnect, nil
}

// stopAll ends the servers.
func stopAll(subjects []*subject) (err error) {
	for _, s := range subjects {
		err = errors.Join(err, s.stop())
	}
	return err
}

// warm makes calls until connections, pools and caches are as they stay, and checks the
// answers.
func (s *subject) warm(ctx context.Context, callers int) error {
	warmed := drive(ctx, callers, 150*time.Millisecond, s.call)
	if err := warmed.err(); err != nil {
		return fmt.Errorf("%s: %w", s.server, err)
	}
	return nil
}

// slice measures the server for a short time.
func (s *subject) slice(ctx context.Context, callers int, length time.Duration) error {
	before, err := processClock(s.pid)
	if err != nil {
		return err
	}
	done := drive(ctx, callers, length, s.call)
	after, err := processClock(s.pid)
	if err = errors.Join(err, done.err()); err != nil {
		return fmt.Errorf("%s: %w", s.server, err)
	}
	s.cpu = append(s.cpu, float64((after-before).Nanoseconds())/1000/float64(len(done.latencies)))
	s.latencies = append(s.latencies, done.latencies...)
	return nil
}
