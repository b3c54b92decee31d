package mapping

import (
	"slices"

	"github.com/sipfacade/sipfacade/internal/opentactapi"
)

// In says which generations have something; empty means all of them.
type In []opentactapi.Generation

// The generations that share what others lack.
var (
	OnlyFirst = In{opentactapi.Generation1}
	SinceTwo  = In{opentactapi.Generation2, opentactapi.Generation3}
	OnlyThird = In{opentactapi.Generation3}
)

// Has reports whether a generation has it.
func (in In) Has(generation opentactapi.Generation) bool {
	return len(in) == 0 || slices.Contains(in, generation)
}

// Takes reports whether a field can be written in a generation.
func (f Field) Takes(generation opentactapi.Generation) bool { return f.In.Has(generation) }

// OnlyShows reports whether answers of a generation have a field that cannot be written in it.
func (f Field) OnlyShows(generation opentactapi.Generation) bool {
	return !f.Takes(generation) && slices.Contains(f.Shown, generation)
}

// Call is a call of the contract that not all generations can serve.
type Call struct {
	// Service and Method name it.
	Service, Method string
	In              In
	// Instead says what would do in the other generations.
	Instead string
}

// Argument is a field of requests, beside the resource, that not all generations have.
type Argument struct {
	// Requests are the names of the messages that have it.
	Requests []string
	Field    string
	In       In
	// Instead says what would do in the other generations.
	Instead string
}
