package rig

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/sipfacade/sipfacade/internal/sandbox/infinity"
	"github.com/sipfacade/sipfacade/internal/sandbox/opentact"
)

// Vendor is an emulated vendor that is reached over a network, with a record of the
// writes that arrive.
type Vendor struct {
	Network *Network
	Writes  *Writes
	handler http.Handler
	server  *httptest.Server
	header  http.Header
}

// ServeOpenTACT serves an emulated OpenTACT behind a network until the test ends.
// Without keepAlive each connection carries one exchange, so that bytes are counted
// from its beginning.
func ServeOpenTACT(t testing.TB, emulator http.Handler, keepAlive bool) *Vendor {
	return serve(t, emulator, keepAlive, http.Header{"X-Auth-Token": {opentact.DefaultToken}})
}

// ServeInfinity does the same for Infinity.
func ServeInfinity(t testing.TB, emulator http.Handler, keepAlive bool) *Vendor {
	return serve(t, emulator, keepAlive, http.Header{"Authorization": {"ApiKey " + infinity.DefaultAPIKey}})
}

func serve(t testing.TB, emulator http.Handler, keepAlive bool, header http.Header) *Vendor {
	t.Helper()
	v := &Vendor{handler: emulator, header: header, Writes: NewWrites(emulator)}
	v.server = httptest.NewUnstartedServer(v.Writes)
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

// Settle closes the network and waits until the vendor has ended all requests.
func (v *Vendor) Settle() {
	v.Network.Close()
	v.server.Close()
}

// Ask reads a path below the vendor's base from the vendor itself.
func (v *Vendor) Ask(path string) string { return Ask(v.handler, path, v.header) }
