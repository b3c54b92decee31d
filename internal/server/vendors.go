package server

import (
	"cmp"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	sandboxinfinity "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	sandboxopentact "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// vendors are the clients of both vendors, and in the sandbox what emulates them.
type vendors struct {
	opentact  *opentact.Client
	infinity  *infinity.Client
	watched   []*watchedVendor
	emulators []*listening
	faults    http.Handler // nil outside of the sandbox
}

// onlyGeneration is the generation of an API that has no other.
const onlyGeneration = 1

// connect builds the clients from the configuration, and starts the emulators in
// sandbox mode.
func (s *Server) connect() (*vendors, error) {
	c := s.config
	overridden, err := readRoutes(c)
	if err != nil {
		return nil, err
	}
	watchedOpentact := s.watch(opentact.Vendor, c.OpentactGeneration, c.OpentactCredentials)
	watchedInfinity := s.watch(infinity.Vendor, onlyGeneration, c.InfinityCredentials)
	toOpentact := opentact.Options{
		Dialect: overridden.dialect(c.OpentactGeneration),
		Options: s.pipelineOptions(watchedOpentact), FromCaller: c.OpentactCredentials == config.CallerCredentials,
	}
	toInfinity := infinity.Options{
		Options: s.pipelineOptions(watchedInfinity), FromCaller: c.InfinityCredentials == config.CallerCredentials,
	}
	toOpentact.Paths, toInfinity.Paths = overridden.opentact.Paths, overridden.infinity.Paths
	connected, err := located(c, s.logger, &toOpentact, &toInfinity)
	if err != nil {
		return nil, err
	}
	connected.opentact, connected.infinity = opentact.New(toOpentact), infinity.New(toInfinity)
	watchedOpentact.begin(toOpentact.BaseURL, connected.opentact.Status)
	watchedInfinity.begin(toInfinity.BaseURL, connected.infinity.Status)
	connected.watched = []*watchedVendor{watchedOpentact, watchedInfinity}
	for _, vendor := range connected.watched {
		s.metrics.Vendor(vendor.name, vendor.status)
	}
	return connected, nil
}

// pipelineOptions are the options of a vendor's pipeline that do not depend on its dialect.
func (s *Server) pipelineOptions(vendor *watchedVendor) upstream.Options {
	c := s.config
	return upstream.Options{
		Transport:   upstream.NewTransport(c.UpstreamMaxConnections),
		Timeout:     c.UpstreamTimeout,
		MaxBytes:    int64(c.UpstreamMaxBytes),
		Connections: c.UpstreamMaxConnections,
		Queue:       cmp.Or(c.UpstreamQueue, upstream.NoQueue),
		Memory:      s.memory,
		Breaker: upstream.Breaker{
			Volume: c.BreakerVolume, Ratio: c.BreakerRatio, Window: c.BreakerWindow, Pause: c.BreakerPause,
		},
		Grace:          config.WriteGrace,
		Observe:        vendor.exchanged,
		Found:          vendor.found,
		BreakerChanged: vendor.breakerChanged,
		Tracer:         s.exchangeTracer(),
	}
}

// The memory that vendor answers may take if no setting says so.
const (
	memoryShare   = 4 // of the process's limit
	largestBudget = 512 << 20
)

// memoryBudget is how much memory vendor answers may take.
func memoryBudget(c config.Config) int64 {
	if c.UpstreamMemory > 0 {
		return int64(c.UpstreamMemory)
	}
	return min(debug.SetMemoryLimit(-1)/memoryShare, largestBudget)
}

// located points the clients at the vendors, with the credentials for them: at the real ones,
// or in sandbox mode at emulators, which listen then.
func located(c config.Config, logger *slog.Logger, toOpentact *opentact.Options, toInfinity *infinity.Options) (*vendors, error) {
	zone, err := time.LoadLocation(c.InfinityTimeZone)
	if err != nil {
		return nil, fmt.Errorf("infinity_time_zone: %w", err)
	}
	toInfinity.Zone = zone
	reached := &vendors{}
	if c.Sandbox {
		err = reached.emulate(c.OpentactGeneration, toOpentact, toInfinity)
	} else {
		err = configured(c, logger, toOpentact, toInfinity)
	}
	if err != nil {
		reached.close()
		return nil, err
	}
	return reached, nil
}

// configured points the clients at the real vendors.
func configured(c config.Config, logger *slog.Logger, toOpentact *opentact.Options, toInfinity *infinity.Options) (err error) {
	if toOpentact.BaseURL, err = url.Parse(c.OpentactBaseURL); err != nil {
		return fmt.Errorf("opentact_base_url: %w", err)
	}
	if toInfinity.BaseURL, err = url.Parse(c.InfinityBaseURL); err != nil {
		return fmt.Errorf("infinity_base_url: %w", err)
	}
	if c.OpentactToken.IsSet() {
		toOpentact.Token = revealed(logger, "opentact_token", c.OpentactToken)
	}
	if c.OpentactPassword.IsSet() {
		toOpentact.Email, toOpentact.Password = c.OpentactEmail, revealed(logger, "opentact_password", c.OpentactPassword)
	}
	if c.InfinityAPIKey.IsSet() {
		toInfinity.APIKey = revealed(logger, "infinity_api_key", c.InfinityAPIKey)
	}
	if c.InfinityPassword.IsSet() {
		toInfinity.Username, toInfinity.Password = c.InfinityUsername, revealed(logger, "infinity_password", c.InfinityPassword)
	}
	return nil
}

// revealed returns the secret at each use, as its file has it then. A new file that
// cannot be read leaves the old value in use, and is logged once.
func revealed(logger *slog.Logger, key string, secret config.Secret) func() string {
	var logged atomic.Pointer[string]
	return func() string {
		value, err := secret.Reveal(), secret.Err()
		if err == nil {
			logged.Store(nil)
			return value
		}
		problem := err.Error()
		if before := logged.Swap(&problem); before == nil || *before != problem {
			logger.Error("a secret's file cannot be read; its last value stays in use", "setting", key, "error", problem)
		}
		return value
	}
}

// emulate starts both emulators, each on a loopback socket of its own, so that calls
// take the whole real path, and logs in as their owners. Infinity's writes its date-times in
// the zone that its client reads them in.
func (v *vendors) emulate(generation int, toOpentact *opentact.Options, toInfinity *infinity.Options) (err error) {
	menus := map[string]*fault.Menu{
		opentact.Vendor: sandboxopentact.NewFaultMenu(), infinity.Vendor: sandboxinfinity.NewFaultMenu(),
	}
	v.faults = fault.NewAdmin(menus, v.forgetFailures)
	toOpentact.BaseURL, err = v.start("sandbox-opentact", sandboxopentact.BasePath,
		sandboxopentact.New(sandboxopentact.Options{Seed: true, Generation: sandboxopentact.Generation(generation), Faults: menus[opentact.Vendor]}))
	if err != nil {
		return err
	}
	toInfinity.BaseURL, err = v.start("sandbox-infinity", sandboxinfinity.BasePath,
		sandboxinfinity.New(sandboxinfinity.Options{Seed: true, Zone: toInfinity.Zone, Faults: menus[infinity.Vendor]}))
	if err != nil {
		return err
	}
	toOpentact.Email = sandboxopentact.DefaultEmail
	toOpentact.Password = func() string { return sandboxopentact.DefaultPassword }
	toInfinity.Username = sandboxinfinity.DefaultUsername
	toInfinity.Password = func() string { return sandboxinfinity.DefaultPassword }
	return nil
}

// forgetFailures ends the pauses and closes the breaker that a cleared fault of a vendor left
// behind.
func (v *vendors) forgetFailures(vendor string) {
	switch vendor {
	case opentact.Vendor:
		v.opentact.ForgetFailures()
	case infinity.Vendor:
		v.infinity.ForgetFailures()
	}
}

// start opens the listener of one emulator and returns its base URL.
func (v *vendors) start(name, path string, emulator http.Handler) (*url.URL, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", name, err)
	}
	v.emulators = append(v.emulators, &listening{name: name, listener: listener, server: &http.Server{Handler: emulator, ReadHeaderTimeout: headerTimeout}})
	return &url.URL{Scheme: "http", Host: listener.Addr().String(), Path: path}, nil
}

// close closes the listeners of emulators that are not served.
func (v *vendors) close() {
	if v == nil {
		return
	}
	for _, emulator := range v.emulators {
		_ = emulator.listener.Close() // the reason for closing is reported already
	}
}
