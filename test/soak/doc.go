// Package soak holds a test of minutes, behind the build tag soak: workers make all
// kinds of writes through both protocols while faults strike at random, and at the end a
// journal shows that callers were told the truth.
//
//	go test -tags soak -timeout 15m ./test/soak -duration 3m
package soak
