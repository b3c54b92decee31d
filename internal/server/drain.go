package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sipfacade/sipfacade/internal/config"
)

// flushTime is how long answers may take to reach their callers when the calls have
// ended.
const flushTime = 2 * time.Second

// drain stops the server in steps.
func (s *Server) drain() error {
	s.logger.Info("draining", "delay", s.config.DrainDelay.String(), "timeout", s.config.DrainTimeout.String())
	// 1. Report not ready, so that load balancers send no more calls.
	s.ready.Store(false)
	s.checks.Shutdown()
	// 2. Wait until they have seen it; calls are taken meanwhile.
	time.Sleep(s.config.DrainDelay)
	// 3. Accept nothing more on either protocol, and end the streams.
	close(s.draining)
	ctx, cancel := context.WithTimeout(context.Background(), s.config.DrainTimeout+config.WriteGrace+flushTime)
	defer cancel()
	// 4. At the deadline, end the calls that are still under way. Each answers what is
	// known of it; a write on the wire is given the grace to be answered.
	late := time.AfterFunc(s.config.DrainTimeout, s.endCalls)
	defer late.Stop()
	err := s.stopCallers(ctx)
	// 5. Close the ledger, which has the outcome of every call by now.
	err = errors.Join(err, s.closeLedger())
	// 6. Stop the emulated vendors, and what operators look at.
	err = errors.Join(err, s.stopRest(ctx))
	s.logger.Info("stopped")
	return err
}

// endCalls ends the calls that outlast the drain.
func (s *Server) endCalls() {
	s.logger.Warn("calls in flight are ended: the drain timeout has passed")
	s.calls.endAll()
}

// stopCallers stops the listeners of both protocols side by side, so that neither
// takes the other's time.
func (s *Server) stopCallers(ctx context.Context) (err error) {
	var both sync.WaitGroup
	both.Go(func() { s.stopGRPC(ctx) })
	both.Go(func() { err = s.stopHTTP(ctx, s.json) })
	both.Wait()
	return err
}

// stopRest stops the admin listener and, in the sandbox, the emulated vendors.
func (s *Server) stopRest(ctx context.Context) (err error) {
	for _, listening := range s.rest {
		err = errors.Join(err, s.stopHTTP(ctx, listening))
	}
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
		s.logger.Warn("connections were closed before their answers were read", "protocol", protocolGRPC)
		s.grpc.Stop()
		<-done
	}
}

// stopHTTP lets calls finish until the context ends.
func (s *Server) stopHTTP(ctx context.Context, stopped *listening) error {
	if err := stopped.server.Shutdown(ctx); err != nil {
		s.logger.Warn("connections were closed before their answers were read", "listener", stopped.name)
		return stopped.server.Close()
	}
	return nil
}
