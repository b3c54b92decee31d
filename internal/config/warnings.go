package config

import "fmt"

// Warning is a warning about a setting that is valid.
type Warning struct {
	// Key is that of the setting.
	Key string
	// Text says what follows from the value.
	Text string
}

// String returns the line that is printed about the setting.
func (w Warning) String() string { return "warning: " + lineOf(w.Key, w.Text).line }

// Warnings returns what follows from the settings that may not be meant.
func (c Config) Warnings() (all []Warning) {
	for _, check := range []func(Config) []Warning{Config.exposureWarnings, Config.drainWarnings} {
		all = append(all, check(c)...)
	}
	return all
}

// exposureWarnings say what strangers on the network could read or do.
func (c Config) exposureWarnings() (all []Warning) {
	for _, listener := range c.calledListeners() {
		if !Exposed(listener.address) {
			continue
		}
		if !c.TLS() {
			all = append(all, Warning{listener.key, "a listener beyond loopback serves no TLS: others on the network can read credentials"})
		}
		if !c.Authenticates() {
			all = append(all, Warning{listener.key, "a listener beyond loopback takes calls from everybody"})
		}
	}
	return all
}

// drainWarnings say what a stop does to calls that may last longer than it waits for them.
func (c Config) drainWarnings() []Warning {
	if c.DrainTimeout >= c.UpstreamTimeout+WriteGrace {
		return nil
	}
	return []Warning{{"drain_timeout", fmt.Sprintf("a stop ends calls in flight that last longer, since this is less than upstream_timeout plus %s: "+
		"reads are answered SHUTTING_DOWN, and a write that was sent may be answered OUTCOME_UNKNOWN", WriteGrace)}}
}
