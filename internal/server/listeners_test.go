package server

import (
	"net"
	"strings"
	"testing"
)

// TestAddressThatIsTaken: the error names the setting, what is wrong, and how to set another
// address.
func TestAddressThatIsTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }() // the test is over
	address := taken.Addr().String()
	for where, want := range map[string]string{
		address:       "grpc_address: cannot listen on " + address + ": another process listens there; stop it, or set another address with --grpc-address or SIPFACADE_GRPC_ADDRESS (port 0 picks a free one)",
		"192.0.2.1:0": "grpc_address: cannot listen on 192.0.2.1:0: this machine has no such address; set another one with --grpc-address or SIPFACADE_GRPC_ADDRESS",
	} {
		if _, err := new(Server).open("grpc_address", where); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}
