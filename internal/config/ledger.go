package config

import (
	"fmt"
	"net/url"
	"strings"
	"time"
)

// LedgerOff is the target that means that there is no ledger.
const LedgerOff = "off"

const (
	ledgerKey    = "ledger"
	ledgerMemory = "memory"
	// minLedgerKey is the least length of ledger_key in bytes.
	minLedgerKey = 32
	minLedgerTTL = time.Second
	maxLedgerTTL = 30 * 24 * time.Hour
)

// LedgerTarget returns the target of the ledger: LedgerOff, or one for ledger.Open.
func (c Config) LedgerTarget() string {
	switch {
	case c.Ledger.IsSet():
		return c.Ledger.Reveal()
	case c.Sandbox:
		return ledgerMemory
	}
	return LedgerOff
}

// LedgerFilePath returns the file of a ledger that is kept in one; ok is false for another
// ledger. The path is empty if the target names none.
func (c Config) LedgerFilePath() (path string, ok bool) {
	return strings.CutPrefix(c.LedgerTarget(), "file:")
}

// checkLedger checks the target and the key that it needs. It never repeats a target,
// which can hold a password.
func checkLedger(c *Config, _ sources, found *findings) {
	target := c.LedgerTarget()
	file, isFile := c.LedgerFilePath()
	isPostgres := strings.HasPrefix(target, "postgres://") || strings.HasPrefix(target, "postgresql://")
	switch {
	case isFile && file == "":
		found.add(ledgerKey, "must name the file, as in file:/var/lib/sipfacade/ledger")
	case isPostgres && !isPostgresURL(target):
		found.add(ledgerKey, "must be a URL such as postgres://user:password@host:5432/database")
	case !isFile && !isPostgres && target != LedgerOff && target != ledgerMemory:
		found.add(ledgerKey, "must be off, memory, file:PATH or postgres://...")
	}
	if isFile || isPostgres || c.LedgerKey.IsSet() {
		checkLedgerKey(c, found)
	}
	if c.LedgerTTL < minLedgerTTL || c.LedgerTTL > maxLedgerTTL {
		found.add("ledger_ttl", fmt.Sprintf("must be from %.0fs to %.0fh", minLedgerTTL.Seconds(), maxLedgerTTL.Hours()))
	}
}

// isPostgresURL reports whether the target names a host or has parameters that do.
func isPostgresURL(target string) bool {
	location, err := url.Parse(target)
	return err == nil && (location.Host != "" || location.RawQuery != "")
}

// checkLedgerKey checks the key, unless its file is what is wrong.
func checkLedgerKey(c *Config, found *findings) {
	switch {
	case found.unreadable["ledger_key_file"]:
	case !c.LedgerKey.IsSet():
		found.addMissing("ledger_key", fmt.Sprintf("a ledger in a file or in PostgreSQL needs %d bytes or more", minLedgerKey))
	case len(c.LedgerKey.Reveal()) < minLedgerKey:
		found.add("ledger_key", fmt.Sprintf("must have %d bytes or more", minLedgerKey))
	}
}
