package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

const (
	grpcKey  = "grpc_address"
	httpKey  = "http_address"
	adminKey = "admin_address"
)

type listener struct {
	key, address string
}

func (c *Config) listeners() []listener {
	return append(c.calledListeners(), listener{adminKey, c.AdminAddress})
}

// calledListeners returns those that callers use.
func (c *Config) calledListeners() []listener {
	return []listener{{grpcKey, c.GRPCAddress}, {httpKey, c.HTTPAddress}}
}

// endpoint is a parsed host:port.
type endpoint struct {
	host string
	port uint16
}

func parseEndpoint(address string) (endpoint, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || strings.ContainsAny(host, " \t\r\n/@") {
		return endpoint{}, errors.New("must be host:port, for example 127.0.0.1:9090 or [::1]:9090")
	}
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return endpoint{}, errors.New("must end in a port from 0 to 65535, for example 127.0.0.1:9090")
	}
	return endpoint{host: host, port: uint16(number)}, nil
}

// IsLoopback reports whether only this machine goes by the name or address. It is
// false for names other than localhost: what they resolve to can change after the
// check.
func IsLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && address.Unmap().IsLoopback()
}

// isEverywhere reports whether the host means all interfaces.
func isEverywhere(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "" || err == nil && address.Unmap().IsUnspecified()
}

// overlaps reports whether only one of the two could listen.
func (e endpoint) overlaps(other endpoint) bool {
	if e.port == 0 || e.port != other.port {
		return false
	}
	return strings.EqualFold(e.host, other.host) || isEverywhere(e.host) || isEverywhere(other.host) ||
		strings.EqualFold(e.host, "localhost") && IsLoopback(other.host) ||
		strings.EqualFold(other.host, "localhost") && IsLoopback(e.host)
}

// isLocal reports whether only this machine can call the services.
func (c *Config) isLocal() bool {
	for _, listener := range c.calledListeners() {
		if e, err := parseEndpoint(listener.address); err != nil || !IsLoopback(e.host) {
			return false
		}
	}
	return true
}

func checkAddresses(c *Config, _ sources, found *findings) {
	for _, listener := range c.listeners() {
		if _, err := parseEndpoint(listener.address); err != nil {
			found.add(listener.key, err.Error())
		}
	}
}

func checkConflicts(c *Config, _ sources, found *findings) {
	all := c.listeners()
	for i, later := range all {
		for _, earlier := range all[:i] {
			one, err := parseEndpoint(earlier.address)
			two, otherErr := parseEndpoint(later.address)
			if err == nil && otherErr == nil && one.overlaps(two) {
				found.add(later.key, fmt.Sprintf("must differ from %s, or have port 0", earlier.key))
			}
		}
	}
}

// Exposed reports whether the address of a listener is beyond loopback.
func Exposed(address string) bool {
	parsed, err := parseEndpoint(address)
	return err == nil && !IsLoopback(parsed.host)
}

// checkExposure refuses listeners on which strangers could call, unless somebody
// accepted that, or may have in a file that cannot be read. The admin listener serves
// nothing there that callers could use.
func checkExposure(c *Config, _ sources, found *findings) {
	if c.InsecureNoAuth || found.unreadable["insecure_no_auth"] || found.unreadable[configKey] || c.Authenticates() {
		return
	}
	for _, listener := range c.calledListeners() {
		if Exposed(listener.address) {
			found.add(listener.key, "is not a loopback address, and callers are not authenticated; "+
				"use 127.0.0.1, set auth_tokens_file, auth_jwt_issuer or tls_client_ca_file, "+
				"or accept it with insecure_no_auth (SIPFACADE_INSECURE_NO_AUTH=true)")
		}
	}
}

// ProbeAddress returns the address at which this machine reaches the admin listener: on loopback if
// it listens on all interfaces, else at its own address.
func (c Config) ProbeAddress() string {
	host, port, err := net.SplitHostPort(c.AdminAddress)
	if err != nil || !isEverywhere(host) {
		return c.AdminAddress
	}
	return net.JoinHostPort("127.0.0.1", port)
}

// checkProbe checks the one setting that healthcheck needs.
func checkProbe(c *Config, _ sources, found *findings) {
	address, err := parseEndpoint(c.AdminAddress)
	if err == nil && address.port == 0 {
		err = errors.New("must have the port that the server listens on, not 0, to be probed")
	}
	if err != nil {
		found.add(adminKey, err.Error())
	}
}
