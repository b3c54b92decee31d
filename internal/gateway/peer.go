package gateway

import (
	"net"
	"net/http"
	"net/netip"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/peer"
)

// textAddr is an address that has no IP and port.
type textAddr string

// Network returns no name: the address has none.
func (textAddr) Network() string { return "" }

// String returns the address as it came.
func (a textAddr) String() string { return string(a) }

// PeerOf describes an HTTP caller like a gRPC server does, with the client
// certificate if there is one, so that interceptors need not know the protocol.
func PeerOf(r *http.Request) *peer.Peer {
	caller := &peer.Peer{Addr: addrOf(r.RemoteAddr)}
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok {
		caller.LocalAddr = local
	}
	if r.TLS != nil {
		caller.AuthInfo = credentials.TLSInfo{
			State:          *r.TLS,
			CommonAuthInfo: credentials.CommonAuthInfo{SecurityLevel: credentials.PrivacyAndIntegrity},
		}
	}
	return caller
}

func addrOf(remote string) net.Addr {
	if addr, err := netip.ParseAddrPort(remote); err == nil {
		return net.TCPAddrFromAddrPort(addr)
	}
	return textAddr(remote)
}
