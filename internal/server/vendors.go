package server

import (
	"fmt"
	"net"
	"net/http"
	"net/url"

	"github.com/sipfacade/sipfacade/internal/config"
	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	sandbox "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/internal/telemetry"
	"github.com/sipfacade/sipfacade/internal/upstream"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// openTACT is the vendor that the configuration names, or its emulator.
type openTACT struct {
	client   *opentact.Client
	emulator *listening // nil outside of the sandbox
	faults   http.Handler
}

// newOpenTACT builds the client, and starts the emulator in sandbox mode.
func newOpenTACT(c config.Config, metrics *telemetry.Metrics) (*openTACT, error) {
	options := opentact.Options{
		Transport:  upstream.NewTransport(),
		Timeout:    c.UpstreamTimeout,
		MaxBytes:   int64(c.UpstreamMaxBytes),
		FromCaller: c.OpentactCredentials == config.CallerCredentials,
		Observe:    metrics.Upstream,
		Misread: func(operation, member string, count int) {
			metrics.Misread(opentact.Vendor, operation, member, count)
		},
	}
	vendor := &openTACT{}
	if c.Sandbox {
		if err := vendor.emulate(&options); err != nil {
			return nil, err
		}
	} else if err := configured(c, &options); err != nil {
		return nil, err
	}
	vendor.client = opentact.New(options)
	return vendor, nil
}

// configured points the client at the real vendor.
func configured(c config.Config, options *opentact.Options) (err error) {
	if options.BaseURL, err = url.Parse(c.OpentactBaseURL); err != nil {
		return fmt.Errorf("opentact_base_url: %w", err)
	}
	if c.OpentactToken.IsSet() {
		options.Token = c.OpentactToken.Reveal
		return nil
	}
	options.Email, options.Password = c.OpentactEmail, c.OpentactPassword.Reveal
	return nil
}

// emulate starts the emulator on a loopback socket of its own, so that calls take
// the whole real path, and logs in as its owner.
func (v *openTACT) emulate(options *opentact.Options) error {
	menu := sandbox.NewFaultMenu()
	emulator := sandbox.New(sandbox.Options{Seed: true, Faults: menu})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for the OpenTACT emulator: %w", err)
	}
	v.emulator = &listening{name: "sandbox", listener: listener, server: newHTTP(emulator)}
	v.faults = fault.NewAdmin(map[string]*fault.Menu{opentact.Vendor: menu})
	options.BaseURL = &url.URL{Scheme: "http", Host: listener.Addr().String(), Path: sandbox.BasePath}
	options.Email = sandbox.DefaultEmail
	options.Password = func() string { return sandbox.DefaultPassword }
	return nil
}
