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
	baseURL, credentials   string // keys
	single, name, password string // keys: one credential, or two that belong together
	url                    string
	source                 CredentialSource
	given                  map[string]bool // which of the credential's keys are given
}

// vendors returns the two vendors as they are configured.
func (c *Config) vendors() []vendor {
	return []vendor{{
		baseURL: "opentact_base_url", credentials: "opentact_credentials",
		single: "opentact_token", name: "opentact_email", password: "opentact_password",
		url: c.OpentactBaseURL, source: c.OpentactCredentials,
		given: map[string]bool{
			"opentact_token":    c.OpentactToken.IsSet() || c.OpentactTokenFile != "",
			"opentact_email":    c.OpentactEmail != "",
			"opentact_password": c.OpentactPassword.IsSet() || c.OpentactPasswordFile != "",
		},
	}, {
		baseURL: "infinity_base_url", credentials: "infinity_credentials",
		single: "infinity_api_key", name: "infinity_username", password: "infinity_password",
		url: c.InfinityBaseURL, source: c.InfinityCredentials,
		given: map[string]bool{
			"infinity_api_key":  c.InfinityAPIKey.IsSet() || c.InfinityAPIKeyFile != "",
			"infinity_username": c.InfinityUsername != "",
			"infinity_password": c.InfinityPassword.IsSet() || c.InfinityPasswordFile != "",
		},
	}}
}

// keys returns the keys of the settings that only the real vendor needs.
func (v vendor) keys() []string {
	return slices.Concat([]string{v.baseURL}, v.singleKeys(), v.loginKeys())
}

// singleKeys returns the keys of the credential that is one value.
func (v vendor) singleKeys() []string { return []string{v.single, v.single + fileSuffix} }

// loginKeys returns the keys of the credential that is a name and a password.
func (v vendor) loginKeys() []string { return []string{v.name, v.password, v.password + fileSuffix} }

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
		usable = usable || v.source == CallerCredentials || len(v.present()) > 0 || found.unreadable[v.credentials]
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

// present returns the keys of the credential that are given.
func (v vendor) present() []string {
	var keys []string
	for _, key := range []string{v.single, v.name, v.password} {
		if v.given[key] {
			keys = append(keys, key)
		}
	}
	return keys
}

// check checks the credential of one vendor.
func (v vendor) check(found *findings) {
	name, password := v.given[v.name], v.given[v.password]
	switch {
	case v.source == CallerCredentials && len(v.present()) > 0:
		found.add(v.credentials, fmt.Sprintf("caller means that every call brings its own; remove %s, %s and %s, or choose service",
			v.single, v.name, v.password))
	case v.source == CallerCredentials:
	case v.given[v.single] && (name || password):
		found.add(v.single, fmt.Sprintf("give one, this or %s with %s, not both", v.name, v.password))
	case name && !password:
		found.addMissing(v.password, v.name+" needs it")
	case password && !name:
		found.addMissing(v.name, v.password+" needs it")
	}
}
