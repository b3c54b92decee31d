// Package reconcile says how the outcome of a write is found out afterwards: a rule for each
// write that must not happen twice. The services of both vendors fill the table.
package reconcile

import (
	"context"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/sipfacade/sipfacade/internal/upstream"
)

// Rule says how the outcome of one write is found out.
type Rule struct {
	// Vendor and Route are the write.
	Vendor string
	Route  *upstream.Route
	// Compared says in words by what the effect of the write is recognised, for the
	// documentation.
	Compared string
	// Find reads the vendor and returns what matches what was sent, if it can have come
	// about since then. Nil means that the vendor has no call that shows it.
	Find func(ctx context.Context, request proto.Message, since time.Time) ([]Candidate, error)
}

// Candidate is a result that a write may have had.
type Candidate struct {
	// Response is what the write would have been answered with.
	Response proto.Message
	// Type and ID name the resource that the write would have made; the ID is empty if it
	// makes none.
	Type, ID string
}

// Rules are those of a service, by the full names of its methods: /package.Service/Method.
type Rules map[string]Rule

// clockSkew is how far a vendor's clock may be behind ours.
const clockSkew = time.Minute

// IsBefore reports whether a time that the vendor states is before one of ours, also if their
// clocks differ.
func IsBefore(stated *timestamppb.Timestamp, since time.Time) bool {
	return stated.AsTime().Before(since.Add(-clockSkew))
}

// Made returns the candidate of a create, with the resource that it may have made and what
// would answer it.
func Made(resource, response proto.Message) Candidate {
	return Candidate{Response: response, Type: string(resource.ProtoReflect().Descriptor().FullName()), ID: IDOf(resource)}
}

// Found returns the one candidate of a write that makes no resource, if its effect is there.
func Found(response proto.Message, there bool) []Candidate {
	if !there {
		return nil
	}
	return []Candidate{{Response: response}}
}
