package config

import (
	"fmt"
	"math"
	"time"
)

// The limits of settings that are numbers.
const (
	maxUpstreamTimeout = 10 * time.Minute
	minUpstreamBytes   = KiB
	maxUpstreamBytes   = GiB
	minUpstreamMemory  = MiB
	maxCallerRate      = 1_000_000
)

const (
	// WriteGrace is how long the server waits for a write that was sent after the
	// deadline or the disappearance of its caller. A stop waits for it also after
	// drain_timeout, so that the server can answer what became of the write.
	WriteGrace = 2 * time.Second
	// drainMargin is what the default of drain_timeout adds to
	// upstream_timeout: the grace, and time to send the answers.
	drainMargin = 5 * time.Second
	// burstSeconds is how many seconds of calls a caller may make at once by
	// default.
	burstSeconds = 2
)

// deriveDefaults sets the defaults that depend on other settings.
func (c *Config) deriveDefaults(origin sources) {
	if c.Sandbox && !origin.given("drain_delay") {
		c.DrainDelay = 0 // no load balancer watches a sandbox
	}
	if !origin.given("drain_timeout") {
		c.DrainTimeout = c.UpstreamTimeout + drainMargin
	}
	if !origin.given("explain") {
		c.Explain = c.Sandbox || c.Authenticates() || c.isLocal()
	}
	if !origin.given("caller_burst") && c.CallerRate != 0 {
		c.CallerBurst = max(1, int(math.Ceil(burstSeconds*min(c.CallerRate, maxCallerRate))))
	}
}

// rule checks one matter. A rule sees all settings, so that it can report every
// setting it concerns, and runs even if others have failed.
type rule func(*Config, sources, *findings)

// check applies the rules that matter to the command.
func (c *Config) check(command string, origin sources, found *findings) {
	rules := []rule{
		checkAddresses, checkConflicts, checkExposure, checkAllowedHosts,
		checkTLS, checkCORSOrigins, checkTokensFile, checkIssuer,
		checkSandbox, checkBaseURLs, checkCredentials, checkTimeZone,
		checkNumbers, checkDrainTimeout, checkLedger, checkRoutesFiles,
	}
	if command == CommandHealthcheck {
		rules = []rule{checkProbe}
		found.keepOnly(configKey, adminKey)
	}
	for _, check := range rules {
		check(c, origin, found)
	}
}

// checkNumbers checks the settings that have limits of their own.
func checkNumbers(c *Config, _ sources, found *findings) {
	for _, limit := range []struct {
		key   string
		holds bool
		text  string
	}{
		{"upstream_timeout", c.UpstreamTimeout > 0 && c.UpstreamTimeout <= maxUpstreamTimeout,
			fmt.Sprintf("must be more than 0 and at most %.0f minutes", maxUpstreamTimeout.Minutes())},
		{"upstream_max_bytes", c.UpstreamMaxBytes >= minUpstreamBytes && c.UpstreamMaxBytes <= maxUpstreamBytes,
			fmt.Sprintf("must be from %s to %s", minUpstreamBytes, maxUpstreamBytes)},
		{"upstream_memory", c.UpstreamMemory == 0 || c.UpstreamMemory >= minUpstreamMemory,
			fmt.Sprintf("must be at least %s, or 0 for the default", minUpstreamMemory)},
		{"upstream_max_connections", c.UpstreamMaxConnections >= 1, "must be at least 1"},
		{"upstream_queue", c.UpstreamQueue >= 0, "must not be negative"},
		{"breaker_volume", c.BreakerVolume >= 1, "must be at least 1"},
		{"breaker_ratio", c.BreakerRatio > 0 && c.BreakerRatio <= 1, "must be more than 0 and at most 1"},
		{"breaker_window", c.BreakerWindow > 0, "must be more than 0"},
		{"breaker_pause", c.BreakerPause > 0, "must be more than 0"},
		{"drain_delay", c.DrainDelay >= 0, "must not be negative"},
		{"caller_rate", c.CallerRate >= 0 && c.CallerRate <= maxCallerRate,
			fmt.Sprintf("must be from 0 to %d", maxCallerRate)},
		{"caller_burst", c.CallerBurst >= 1 || c.CallerBurst == 0 && c.CallerRate <= 0, "must be at least 1"},
	} {
		if !limit.holds {
			found.add(limit.key, limit.text)
		}
	}
}

// checkDrainTimeout checks the value that was given; the default follows from upstream_timeout.
// A value below that is allowed: drainWarnings says what it does.
func checkDrainTimeout(c *Config, origin sources, found *findings) {
	if origin.given("drain_timeout") && c.DrainTimeout < 0 {
		found.add("drain_timeout", "must not be negative")
	}
}
