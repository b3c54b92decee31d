//go:build unix

// Package closedport gives tests an address at which nobody listens. The port stays taken
// until the test ends, so that no other test or process gets it in the meantime.
package closedport

import (
	"net/netip"
	"syscall"
	"testing"
)

// Address returns a loopback address that refuses connections until the test ends.
func Address(t testing.TB) string {
	t.Helper()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Close(socket) }) // nothing was sent
	loopback := netip.MustParseAddr("127.0.0.1")
	if err := syscall.Bind(socket, &syscall.SockaddrInet4{Addr: loopback.As4()}); err != nil {
		t.Fatal(err)
	}
	bound, err := syscall.Getsockname(socket)
	if err != nil {
		t.Fatal(err)
	}
	return netip.AddrPortFrom(loopback, uint16(bound.(*syscall.SockaddrInet4).Port)).String()
}
