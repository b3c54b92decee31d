package vendors

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/sipfacade/sipfacade/internal/sandbox/fault"
	sandboxinfinity "github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	sandboxopentact "github.com/sipfacade/sipfacade/internal/sandbox/opentact"
	"github.com/sipfacade/sipfacade/internal/upstream/infinity"
	"github.com/sipfacade/sipfacade/internal/upstream/opentact"
)

// Emulator is one emulated vendor.
type Emulator struct {
	// Name is that of its listener: sandbox-opentact or sandbox-infinity.
	Name     string
	Listener net.Listener
	Server   *http.Server
}

// Emulated are the emulated vendors.
type Emulated struct {
	Emulators []Emulator
	// Menus are the menus of faults by the name of the vendor; nil outside of the sandbox.
	Menus map[string]*fault.Menu
}

// headerTimeout is how long the headers of a request to an emulator may take to arrive.
const headerTimeout = 10 * time.Second

// emulate opens both emulators, each on a loopback socket of its own, so that calls take the
// whole real path, and logs in as their owners. Infinity's writes its date-times in the zone
// that its client reads them in.
func emulate(generation int, options *Options) (_ *Emulated, err error) {
	e := &Emulated{Menus: map[string]*fault.Menu{
		opentact.Vendor: sandboxopentact.NewFaultMenu(), infinity.Vendor: sandboxinfinity.NewFaultMenu(),
	}}
	options.OpenTACT.BaseURL, err = e.open("sandbox-opentact", sandboxopentact.BasePath, sandboxopentact.New(sandboxopentact.Options{
		Seed: true, Generation: sandboxopentact.Generation(generation), Faults: e.Menus[opentact.Vendor],
	}))
	if err != nil {
		return nil, err
	}
	options.Infinity.BaseURL, err = e.open("sandbox-infinity", sandboxinfinity.BasePath, sandboxinfinity.New(sandboxinfinity.Options{
		Seed: true, Zone: options.Infinity.Zone, Faults: e.Menus[infinity.Vendor],
	}))
	if err != nil {
		e.Close()
		return nil, err
	}
	options.OpenTACT.Email = sandboxopentact.DefaultEmail
	options.OpenTACT.Password = func() string { return sandboxopentact.DefaultPassword }
	options.Infinity.Username = sandboxinfinity.DefaultUsername
	options.Infinity.Password = func() string { return sandboxinfinity.DefaultPassword }
	return e, nil
}

// open opens the listener of one emulator and returns its base URL.
func (e *Emulated) open(name, path string, emulator http.Handler) (*url.URL, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", name, err)
	}
	e.Emulators = append(e.Emulators, Emulator{
		Name: name, Listener: listener, Server: &http.Server{Handler: emulator, ReadHeaderTimeout: headerTimeout},
	})
	return &url.URL{Scheme: "http", Host: listener.Addr().String(), Path: path}, nil
}

// Close closes the listeners of emulators that are not served.
func (e *Emulated) Close() {
	for _, emulator := range e.Emulators {
		_ = emulator.Listener.Close() // the reason for closing is reported already
	}
}
