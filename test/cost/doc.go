// Package cost measures what a call costs in CPU, beside a plain reverse proxy in the
// same run: each server is a process of its own, so that the CPU time of callers and
// the vendor does not count.
package cost
