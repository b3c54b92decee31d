// Package accountcheck checks the vendor accounts of a configuration, or the emulated vendors: it
// gives package probe the clients and the routes that the services read by, and package record
// what the vendors answered. It changes nothing at a vendor.
package accountcheck

import (
	"context"
	"log/slog"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/mapping"
	"github.com/sipfacade/sipfacade/internal/probe"
	"github.com/sipfacade/sipfacade/internal/record"
	infinityservice "github.com/sipfacade/sipfacade/internal/service/infinity"
	opentactservice "github.com/sipfacade/sipfacade/internal/service/opentact"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
	"github.com/sipfacade/sipfacade/internal/vendors"
)

// Probe checks the vendor accounts of a configuration, or the emulated vendors, and changes
// nothing there. Its error is a mistake in the configuration.
func Probe(ctx context.Context, c config.Config, logger *slog.Logger) (*probe.Report, error) {
	check, err := newCheck(c, logger)
	if err != nil {
		return nil, err
	}
	return check.run(ctx), nil
}

// check is a check of both vendors that has not begun.
type check struct {
	targets      []*probe.Target
	emulated     *vendors.Emulated
	overridden   vendors.Overrides
	confidential []record.Confidential
}

// newCheck reads the configuration. The emulators listen, if they are asked for.
func newCheck(c config.Config, logger *slog.Logger) (*check, error) {
	overridden, err := vendors.ReadRoutes(c)
	if err != nil {
		return nil, err
	}
	options := vendors.Options{OpenTACT: opentact.Options{Dialect: overridden.Dialect(c.OpentactGeneration)}}
	emulated, err := vendors.Locate(c, logger, &options)
	if err != nil {
		return nil, err
	}
	return &check{
		targets:  []*probe.Target{probeOpentact(c, overridden, options.OpenTACT), probeInfinity(c, overridden, options.Infinity)},
		emulated: emulated, overridden: overridden, confidential: confidential(c, options),
	}, nil
}

// run checks the vendors, one after the other.
func (c *check) run(ctx context.Context) *probe.Report {
	for _, emulator := range c.emulated.Emulators {
		go func() { _ = emulator.Server.Serve(emulator.Listener) }() // ends when it is closed
		defer func() { _ = emulator.Server.Close() }()               // nothing is under way then
	}
	return probe.Run(ctx, c.targets...)
}

// probeOptions complete a target with its transport, and are the options of its client. The
// breaker stays closed: a failing route says nothing of the next.
func probeOptions(c config.Config, target *probe.Target, options upstream.Options) upstream.Options {
	transport := upstream.NewTransport(1)
	transport.DisableKeepAlives = true // nothing is left open afterwards
	target.Capture = &probe.Capture{Next: transport, Limit: int64(c.UpstreamMaxBytes)}
	options.Transport, options.Found = target.Capture, target.Found
	options.Timeout, options.MaxBytes = c.UpstreamTimeout, int64(c.UpstreamMaxBytes)
	options.Breaker = upstream.Breaker{Volume: probeVolume, Ratio: 1}
	return options
}

// probeVolume is more calls than a check makes.
const probeVolume = 10_000

// absent says why a vendor cannot be checked; empty if it can.
func absent(source config.CredentialSource, given bool) string {
	switch {
	case source == config.CallerCredentials:
		return "callers bring their own credentials; give one to check the vendor with"
	case !given:
		return "no credential is configured"
	default:
		return ""
	}
}

// probeOpentact returns what the probe needs to check OpenTACT.
func probeOpentact(c config.Config, overridden vendors.Overrides, options opentact.Options) *probe.Target {
	target := &probe.Target{
		Vendor: opentact.Vendor, Dialect: mapping.OpenTACT, Generation: c.OpentactGeneration,
		Absent: absent(c.OpentactCredentials, options.Token != nil || options.Password != nil),
	}
	routes, reads := probe.OpenTACTRoutes(c.OpentactGeneration, overridden.OpenTACT.Paths, opentactservice.ReadsInto)
	target.Routes, target.Login = routes, probe.NewRoute(login(overridden.OpenTACT.Paths), "OpentactUser")
	options.Options = probeOptions(c, target, options.Options)
	options.Paths = map[string]string{target.Login.Operation: target.Login.Path} // the other paths are those of the routes that are tried
	client := opentact.New(options)
	target.Call = func(ctx context.Context, route *probe.Route, parameters []string) error {
		return opentactservice.ReadAnswer(ctx, client, reads[route], parameters)
	}
	return target
}

// login returns the route of the login, with the path that overrides its own.
func login(overridden map[string]string) *upstream.Route {
	route := *opentact.LoginRoute()
	if path, ok := overridden[route.Operation]; ok {
		route.Path = path
	}
	return &route
}

// probeInfinity returns what the probe needs to check Infinity.
func probeInfinity(c config.Config, overridden vendors.Overrides, options infinity.Options) *probe.Target {
	target := &probe.Target{
		Vendor: infinity.Vendor, Dialect: mapping.Infinity,
		Absent: absent(c.InfinityCredentials, options.APIKey != nil || options.Password != nil),
	}
	reads := map[*probe.Route]*upstream.Route{}
	for _, read := range infinityservice.ReadRoutes() {
		made := *read.Route
		if path, ok := overridden.Infinity.Paths[made.Operation]; ok {
			made.Path = path
		}
		route := probe.NewRoute(&made, read.Message)
		target.Routes, reads[route] = append(target.Routes, route), &made
	}
	probe.SortByParameters(target.Routes)
	options.Options = probeOptions(c, target, options.Options)
	client := infinity.New(options)
	target.Call = func(ctx context.Context, route *probe.Route, parameters []string) error {
		return infinityservice.ReadAnswer(ctx, client, reads[route], parameters)
	}
	return target
}
