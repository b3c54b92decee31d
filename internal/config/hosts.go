package config

import (
	"cmp"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// hostname matches host names and IPv4 addresses.
var hostname = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?$`)

// AnyHost among the allowed hosts accepts every Host value.
const AnyHost = "*"

func checkAllowedHosts(c *Config, _ sources, found *findings) {
	for _, entry := range c.AllowedHosts {
		if entry != AnyHost && !isHost(entry) {
			found.add("allowed_hosts", "must be hosts such as sip.example.com or sip.example.com:8080, "+
				"separated by commas, or * for any; no URL, no space, no empty entry")
			return
		}
	}
}

// isHost reports whether the entry is a host or a host:port. An IPv6 address may
// be in brackets.
func isHost(entry string) bool {
	if _, err := netip.ParseAddr(entry); err == nil {
		return true
	}
	base, err := url.Parse("//" + entry)
	if err != nil || base.Host != entry || strings.HasSuffix(entry, ":") {
		return false
	}
	if _, err := strconv.ParseUint(cmp.Or(base.Port(), "0"), 10, 16); err != nil {
		return false
	}
	address, err := netip.ParseAddr(base.Hostname())
	return hostname.MatchString(base.Hostname()) || err == nil && address.Is6()
}
