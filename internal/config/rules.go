package config

import (
	"fmt"
	"time"
)

// The limits of settings that are numbers.
const (
	maxUpstreamTimeout = 10 * time.Minute
	minUpstreamBytes   = KiB
	maxUpstreamBytes   = GiB
)

// rule checks one matter. Rules see all settings, so that each can report
// every setting it concerns, and run even when others have failed.
type rule func(*Config, sources, *findings)

// check applies the rules that matter to the command.
func (c *Config) check(command string, origin sources, found *findings) {
	rules := []rule{
		checkAddresses, checkConflicts, checkExposure,
		checkSandbox, checkBaseURLs, checkCredentials, checkTimeZone,
		checkUpstreamLimits, checkDrain,
	}
	if command == CommandHealthcheck {
		rules = []rule{checkProbe}
		*found = findings{problems: found.concerning(configKey, adminKey)}
	}
	for _, check := range rules {
		check(c, origin, found)
	}
}

func checkUpstreamLimits(c *Config, _ sources, found *findings) {
	if c.UpstreamTimeout <= 0 || c.UpstreamTimeout > maxUpstreamTimeout {
		found.add("upstream_timeout", fmt.Sprintf("must be more than 0 and at most %.0f minutes", maxUpstreamTimeout.Minutes()))
	}
	if c.UpstreamMaxBytes < minUpstreamBytes || c.UpstreamMaxBytes > maxUpstreamBytes {
		found.add("upstream_max_bytes", fmt.Sprintf("must be from %s to %s", minUpstreamBytes, maxUpstreamBytes))
	}
}

func checkDrain(c *Config, _ sources, found *findings) {
	if c.DrainDelay < 0 {
		found.add("drain_delay", "must not be negative")
	}
	if c.DrainTimeout < 0 {
		found.add("drain_timeout", "must not be negative")
	}
}
