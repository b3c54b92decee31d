// Package scale runs two replicas of the built service with one ledger in PostgreSQL, and
// calls them through a balancing gRPC channel and through nginx.
package scale
