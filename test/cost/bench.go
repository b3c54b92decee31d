package cost

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/sipfacade/sipfacade/test/cost/child"
)

// The servers that are compared. The tuned proxy runs with the garbage collector's
// setting of the service; it shows how much of a ratio is that setting.
const (
	Proxy       = "proxy"
	TunedProxy  = "proxy, GOGC=400"
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

// proxyArguments returns the arguments of each proxy.
func proxyArguments() map[string][]string {
	return map[string][]string{Proxy: nil, TunedProxy: {"-gogc=400"}, DecodeProxy: {"-decode"}}
}

// servers returns those that a kind of work is compared in.
func (w Work) servers(plan Plan) []string {
	servers := []string{Proxy}
	if w.Decoded {
		servers = append(servers, DecodeProxy)
	} else if plan.Full {
		servers = append(servers, TunedProxy)
	}
	return append(servers, OverGRPC, OverJSON)
}

// startAll starts the servers that a kind of work is compared in.
func (b *Bench) startAll(ctx context.Context, work Work, callers int, plan Plan) (subjects []*subject, err error) {
	for _, server := range work.servers(plan) {
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
	arguments, isProxy := proxyArguments()[server]
	if !isProxy {
		return b.startFacade(ctx, server, work, callers)
	}
	arguments = append(arguments, "-target="+b.vendor.Address)
	process, err := child.Start(filepath.Join(b.Tools, "proxy"), arguments...)
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
	return b.startWith(ctx, server, work, callers)
}

// startWith starts the service with more settings.
func (b *Bench) startWith(ctx context.Context, server string, work Work, callers int, more ...string) (*subject, error) {
	facade, err := StartFacade(ctx, b.Service, b.vendor.Address, more...)
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
	if server == OverJSON {
		call, disconnect := w.OverJSON(facade.HTTP, callers)
		return call, disconnect, nil
	}
	return w.OverGRPC(facade.GRPC)
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
