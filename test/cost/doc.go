// Package cost measures what a call costs in the built binary, beside reverse proxies
// in front of the same vendor. Every server is a process of its own, so that neither
// the callers nor the vendor are counted.
package cost
