package server

import (
	"cmp"
	"net/http"
	"runtime/debug"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
	"github.com/sipfacade/sipfacade/internal/vendors"
)

// clients are those of both vendors, with what operators are told of them, and in the sandbox
// the emulators that they call.
type clients struct {
	opentact *opentact.Client
	infinity *infinity.Client
	watched  []*watchedVendor
	emulated *vendors.Emulated
}

// onlyGeneration is the generation of an API that has no other.
const onlyGeneration = 1

// connect builds the clients from the configuration, and opens the emulators in sandbox mode.
func (s *Server) connect() (*clients, error) {
	c := s.config
	overridden, err := vendors.ReadRoutes(c)
	if err != nil {
		return nil, err
	}
	watchedOpentact := s.watch(opentact.Vendor, c.OpentactGeneration, c.OpentactCredentials)
	watchedInfinity := s.watch(infinity.Vendor, onlyGeneration, c.InfinityCredentials)
	options := vendors.Options{
		OpenTACT: opentact.Options{
			Dialect: overridden.Dialect(c.OpentactGeneration),
			Options: s.pipelineOptions(watchedOpentact), FromCaller: c.OpentactCredentials == config.CallerCredentials,
		},
		Infinity: infinity.Options{
			Options: s.pipelineOptions(watchedInfinity), FromCaller: c.InfinityCredentials == config.CallerCredentials,
		},
	}
	options.OpenTACT.Paths, options.Infinity.Paths = overridden.OpenTACT.Paths, overridden.Infinity.Paths
	emulated, err := vendors.Locate(c, s.logger, &options)
	if err != nil {
		return nil, err
	}
	connected := &clients{
		opentact: opentact.New(options.OpenTACT), infinity: infinity.New(options.Infinity),
		watched: []*watchedVendor{watchedOpentact, watchedInfinity}, emulated: emulated,
	}
	watchedOpentact.begin(options.OpenTACT.BaseURL, connected.opentact.Status)
	watchedInfinity.begin(options.Infinity.BaseURL, connected.infinity.Status)
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

// faults returns the menu of faults of the emulators; nil outside of the sandbox.
func (c *clients) faults() http.Handler {
	if c.emulated.Menus == nil {
		return nil
	}
	return fault.NewAdmin(c.emulated.Menus, c.forgetFailures)
}

// forgetFailures ends the pauses and closes the breaker that a cleared fault of a vendor left
// behind.
func (c *clients) forgetFailures(vendor string) {
	switch vendor {
	case opentact.Vendor:
		c.opentact.ForgetFailures()
	case infinity.Vendor:
		c.infinity.ForgetFailures()
	}
}

// close closes the emulators if they are not served.
func (c *clients) close() {
	if c != nil {
		c.emulated.Close()
	}
}
