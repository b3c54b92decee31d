// Package soak tests the server for minutes, behind the build tag soak. Workers make
// all kinds of writes over both protocols under random faults, callers create objects
// while the server is restarted, and a well-behaved caller is measured beside hostile
// ones; records at the vendors show what was really executed.
//
//	go test -tags soak -timeout 15m ./test/soak -duration 3m
package soak
