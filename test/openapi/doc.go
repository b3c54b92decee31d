// Package openapi tests the OpenAPI document from outside: linters read it, generators make
// clients of it that run a whole job against a sandbox, and a fuzzer compares the answers of
// a sandbox with it. The end-to-end tests hold each of their requests against it, too.
package openapi
