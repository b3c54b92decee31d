// Package cost measures what a call costs in CPU, beside a plain reverse proxy in
// the same run: each server is a process of its own, so that neither callers nor
// the vendor are counted in.
package cost
