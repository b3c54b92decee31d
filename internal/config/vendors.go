package config

import (
	"errors"
	"net/url"
	"strings"
)

const opentactBaseURLKey = "opentact_base_url"

// vendorKeys are the settings that reach a real vendor.
func vendorKeys() []string {
	return []string{
		opentactBaseURLKey, "opentact_token", "opentact_token_file",
		"opentact_email", "opentact_password", "opentact_password_file",
	}
}

// checkSandbox refuses what the sandbox would ignore: whoever gives a vendor
// login expects to reach that vendor.
func checkSandbox(c *Config, origin sources, found *findings) {
	if !c.Sandbox {
		return
	}
	for _, key := range vendorKeys() {
		if origin.given(key) {
			found.add(key, "the sandbox emulates the vendors and uses no vendor account; remove this, or turn sandbox off")
		}
	}
}

func checkOpentactBaseURL(c *Config, _ sources, found *findings) {
	if err := checkBaseURL(c.OpentactBaseURL); err != nil {
		found.add(opentactBaseURLKey, err.Error())
	}
}

// checkBaseURL does not pass on what url.Parse says, because that repeats the
// URL, and with it a password that may be in it.
func checkBaseURL(text string) error {
	base, err := url.Parse(text)
	switch {
	case err != nil, base.Opaque != "":
		return errors.New("must be a URL such as https://api.example.com/rest")
	case base.User != nil:
		return errors.New("must not hold a user or password; there are settings for them")
	case base.Hostname() == "":
		return errors.New("must be a URL with a host, such as https://api.example.com/rest")
	case base.Scheme != "https" && (base.Scheme != "http" || !isLoopback(base.Hostname())):
		return errors.New("must begin with https://; plain http is accepted for loopback only")
	case strings.ContainsAny(text, "?#"):
		return errors.New("must not hold a query or a fragment")
	}
	return nil
}

// checkOpentactCredentials wants exactly one way to log in for the service, and
// none when callers bring their own.
func checkOpentactCredentials(c *Config, _ sources, found *findings) {
	if c.Sandbox || found.unreadable["sandbox"] || found.unreadable["opentact_credentials"] {
		return
	}
	login := opentactLogin{
		token:    c.OpentactToken.IsSet() || c.OpentactTokenFile != "",
		email:    c.OpentactEmail != "",
		password: c.OpentactPassword.IsSet() || c.OpentactPasswordFile != "",
	}
	if c.OpentactCredentials == CallerCredentials {
		login.checkNone(found)
		return
	}
	login.checkOne(found)
}

// opentactLogin says which parts of a login are given.
type opentactLogin struct {
	token, email, password bool
}

func (l opentactLogin) checkNone(found *findings) {
	if l.token || l.email || l.password {
		found.add("opentact_credentials", "caller means that every call brings its own token; "+
			"remove opentact_token, opentact_email and opentact_password, or choose service")
	}
}

func (l opentactLogin) checkOne(found *findings) {
	const login = "opentact_email with opentact_password"
	switch {
	case l.token && (l.email || l.password):
		found.add("opentact_token", "give one, this or "+login+", not both")
	case !l.token && !l.email && !l.password:
		found.add("opentact_token", "missing; give one, this or "+login+
			"; or let callers bring theirs with opentact_credentials=caller; or try it with sandbox=true")
	case l.email && !l.password:
		found.add("opentact_password", "missing; opentact_email needs it")
	case l.password && !l.email:
		found.add("opentact_email", "missing; opentact_password needs it")
	}
}
