package rig

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// Vendor is an emulated vendor behind a network, with a ledger at its door.
type Vendor struct {
	Network *Network
	Ledger  *Ledger
	handler http.Handler
	server  *httptest.Server
	header  http.Header
}

// ServeOpenTACT puts an emulated OpenTACT behind a network until the test ends.
func ServeOpenTACT(t testing.TB, emulator http.Handler, keepAlive bool) *Vendor {
	return serve(t, emulator, keepAlive, http.Header{"X-Auth-Token": {opentact.DefaultToken}})
}

// ServeInfinity is the same for Infinity.
func ServeInfinity(t testing.TB, emulator http.Handler, keepAlive bool) *Vendor {
	return serve(t, emulator, keepAlive, http.Header{"Authorization": {"ApiKey " + infinity.DefaultAPIKey}})
}

// serve: without keepAlive each connection carries one exchange, so that bytes are
// counted from its beginning.
func serve(t testing.TB, emulator http.Handler, keepAlive bool, header http.Header) *Vendor {
	t.Helper()
	v := &Vendor{handler: emulator, header: header, Ledger: NewLedger(emulator)}
	v.server = httptest.NewUnstartedServer(v.Ledger)
	v.server.Config.SetKeepAlivesEnabled(keepAlive)
	v.server.Start()
	t.Cleanup(v.server.Close)
	network, err := NewNetwork(strings.TrimPrefix(v.server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(network.Close)
	v.Network = network
	return v
}

// Settle ends the network and waits until the vendor is at rest.
func (v *Vendor) Settle() {
	v.Network.Close()
	v.server.Close()
}

// Ask reads a path below the vendor's base from the vendor itself.
func (v *Vendor) Ask(path string) string { return Ask(v.handler, path, v.header) }
