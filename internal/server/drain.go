package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sipfacade/sipfacade/internal/config"
)

// The last moments of a drain, after the calls have ended.
const (
	// flushTime is how long answers may take to reach their callers.
	flushTime = 2 * time.Second
	// exportTime is how long the last traces may take to reach their collector, if the
	// calls have used up all other time.
	exportTime = time.Second
	// longestExport is how long they may take at most: a collector that does not answer must not
	// keep an idle server from stopping.
	longestExport = 5 * time.Second
)

// LongestStop is how long a server may take to stop: the process must not be killed before.
func LongestStop(c config.Config, traced bool) time.Duration {
	if traced {
		return drainTime(c) + exportTime
	}
	return drainTime(c)
}

// drainTime is the time after which every caller should have its answer.
func drainTime(c config.Config) time.Duration {
	return c.DrainDelay + c.DrainTimeout + config.WriteGrace + flushTime
}

// drainStep is one step of a drain. Its context ends when every caller should have its
// answer.
type drainStep struct {
	what string
	do   func(ctx context.Context) error
}

// drainSteps are the steps of a drain, in their order.
func (s *Server) drainSteps() []drainStep {
	return []drainStep{
		{"1. report not ready, so that load balancers send no more calls", s.reportNotReady},
		{"2. wait until they have seen it; calls are taken meanwhile", s.waitForBalancers},
		{"3. end the streams, which would last longer than any call", s.endOpenStreams},
		{"4. accept nothing more and let calls finish, both protocols side by side", s.finishCalls},
		{"5. close the ledger, which has the outcome of every call by now", func(context.Context) error { return s.closeLedger() }},
		{"6. export the last traces", s.flushTraces},
		{"7. stop the emulated vendors and the admin listener", s.stopRest},
	}
}

// drain stops the server in steps. All steps after the second share one deadline. A step
// that fails does not keep the next ones from being taken.
func (s *Server) drain() (err error) {
	s.logger.Info("draining", "delay", s.config.DrainDelay.String(), "timeout", s.config.DrainTimeout.String())
	ctx, cancel := context.WithTimeout(context.Background(), drainTime(s.config))
	defer cancel()
	for _, step := range s.drainSteps() {
		began := time.Now()
		err = errors.Join(err, step.do(ctx))
		s.logger.Debug("drain", "step", step.what, "took_ms", milliseconds(time.Since(began)))
	}
	s.logger.Info("stopped")
	return err
}

// reportNotReady makes /readyz and the health of every service say that the server is not ready.
func (s *Server) reportNotReady(context.Context) error {
	s.ready.Store(false)
	s.checks.Shutdown()
	return nil
}

// waitForBalancers lets the drain delay pass.
func (s *Server) waitForBalancers(context.Context) error {
	time.Sleep(s.config.DrainDelay)
	return nil
}

// endOpenStreams ends reflection and health Watch.
func (s *Server) endOpenStreams(context.Context) error {
	close(s.draining)
	return nil
}

// finishCalls lets calls finish. When the drain timeout has passed, those that are still under
// way are ended: each answers what is known of it, and a write on the wire is given the grace
// to be answered.
func (s *Server) finishCalls(ctx context.Context) error {
	late := time.AfterFunc(s.config.DrainTimeout, s.endCalls)
	defer late.Stop()
	return s.stopCallers(ctx)
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
