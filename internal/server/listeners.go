package server

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"

	"google.golang.org/grpc"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/listener"
)

// Limits of callers that do not read their answers.
const (
	// writeTimeout is how long a caller may take for the next part of an answer.
	writeTimeout = 20 * time.Second
	// maxPending is how many bytes of answers may wait on one connection; further
	// calls on it wait until the caller has read.
	maxPending = 32 << 20
)

// listening is an HTTP server with the listener that it serves.
type listening struct {
	name     string
	listener net.Listener
	server   *http.Server
}

// openListeners opens the three listeners.
func (s *Server) openListeners() (err error) {
	if s.grpcListener, err = s.open("grpc_address", s.config.GRPCAddress); err != nil {
		return err
	}
	json, err := s.open("http_address", s.config.HTTPAddress)
	if err != nil {
		return err
	}
	s.json = &listening{name: "http", listener: listener.HTTP(json, s.httpOptions())}
	admin, err := s.open("admin_address", s.config.AdminAddress)
	if err != nil {
		return err
	}
	s.rest = []*listening{{name: "admin", listener: listener.HTTP(admin, listener.HTTPOptions{Refuse: s.refuseHTTP})}}
	return nil
}

// httpOptions returns how the listener of the JSON API treats its connections.
func (s *Server) httpOptions() listener.HTTPOptions {
	options := listener.HTTPOptions{Refuse: s.refuseHTTP, HandshakeFailed: s.handshakeFailed}
	if s.callers.certificates != nil {
		options.TLS = s.callers.certificates.Config("http/1.1")
	}
	return options
}

// open opens the listener of a setting.
func (s *Server) open(setting, address string) (*listener.Listener, error) {
	opened, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", setting, notOpened(setting, address, err))
	}
	return listener.New(opened, listener.Options{WriteTimeout: writeTimeout, MaxPending: maxPending, Failing: func(err error) {
		s.logger.Error("a listener cannot accept connections", "setting", setting, "error", err.Error())
	}}), nil
}

// notOpened says why an address cannot be listened on, and where another one is set.
func notOpened(setting, address string, err error) error {
	for _, known := range []struct {
		cause error
		text  string
	}{
		{syscall.EADDRINUSE, "another process listens there; stop it, or set another address"},
		{syscall.EADDRNOTAVAIL, "this machine has no such address; set another one"},
		{syscall.EACCES, "this user may not open the port; set one from 1024 on"},
	} {
		if errors.Is(err, known.cause) {
			return fmt.Errorf("cannot listen on %s: %s with %s (port 0 picks a free one): %w",
				address, known.text, config.WaysToSet(setting), known.cause)
		}
	}
	return err
}

// closeListeners gives up what was opened; the reason is reported already.
func (s *Server) closeListeners() {
	if s.grpcListener != nil {
		_ = s.grpcListener.Close()
	}
	if s.json != nil {
		_ = s.json.listener.Close()
	}
	for _, other := range s.rest {
		_ = other.listener.Close()
	}
}

// Address is the address of a listener: grpc, http, admin, sandbox-opentact or
// sandbox-infinity.
func (s *Server) Address(name string) string {
	if name == "grpc" {
		return s.grpcListener.Addr().String()
	}
	for _, other := range append([]*listening{s.json}, s.rest...) {
		if other.name == name {
			return other.listener.Addr().String()
		}
	}
	return ""
}

// serve starts every listener.
func (s *Server) serve() {
	go func() {
		if err := s.grpc.Serve(s.grpcListener); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
			s.failed <- fmt.Errorf("serve grpc: %w", err)
		}
	}()
	for _, other := range append([]*listening{s.json}, s.rest...) {
		go func() {
			if err := other.server.Serve(other.listener); !errors.Is(err, http.ErrServerClosed) {
				s.failed <- fmt.Errorf("serve %s: %w", other.name, err)
			}
		}()
	}
}

// handshakeFailed logs a connection that failed before it carried a request.
func (s *Server) handshakeFailed(remote net.Addr, err error) {
	if errors.Is(err, net.ErrClosed) {
		return
	}
	s.logger.Info("TLS handshake failed", "remote", remote.String(), "error", err.Error())
}
