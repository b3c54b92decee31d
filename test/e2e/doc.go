// Package e2e tests the whole server from outside: the same case files through
// gRPC and through the JSON API, against an emulated or scripted vendor. What
// the vendor receives, what callers get back and what the contract promises about
// it are compared with files under testdata.
package e2e
