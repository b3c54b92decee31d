// Package listener accepts callers' connections and holds them to limits that
// neither net/http nor grpc-go has: an answer that is not read is given up, a
// caller that has closed only its sending side still gets its answer, and what
// net/http refuses by itself is answered in the service's own form.
package listener
