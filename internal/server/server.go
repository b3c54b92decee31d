// Package server wires the rooms of the house together: listeners, interceptors,
// services, the JSON mirror and the admin door. It starts them in order and drains
// them in order.
package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/health"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/gateway"
	"github.com/sipfacade/sipfacade/internal/list"
	"github.com/sipfacade/sipfacade/internal/service"
	"github.com/sipfacade/sipfacade/internal/status"
	"github.com/sipfacade/sipfacade/internal/telemetry"
	"github.com/sipfacade/sipfacade/internal/validation"
)

// Server is the whole process: three doors and, in the sandbox, the emulated
// vendors behind them.
type Server struct {
	config    config.Config
	logger    *slog.Logger
	metrics   *telemetry.Metrics
	subjects  *status.Subjects
	validator *validation.Validator
	vendors   *vendors

	grpc     *grpc.Server
	checks   *health.Server
	ready    atomic.Bool
	grpcDoor net.Listener
	http     []*listening // in the order in which they are closed
	failed   chan error
}

// listening is an HTTP server with the listener that it serves.
type listening struct {
	name     string
	listener net.Listener
	server   *http.Server
}

// New builds the server and opens its listeners; nothing is served yet.
func New(c config.Config, version string, logger *slog.Logger) (*Server, error) {
	s := &Server{
		config: c, logger: logger, metrics: telemetry.NewMetrics(version),
		subjects: status.NewSubjects(service.VendorNames(), contract()...),
		failed:   make(chan error, 4),
	}
	steps := []struct {
		what string
		do   func() error
	}{
		{"compile the rules", s.compileRules},
		{"connect the vendors", s.connectVendors},
		{"build the doors", func() error { return s.buildDoors(version) }},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			s.closeListeners()
			return nil, fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return s, nil
}

func (s *Server) compileRules() (err error) {
	s.validator, err = validation.New(contract()...)
	return err
}

func (s *Server) connectVendors() (err error) {
	if s.vendors, err = connect(s.config, s.metrics, s.logger); err != nil {
		return err
	}
	s.http = append(s.http, s.vendors.emulators...)
	return nil
}

// buildDoors registers the services on both doors and opens the listeners. The
// sandbox closes last and the mirror first, since calls run from one to the other.
func (s *Server) buildDoors(version string) error {
	tokens, err := s.pageTokens()
	if err != nil {
		return err
	}
	s.grpc = newGRPC(s.chain("grpc"))
	conn := gateway.NewConn(asOne(interceptors(s.chain("http"))))
	for _, door := range []grpc.ServiceRegistrar{s.grpc, conn} {
		register(door, s.vendors, tokens)
	}
	s.checks = registerHealth(s.grpc)
	if s.config.Reflection {
		if err := registerReflection(s.grpc); err != nil {
			return err
		}
	}
	mirror, err := s.newMirror(conn)
	if err != nil {
		return err
	}
	admin := newAdmin(&s.ready, version, s.metrics, s.vendors.faults)
	return s.openListeners(mirror, admin)
}

// pageTokens seals with the configured key, or with one of this process alone.
func (s *Server) pageTokens() (*list.Tokens, error) {
	if s.config.PageTokenKey.IsSet() {
		return list.NewTokens([]byte(s.config.PageTokenKey.Reveal()))
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return list.NewTokens(key)
}

// openListeners opens the three doors.
func (s *Server) openListeners(mirror, admin http.Handler) (err error) {
	if s.grpcDoor, err = net.Listen("tcp", s.config.GRPCAddress); err != nil {
		return fmt.Errorf("grpc_address: %w", err)
	}
	adminDoor, err := net.Listen("tcp", s.config.AdminAddress)
	if err != nil {
		return fmt.Errorf("admin_address: %w", err)
	}
	s.http = append([]*listening{{"admin", adminDoor, newHTTP(admin)}}, s.http...)
	mirrorDoor, err := net.Listen("tcp", s.config.HTTPAddress)
	if err != nil {
		return fmt.Errorf("http_address: %w", err)
	}
	s.http = append([]*listening{{"http", mirrorDoor, newHTTP(mirror)}}, s.http...)
	return nil
}

func (s *Server) closeListeners() {
	if s.grpcDoor != nil {
		_ = s.grpcDoor.Close() // the reason for closing is reported already
	}
	for _, door := range s.http {
		_ = door.listener.Close()
	}
}

// Address is where a door listens: grpc, http, admin or sandbox.
func (s *Server) Address(door string) string {
	if door == "grpc" {
		return s.grpcDoor.Addr().String()
	}
	for _, other := range s.http {
		if other.name == door {
			return other.listener.Addr().String()
		}
	}
	return ""
}

// Run serves until the context ends, then drains. It returns nil after a clean
// drain.
func (s *Server) Run(ctx context.Context) error {
	s.serve()
	s.ready.Store(true)
	s.logger.Info("serving", "grpc", s.Address("grpc"), "http", s.Address("http"),
		"admin", s.Address("admin"), "sandbox", s.config.Sandbox)
	select {
	case err := <-s.failed:
		s.closeListeners()
		return err
	case <-ctx.Done():
		return s.drain()
	}
}

// serve starts every door.
func (s *Server) serve() {
	go func() {
		if err := s.grpc.Serve(s.grpcDoor); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			s.failed <- fmt.Errorf("serve grpc: %w", err)
		}
	}()
	for _, door := range s.http {
		go func() {
			if err := door.server.Serve(door.listener); !errors.Is(err, http.ErrServerClosed) {
				s.failed <- fmt.Errorf("serve %s: %w", door.name, err)
			}
		}()
	}
}

// drain stops in order: say so, wait for load balancers to see it, let calls in
// flight finish, end what is left.
func (s *Server) drain() error {
	s.logger.Info("draining", "delay", s.config.DrainDelay.String(), "timeout", s.config.DrainTimeout.String())
	s.ready.Store(false)
	s.checks.Shutdown()
	time.Sleep(s.config.DrainDelay)
	ctx, cancel := context.WithTimeout(context.Background(), s.config.DrainTimeout)
	defer cancel()
	s.stopGRPC(ctx)
	var err error
	for _, door := range s.http {
		err = errors.Join(err, s.stopHTTP(ctx, door))
	}
	s.logger.Info("stopped")
	return err
}

// stopGRPC lets calls finish until the context ends.
func (s *Server) stopGRPC(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.grpc.GracefulStop()
	}()
	select {
	case <-done:
	case <-ctx.Done():
		s.logger.Warn("calls in flight were ended", "door", "grpc")
		s.grpc.Stop()
		<-done
	}
}

// stopHTTP lets calls finish until the context ends.
func (s *Server) stopHTTP(ctx context.Context, door *listening) error {
	if err := door.server.Shutdown(ctx); err != nil {
		s.logger.Warn("calls in flight were ended", "door", door.name)
		return door.server.Close()
	}
	return nil
}
