// Package server wires the parts of sipfacade: listeners, interceptors, services,
// the JSON gateway and the admin listener. It starts them in order and drains them
// in order.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/gateway"
	"github.com/sipfacade/sipfacade/internal/generation"
	"github.com/sipfacade/sipfacade/internal/idempotency"
	"github.com/sipfacade/sipfacade/internal/ledger"
	"github.com/sipfacade/sipfacade/internal/listener"
	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/opentactapi"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/telemetry"
	"github.com/sipfacade/sipfacade/internal/tracing"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/validation"
)

// Process is what the server is given beside its configuration.
type Process struct {
	// Version and Commit are those of the binary.
	Version, Commit string
	// Tracer follows calls; nil if they are not traced. The server shuts it down when it
	// has drained.
	Tracer *tracing.Tracer
	// LostLines counts the lines of the log that were lost; nil if none can be.
	LostLines func() int
}

// Server is the whole process: its three listeners and, in the sandbox, the emulated
// vendors behind them.
type Server struct {
	config    config.Config
	process   Process
	tracer    *tracing.Tracer // nil if calls are not traced
	started   time.Time
	logger    *slog.Logger
	metrics   *telemetry.Metrics
	subjects  *status.Subjects
	validator *validation.Validator
	// generation knows what the spoken generation of OpenTACT's API has.
	generation *generation.Checker
	memory     *upstream.Memory
	answers    *answers
	receiver   *receiver
	streams    *callLimit
	reads      map[string]bool // the methods without side effects
	clients    *clients
	ledger     *ledger.Ledger // nil if it is off
	calls      *calls
	callers    *callers

	keyed       *keyed // what page_token_key is for
	ledgerPlace string // where the ledger is, without credentials

	idempotency *idempotency.Interceptor

	grpc         *grpc.Server
	grpcListener *listener.Listener
	checks       *health.Server
	gateway      *gateway.Gateway
	json         *listening
	rest         []*listening // the admin listener and the emulators, in the order of closing
	ready        atomic.Bool
	draining     chan struct{} // closed when the server takes no more calls
	failed       chan error
}

// New builds the server and opens its listeners; nothing is served yet.
func New(c config.Config, process Process, logger *slog.Logger) (*Server, error) {
	s := &Server{
		config: c, process: process, tracer: process.Tracer, started: time.Now(), logger: logger, metrics: telemetry.NewMetrics(process.Version),
		subjects: status.NewSubjects(VendorNames(), mapping.NaturalKeys(), contractServices()...),
		memory:   upstream.NewMemory(memoryBudget(c)), answers: newAnswers(memoryBudget(c) / 2), calls: newCalls(),
		streams: newCallLimit(maxOpenStreams), reads: readMethods(), draining: make(chan struct{}), failed: make(chan error, 5),
	}
	if process.LostLines != nil {
		s.metrics.LostLines(process.LostLines)
	}
	s.receiver = newReceiver(func(method string, err error) error { return s.final(method, nil, err) })
	steps := []struct {
		what string
		do   func() error
	}{
		{"compile the rules", s.compileRules},
		{"read what is known about callers", s.setUpCallers},
		{"open the listeners", s.openListeners},
		{"connect the vendors", s.connectVendors},
		{"open the ledger", s.openLedger},
		{"build the services", s.buildServices},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			s.closeListeners()
			s.clients.close()
			s.callers.close()
			return nil, errors.Join(fmt.Errorf("%s: %w", step.what, err), s.closeLedger())
		}
	}
	return s, nil
}

func (s *Server) compileRules() (err error) {
	s.generation = generation.New(opentactapi.Generation(s.config.OpentactGeneration), contractServices()...)
	if s.validator, err = validation.New(contractServices()...); err == nil {
		s.validator = s.validator.Lacking(s.generation.Lacks)
	}
	return err
}

func (s *Server) connectVendors() (err error) {
	s.clients, err = s.connect()
	return err
}

// buildServices registers the services with both protocols.
func (s *Server) buildServices() error {
	backends, err := s.newBackends()
	if err != nil {
		return err
	}
	if s.idempotency, err = s.newIdempotency(backends); err != nil {
		return err
	}
	s.grpc = s.newGRPC(asOne(interceptors(s.chain(protocolGRPC))))
	conn := gateway.NewConn(asOne(interceptors(s.chain(protocolHTTP))))
	register(receiving{s.grpc, s.receiver}, backends)
	register(conn, backends)
	s.checks = registerHealth(s.grpc, s.receiver)
	if s.config.Reflection {
		registerReflection(s.grpc)
	}
	handler, err := s.newJSON(conn)
	if err != nil {
		return err
	}
	s.json.server = s.newHTTP(handler)
	admin, err := s.newAdmin()
	if err != nil {
		return err
	}
	s.rest[0].server = s.newHTTP(identifyHTTP(s.observeAdmin(s.guarded(admin))))
	for _, emulator := range s.clients.emulated.Emulators {
		emulator.Server.ErrorLog = s.libraryLog()
		s.rest = append(s.rest, &listening{name: emulator.Name, listener: emulator.Listener, server: emulator.Server})
	}
	return nil
}

// Run serves until the context ends, then drains. It returns nil after a clean
// drain.
func (s *Server) Run(ctx context.Context) error {
	defer s.callers.close()
	defer s.follow()()
	s.warn()
	s.serve()
	s.ready.Store(true)
	s.logger.Info("serving", "grpc", s.Address("grpc"), "http", s.Address("http"),
		"admin", s.Address("admin"), "sandbox", s.config.Sandbox)
	select {
	case err := <-s.failed:
		s.closeListeners()
		return errors.Join(err, s.closeLedger())
	case <-ctx.Done():
		return s.drain()
	}
}
