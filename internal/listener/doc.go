// Package listener accepts callers' connections, with limits and answers that neither net/http nor
// grpc-go has: an answer that is not read ends its connection, a caller that has closed only its
// sending side still gets its answer, and a request that net/http refuses by itself is answered in
// the service's own form.
package listener
