package config

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// vendor holds the keys and values of the settings of one vendor.
type vendor struct {
	baseURL, credentials   string     // keys
	single, name, password credential // one credential, or two that belong together
	url                    string
	source                 CredentialSource
}

// credential is the key of a setting with a credential, or with a part of one.
type credential struct {
	key   string
	given bool
}

// vendors returns the two vendors as they are configured.
func (c *Config) vendors() []vendor {
	return []vendor{{
		baseURL: "opentact_base_url", credentials: "opentact_credentials",
		single:   credential{"opentact_token", c.OpentactToken.IsSet() || c.OpentactTokenFile != ""},
		name:     credential{"opentact_email", c.OpentactEmail != ""},
		password: credential{"opentact_password", c.OpentactPassword.IsSet() || c.OpentactPasswordFile != ""},
		url:      c.OpentactBaseURL, source: c.OpentactCredentials,
	}, {
		baseURL: "infinity_base_url", credentials: "infinity_credentials",
		single:   credential{"infinity_api_key", c.InfinityAPIKey.IsSet() || c.InfinityAPIKeyFile != ""},
		name:     credential{"infinity_username", c.InfinityUsername != ""},
		password: credential{"infinity_password", c.InfinityPassword.IsSet() || c.InfinityPasswordFile != ""},
		url:      c.InfinityBaseURL, source: c.InfinityCredentials,
	}}
}

// keys returns the keys of the settings that only the real vendor needs.
func (v vendor) keys() []string {
	return slices.Concat([]string{v.baseURL}, v.singleKeys(), v.loginKeys())
}

// singleKeys returns the keys of the credential that is one value.
func (v vendor) singleKeys() []string { return []string{v.single.key, v.single.key + fileSuffix} }

// loginKeys returns the keys of the credential that is a name and a password.
func (v vendor) loginKeys() []string {
	return []string{v.name.key, v.password.key, v.password.key + fileSuffix}
}

// vendorKeys returns those keys of both vendors.
func vendorKeys() []string {
	var keys []string
	for _, v := range new(Config).vendors() {
		keys = append(keys, v.keys()...)
	}
	return keys
}

// checkSandbox refuses settings that the sandbox would ignore: a user who gives
// a vendor login expects to reach that vendor.
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

func checkBaseURLs(c *Config, _ sources, found *findings) {
	for _, v := range c.vendors() {
		if err := checkBaseURL(v.url); err != nil {
			found.add(v.baseURL, err.Error())
		}
	}
}

func checkTimeZone(c *Config, _ sources, found *findings) {
	if _, err := time.LoadLocation(c.InfinityTimeZone); err != nil || c.InfinityTimeZone == "Local" {
		found.add("infinity_time_zone", "must be a zone such as UTC or Europe/London")
	}
}

// checkBaseURL does not pass on the error of url.Parse, because it repeats the
// URL, which may hold a password.
func checkBaseURL(text string) error {
	base, err := url.Parse(text)
	switch {
	case err != nil, base.Opaque != "":
		return errors.New("must be a URL such as https://api.example.com/rest")
	case base.User != nil:
		return errors.New("must not hold a user or password; there are settings for them")
	case base.Hostname() == "":
		return errors.New("must be a URL with a host, such as https://api.example.com/rest")
	case base.Scheme != "https" && (base.Scheme != "http" || !IsLoopback(base.Hostname())):
		return errors.New("must begin with https://; plain http is accepted for loopback only")
	case strings.ContainsAny(text, "?#"):
		return errors.New("must not hold a query or a fragment")
	}
	return nil
}

// checkCredentials requires at most one way to log in to each vendor, none if
// callers bring their own, and a way to log in to at least one vendor.
func checkCredentials(c *Config, _ sources, found *findings) {
	if c.Sandbox || found.unreadable["sandbox"] {
		return
	}
	usable := false
	for _, v := range c.vendors() {
		usable = usable || v.source == CallerCredentials || v.isGiven() || found.unreadable[v.credentials]
		if !found.unreadable[v.credentials] {
			v.check(found)
		}
	}
	if !usable {
		found.addMissing("opentact_token", "give one, this or opentact_email with opentact_password, "+
			"or infinity_api_key, or infinity_username with infinity_password; "+
			"or let callers bring theirs with opentact_credentials=caller; or try it with sandbox=true")
	}
}

// isGiven reports whether a credential, or a part of one, is given.
func (v vendor) isGiven() bool { return v.single.given || v.name.given || v.password.given }

// check checks the credential of one vendor.
func (v vendor) check(found *findings) {
	switch {
	case v.source == CallerCredentials && v.isGiven():
		found.add(v.credentials, fmt.Sprintf("caller means that every call brings its own; remove %s, %s and %s, or choose service",
			v.single.key, v.name.key, v.password.key))
	case v.source == CallerCredentials:
	case v.single.given && (v.name.given || v.password.given):
		found.add(v.single.key, fmt.Sprintf("give one, this or %s with %s, not both", v.name.key, v.password.key))
	case v.name.given && !v.password.given:
		found.addMissing(v.password.key, v.name.key+" needs it")
	case v.password.given && !v.name.given:
		found.addMissing(v.name.key, v.password.key+" needs it")
	}
}
