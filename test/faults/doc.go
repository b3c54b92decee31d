// Package faults tests the whole server over bad networks: every kind of call, over
// both protocols, with connections that are slow, cut, reset, silent or refused. The
// tests compare the answers to callers with what the vendor did.
package faults
