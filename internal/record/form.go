package record

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// form is a form of texts that tells what they are.
type form struct {
	has     func(text string) bool
	standIn func(r *replacer, text string) string
}

var (
	uuid     = newPattern(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	mac      = newPattern(`(?i)^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$`)
	bareMAC  = newPattern(`(?i)^[0-9a-f]{12}$`)
	mail     = newPattern(`^[^\s@<>:/]+@[^\s@<>:/]+$`)
	webURL   = newPattern(`(?i)^(https?|wss?|ftp)://\S+$`)
	sipURI   = newPattern(`(?i)^(sips?):\S+$`)
	telURI   = newPattern(`(?i)^tel:\S+$`)
	hostName = newPattern(`(?i)^([a-z0-9_]([a-z0-9_-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*\.?$`)
	phone    = newPattern(`^\+?\(?[0-9][0-9 ()./-]{5,20}[0-9]$`)
	hex      = newPattern(`(?i)^[0-9a-f]{8,}$`)
)

// forms returns those that are known, in the order in which they are looked at.
func forms() []form {
	return []form{
		{numeral.MatchString, (*replacer).otherNumber},
		{uuid.MatchString, (*replacer).uuid},
		{mac.MatchString, (*replacer).mac},
		{mail.MatchString, (*replacer).mail},
		{webURL.MatchString, (*replacer).url},
		{sipURI.MatchString, (*replacer).sip},
		{telURI.MatchString, func(r *replacer, text string) string { return "tel:" + r.international(text) }},
		{isAddress, (*replacer).address},
		{phone.MatchString, (*replacer).writtenPhone},
		{hostName.MatchString, (*replacer).host},
		{bareMAC.MatchString, (*replacer).bareMAC},
		{hex.MatchString, (*replacer).hex},
	}
}

// nobody is the UUID that the probe itself asks for, since no resource has it.
const nobody = "00000000-0000-4000-8000-000000000000"

// uuid returns another UUID.
func (r *replacer) uuid(text string) string {
	if text == nobody {
		return text
	}
	return r.standIn("uuid", strings.ToLower(text), numbered("00000000-0000-4000-8000-%012d"))
}

// mac returns a hardware address that no maker has.
func (r *replacer) mac(text string) string {
	return r.standIn("mac", text, func(n int) string {
		separator := text[2:3]
		octets := fmt.Sprintf("020000%06X", n+1)
		var parts []string
		for i := 0; i < len(octets); i += 2 {
			parts = append(parts, octets[i:i+2])
		}
		return sameCase(text, strings.Join(parts, separator))
	})
}

// bareMAC returns one without separators.
func (r *replacer) bareMAC(text string) string {
	return r.standIn("mac", text, func(n int) string { return sameCase(text, fmt.Sprintf("020000%06X", n+1)) })
}

// hex returns as many hexadecimal digits.
func (r *replacer) hex(text string) string {
	return r.standIn("hex", text, func(n int) string { return sameCase(text, fmt.Sprintf("A%0*X", len(text)-1, n+1)) })
}

// sameCase returns the hexadecimal digits in lower case if the text has lower case.
func sameCase(text, digits string) string {
	if strings.ContainsAny(text, "abcdef") {
		return strings.ToLower(digits)
	}
	return digits
}

// mail returns an e-mail address of example.com.
func (r *replacer) mail(text string) string {
	_, domain, _ := strings.Cut(text, "@")
	return r.standIn("user", text, numbered("user-%d")) + "@" + r.host(domain)
}

// host returns a name below example.com, or an address for an address.
func (r *replacer) host(text string) string {
	if isAddress(text) {
		return r.address(text)
	}
	return r.standIn("host", strings.ToLower(text), numbered("host-%d.example.com"))
}

// url returns a URL below example.com.
func (r *replacer) url(text string) string {
	scheme, rest, _ := strings.Cut(text, "://")
	made := strings.ToLower(scheme) + "://"
	address, err := url.Parse(text)
	if err != nil || address.Hostname() == "" {
		return made + r.host(rest)
	}
	made += r.hostAndPort(address.Host)
	if strings.Trim(address.Path, "/") != "" || address.RawQuery != "" || address.User != nil {
		return made + "/" + r.standIn("path", text, numbered("path-%d"))
	}
	return made + address.Path
}

// hostAndPort returns another host, and the port as it is.
func (r *replacer) hostAndPort(text string) string {
	host, port, err := net.SplitHostPort(text)
	if err != nil || !setting.MatchString(port) {
		return r.host(strings.Trim(text, "[]"))
	}
	return net.JoinHostPort(r.host(host), port)
}

// sip returns a SIP URI without its parameters.
func (r *replacer) sip(text string) string {
	scheme, rest, _ := strings.Cut(text, ":")
	rest, _, _ = strings.Cut(rest, ";")
	user, host, found := strings.Cut(rest, "@")
	if !found {
		return scheme + ":" + r.hostAndPort(rest)
	}
	if numeral.MatchString(user) || phone.MatchString(user) {
		user = r.byForm(user)
	} else {
		user = r.standIn("user", rest, numbered("user-%d"))
	}
	return scheme + ":" + user + "@" + r.hostAndPort(host)
}

// writtenPhone returns a telephone number, with a plus if the text has one.
func (r *replacer) writtenPhone(text string) string {
	if strings.HasPrefix(text, "+") {
		return r.international(text)
	}
	return r.standIn("telephone written", text, func(n int) string { return fmt.Sprintf("(%d) 555-01%02d", lowestArea+n/100%8, n%100) })
}

// international returns a telephone number with its plus. Its digits are those that stand for
// the number without the plus.
func (r *replacer) international(text string) string {
	bare := strings.Map(func(c rune) rune {
		if c < '0' || c > '9' {
			return -1
		}
		return c
	}, text)
	if len(bare) > shortestPhone && bare[0] != '0' {
		r.seen[text] = true
		return "+" + r.phone(bare)
	}
	return "+" + r.american("telephone", text, "1", lowestArea, highestArea)
}

// isAddress reports whether a text is an IP address, perhaps with a prefix length or a port.
func isAddress(text string) bool {
	_, _, ok := cutAddress(text)
	return ok
}

// cutAddress splits an IP address from its prefix length or port.
func cutAddress(text string) (address netip.Addr, rest string, ok bool) {
	if found, err := netip.ParseAddr(text); err == nil {
		return found, "", true
	}
	if found, err := netip.ParsePrefix(text); err == nil {
		return found.Addr(), fmt.Sprintf("/%d", found.Bits()), true
	}
	if found, err := netip.ParseAddrPort(text); err == nil {
		return found.Addr(), fmt.Sprintf(":%d", found.Port()), true
	}
	return netip.Addr{}, "", false
}

// address returns an IP address of the ranges that are kept for documentation.
func (r *replacer) address(text string) string {
	found, rest, _ := cutAddress(text)
	switch {
	case found.IsUnspecified():
		return text
	case found.Is4():
		return r.standIn("IPv4", found.String(), documentationAddress) + rest
	case strings.HasPrefix(rest, ":"):
		return "[" + r.address(found.String()) + "]" + rest
	default:
		return r.standIn("IPv6", found.String(), func(n int) string { return fmt.Sprintf("2001:db8::%x", n+1) }) + rest
	}
}

// documentationAddress returns the n-th address of the three ranges for documentation, and then of
// the one for measurements.
func documentationAddress(n int) string {
	ranges := []string{"192.0.2", "198.51.100", "203.0.113"}
	const each = 254
	if n < each*len(ranges) {
		return fmt.Sprintf("%s.%d", ranges[n/each], n%each+1)
	}
	n -= each * len(ranges)
	return fmt.Sprintf("198.18.%d.%d", n/each%each, n%each+1)
}
