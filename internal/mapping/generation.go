package mapping

import "slices"

// Generation is a generation of OpenTACT's API: what its paths are, and which calls and
// fields it has.
type Generation int

// The generations.
const (
	// Generation1 is that of the documentation of 2020, on which the contract is built.
	Generation1 Generation = 1
	// Generation2 is that of the vendor's own API description of 2021.
	Generation2 Generation = 2
	// Generation3 is that of the documentation of 2022 and 2023.
	Generation3 Generation = 3
)

// Generations are all of them.
func Generations() []Generation { return []Generation{Generation1, Generation2, Generation3} }

// In says which generations have something; empty means all of them.
type In []Generation

// The generations that share what others lack.
var (
	OnlyFirst = In{Generation1}
	SinceTwo  = In{Generation2, Generation3}
	OnlyThird = In{Generation3}
)

// Has reports whether a generation has it.
func (in In) Has(generation Generation) bool {
	return len(in) == 0 || slices.Contains(in, generation)
}

// Takes reports whether a field can be written in a generation.
func (f Field) Takes(generation Generation) bool { return f.In.Has(generation) }

// OnlyShows reports whether answers of a generation have a field that cannot be written in it.
func (f Field) OnlyShows(generation Generation) bool {
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
