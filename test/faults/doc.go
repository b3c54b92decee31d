// Package faults holds the tests of a bad network: every kind of call, through both
// protocols, over connections that are slow, cut, reset, silent or refused. They hold
// what callers are told against what the vendor really did.
package faults
