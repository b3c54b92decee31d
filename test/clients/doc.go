// Package clients tests what callers in other languages use: the options of the protos, what the Go
// stubs depend on, and programs of other languages that call the service.
package clients
